"""Tests of what a bucket holds and how it is read, and of the savings that are worked out of it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from trueup.facts.unknown import Reason, Unknown
from trueup.plugins.s3.money import Prices, early_deletion, monthly_saving
from trueup.plugins.s3.storage import request_queries, storage_queries

DENIED = Unknown(Reason.ACCESS_DENIED, "", "cloudwatch:GetMetricData", "cloudwatch:GetMetricData")
CLASSES = 12


def test_objects_are_counted_over_all_classes(buckets: Any) -> None:
    """The mean is of all objects; STANDARD and Intelligent-Tiering are told apart."""
    sizes = {
        "StandardStorage": 100,
        "IntelligentTieringFAStorage": 30,
        "IntelligentTieringAAStorage": 70,
        "GlacierStorage": 200,
    }
    assert {
        "count": 4,
        "bytes": 400,
        "mean_bytes": 100,
        "standard_bytes": 100,
        "steady_standard_bytes": 100,
        "intelligent_bytes": 100,
        "bytes_by_type": sizes,
    } == buckets.snapshot(buckets.stored(count=4, **sizes))["objects"]


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
    snapshot = buckets.snapshot(buckets.stored(**stored))
    found = monthly_saving(snapshot["objects"], snapshot["access"], snapshot["prices"])
    assert found is not None
    return found


def test_a_list_without_one_of_the_prices_is_unknown(buckets: Any) -> None:
    """What has no price is not free."""
    known = buckets.snapshot()["prices"]
    assert Prices.of(known) is not None
    for missing in known["list"]:
        part = {**known, "list": {name: price for name, price in known["list"].items() if name != missing}}
        assert Prices.of(part) is None
        assert monthly_saving({}, {}, part) is None


def test_a_bucket_costs_each_storage_class_and_the_watching(buckets: Any) -> None:
    """1000 GB in STANDARD, and as many in Intelligent-Tiering, where a million objects are watched."""
    gib = buckets.gib
    stored = {"StandardStorage": 1000 * gib, "IntelligentTieringFAStorage": 1000 * gib}
    cost = buckets.snapshot(buckets.stored(count=2_000_000, **stored))["cost"]
    assert {"StandardStorage": 23, "IntelligentTieringFAStorage": 23, "watching": 2.5} == cost["parts"]
    assert cost["monthly"] == {"low": 48.5, "likely": 48.5, "high": 48.5}


def test_small_objects_in_standard_ia_are_billed_as_larger_ones(buckets: Any) -> None:
    """A million of 1 KiB cost as much as a million of 128 KiB."""
    stored = buckets.stored(count=2**20, StandardIAStorage=2**30)
    assert round(128 * 0.0125, 2) == buckets.snapshot(stored)["cost.monthly.likely"]


def test_a_class_without_a_price_makes_the_cost_unknown(buckets: Any) -> None:
    """Half of a bill is no bill; so does a bucket of which nothing was reported."""
    for stored in ({"GlacierStorage": 1}, {"StandardStorage": None}):
        assert isinstance(buckets.snapshot(buckets.stored(**stored)).get("cost"), Unknown)
    unwatched = {**buckets.snapshot()["prices"], "list": {"intelligent_frequent_gb_month": 0.023}}
    found = buckets.snapshot(buckets.stored(IntelligentTieringFAStorage=1), prices=unwatched).get("cost")
    assert "no price of Intelligent-Tiering's watching" in found.detail


def test_what_is_deleted_early_was_not_worth_moving(buckets: Any) -> None:
    """Thirty days of STANDARD_IA cost more than 16 of STANDARD, and less than 17."""
    prices = buckets.snapshot()["prices"]
    gone = [early_deletion(prices, size=buckets.gib, days=days) for days in (10, 16, 17, 60)]
    assert [False, False, True, True] == [each is not None and each > 0 for each in gone]
    assert early_deletion({"list": {}}, size=1, days=1) is None


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
