"""Tests of what a bucket holds and how it is read, and of the savings that are worked out of it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

import pytest

from trueup.facts.unknown import Reason, Unknown
from trueup.plugins.s3.money import monthly_saving, prices
from trueup.plugins.s3.storage import request_queries, storage_queries

DENIED = Unknown(Reason.ACCESS_DENIED, "", "cloudwatch:GetMetricData", "cloudwatch:GetMetricData")
CLASSES = 12


def test_objects_are_counted_over_all_classes(buckets: Any) -> None:
    """The mean is of all objects; STANDARD and Intelligent-Tiering are told apart."""
    series = buckets.stored(
        count=4, StandardStorage=100, GlacierStorage=200, IntelligentTieringFAStorage=30, IntelligentTieringAAStorage=70
    )
    assert {
        "count": 4,
        "bytes": 400,
        "mean_bytes": 100,
        "standard_bytes": 100,
        "steady_standard_bytes": 100,
        "intelligent_bytes": 100,
    } == buckets.snapshot(series)["objects"]


def test_what_standard_held_all_along_is_told_from_what_it_holds(buckets: Any) -> None:
    """New data is not old enough to move yet."""
    growing = buckets.snapshot(buckets.stored(StandardStorage=lambda day: 1000 + day))["objects"]
    assert (1029, 1000) == (growing["standard_bytes"], growing["steady_standard_bytes"])


@pytest.mark.parametrize(("missing", "known"), [(2, True), (3, False), (30, False)])
def test_old_storage_metrics_are_no_data(buckets: Any, missing: int, *, known: bool) -> None:
    """They lag by more than a day; a bucket without a point of late was emptied, or is new."""
    found = buckets.snapshot(buckets.stored(count=lambda day: 5 if day < 30 - missing else None)).get("objects")
    assert known is not isinstance(found, Unknown)
    if isinstance(found, Unknown):
        assert (Reason.NO_DATA, True) == (found.reason, "an empty or new bucket has none" in found.detail)


def test_a_bucket_without_an_object_has_no_mean(buckets: Any) -> None:
    """Reported as holding none, it is known to hold none."""
    found = buckets.snapshot(buckets.stored(count=0, StandardStorage=0))["objects"]
    assert (0, 0) == (found["count"], found["mean_bytes"])


def test_a_denied_series_is_unknown_with_its_own_reason(buckets: Any) -> None:
    """Not being allowed to read is no empty bucket, and no unread one."""
    denied = {"storage.bytes_by_type.GlacierStorage": DENIED, "requests.all_requests": DENIED}
    snapshot = buckets.snapshot(buckets.stored() | denied)
    assert [DENIED, DENIED] == [snapshot.get("objects"), snapshot.get("access")]


def test_each_class_is_zero_only_where_objects_were_counted(buckets: Any) -> None:
    """S3 reports no class that is not used, and nothing at all of an empty bucket."""
    count, *classes = storage_queries(buckets.snapshot())
    assert (None, "AllStorageTypes") == (count.absence, count.dimensions["StorageType"])
    assert {"number_of_objects"} == {each.absence.companion for each in classes if each.absence}
    assert CLASSES == len({each.dimensions["StorageType"] for each in classes})


def test_requests_are_asked_for_only_where_they_are_paid_for(buckets: Any) -> None:
    """A metrics configuration for some objects says nothing of the others."""
    for whole, asked in (([], 0), (["all", "else"], 3)):
        snapshot = buckets.snapshot(metrics_configurations={"whole_bucket": whole, "filtered": ["logs"]})
        queries = list(request_queries(snapshot))
        assert asked == len(queries)
        assert all(each.dimensions == {"BucketName": "orders", "FilterId": "all"} for each in queries)


@pytest.mark.parametrize(("days", "known"), [(30, True), (28, True), (27, False), (1, False)])
def test_reading_is_known_from_four_weeks_on_and_scaled_to_a_month(buckets: Any, days: int, *, known: bool) -> None:
    """Metrics that began not long ago would miss what is read once a month."""
    series = buckets.stored(read=30) | {
        "requests.all_requests": buckets.series(lambda day: 1 if day >= 30 - days else None)
    }
    series["requests.bytes_downloaded"] = buckets.series(lambda day: 30 if day >= 30 - days else None)
    found = buckets.snapshot(series)["access"]
    month = int(30 * 730 / 24) if known else None
    assert {"known": known, "days": days, "retrieved_bytes_month": month} == found


@pytest.mark.parametrize(
    "aspects", [{"metrics_configurations": {"whole_bucket": [], "filtered": ["logs"]}}, {}], ids=["unpaid", "silent"]
)
def test_reading_without_a_metric_is_not_known(buckets: Any, aspects: dict[str, Any]) -> None:
    """Nothing measured is not nothing read."""
    found = buckets.snapshot(buckets.stored(read=None), **aspects)["access"]
    assert {"known": False, "days": 0, "retrieved_bytes_month": None} == found


def _saving(buckets: Any, **stored: Any) -> dict[str, Any]:
    snapshot, known = buckets.snapshot(buckets.stored(**stored)), prices("us-east-1")
    assert known is not None
    return monthly_saving(snapshot["objects"], snapshot["access"], known)


def test_prices_are_dated_and_of_known_regions_only() -> None:
    """A Region without a price has none: it is not free."""
    known = prices("us-east-1")
    assert known is not None
    assert all(price > 0 for price in asdict(known).values())
    assert prices("eu-west-1") is None


def test_a_bucket_that_nobody_reads_saves_the_difference(buckets: Any) -> None:
    """1000 GB for 0.023 - 0.0125 each, and 0.01 for the move of a thousand objects."""
    found = _saving(buckets, count=1000)
    assert (10.5, 10.5, 10.5, 0.01) == tuple(found[name] for name in ("low", "likely", "high", "one_time"))
    assert date(2026, 9, 29) == date.fromisoformat(found["price_date"])
    assert ("USD", "list") == (found["currency"], found["basis"])


def test_reading_is_billed_by_the_byte(buckets: Any) -> None:
    """Ten GB a day cost 0.01 each; the low figure reads twice as much."""
    found = _saving(buckets, read=10 * buckets.gib)
    cost = 10 * 730 / 24 * 0.01
    assert (round(10.5 - 2 * cost, 2), round(10.5 - cost, 2), 10.5) == (found["low"], found["likely"], found["high"])


def test_unknown_reading_counts_as_reading_everything(buckets: Any) -> None:
    """A month's reading of 1000 GB takes nearly all of the saving."""
    found = _saving(buckets, read=None)
    assert (0.5, 0.5, 10.5) == (found["low"], found["likely"], found["high"])


def test_only_objects_in_standard_are_moved(buckets: Any) -> None:
    """Half of the bytes are half of the objects; what lies elsewhere is not paid for."""
    gib = buckets.gib
    found = _saving(buckets, count=200_000, StandardStorage=500 * gib, GlacierStorage=500 * gib)
    assert (5.25, 1.0) == (found["likely"], found["one_time"])


def test_intelligent_tiering_is_named_where_it_is_cheaper(buckets: Any) -> None:
    """For data that nobody reads it is, and the estimate says so."""
    assert "Intelligent-Tiering would save 19.00 a month" in " ".join(_saving(buckets, count=1)["assumptions"])
