"""Tests of the history facts: what makes a look-back say nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from trueup.facts.unknown import Reason, Unknown

USED = {"consumed_read": 10.0, "consumed_write": 10.0}


def _insufficient(snapshot: Any) -> str:
    found = snapshot.get("history.sufficient")
    assert isinstance(found, Unknown)
    assert found.reason is Reason.INSUFFICIENT_HISTORY
    assert found == snapshot.get("utilization.peak_read") == snapshot.get("indexes") == snapshot.get("usage.read_units")
    return found.detail


def test_an_old_steady_measured_table_is_judged(tables: Any) -> None:
    """A table of 60 days with all its points has a history."""
    assert tables.idle()["history"] == {"age_days": 60, "coverage": 1.0, "resized": False, "sufficient": True}


@pytest.mark.parametrize(("days", "known"), [(29, False), (30, False), (31, True)])
def test_a_table_younger_than_the_look_back_is_not_judged(tables: Any, days: int, *, known: bool) -> None:
    """The table must be older than the window, not only nearly so."""
    described = tables.described(CreationDateTime=tables.end - timedelta(days=days) + timedelta(minutes=1))
    snapshot = tables.idle(described)
    assert known is (snapshot.get("history.sufficient") is True)
    if not known:
        assert _insufficient(snapshot) == "the table is younger than the look-back of 30 days"


@pytest.mark.parametrize(("missing", "known"), [(36, True), (37, False)])
def test_gaps_in_the_measuring_are_not_judged(tables: Any, missing: int, *, known: bool) -> None:
    """At least 95 % of 720 hourly points must exist."""
    described = tables.described()
    gap = tables.series(lambda hour: None if hour < missing else 500)
    snapshot = tables.snapshot(described, tables.measured(described) | {"metrics.provisioned_write": gap})
    assert known is (snapshot.get("history.sufficient") is True)
    if not known:
        assert _insufficient(snapshot) == "expected 95.0% of the hourly points of provisioned capacity, found 94.9%"


def test_a_new_index_makes_the_history_insufficient(tables: Any) -> None:
    """An index that was measured for ten days only says nothing of a month."""
    described = tables.described(indexes={"by-date": (10, 10)})
    young = {'metrics.by_index."by-date".provisioned_read': tables.series(lambda hour: 10 if hour >= 480 else None)}
    snapshot = tables.snapshot(described, tables.measured(described) | young)
    assert "found 33.3%" in _insufficient(snapshot)


@pytest.mark.parametrize("name", ["LastIncreaseDateTime", "LastDecreaseDateTime"])
@pytest.mark.parametrize("part", ["table", "index"])
def test_a_resize_within_the_look_back_is_not_judged(tables: Any, name: str, part: str) -> None:
    """Whether the table or an index was resized, and up or down, makes no difference."""
    described = tables.described(indexes={"by-date": (10, 10)})
    resized = described if part == "table" else described["GlobalSecondaryIndexes"][0]
    resized["ProvisionedThroughput"][name] = tables.now - timedelta(days=3)
    assert "capacity or billing mode changed" in _insufficient(tables.idle(described))


def test_a_resize_before_the_look_back_is_forgotten(tables: Any) -> None:
    """What was changed 40 days ago was measured for a whole look-back since."""
    described = tables.described()
    described["ProvisionedThroughput"]["LastIncreaseDateTime"] = tables.now - timedelta(days=40)
    assert tables.idle(described)["history.sufficient"] is True


def test_a_switch_within_the_look_back_is_not_judged(tables: Any) -> None:
    """A table that was on-demand last week tells little of its provisioned use."""
    summary = {"BillingMode": "PROVISIONED", "LastUpdateToPayPerRequestDateTime": tables.now - timedelta(days=7)}
    assert "changed within" in _insufficient(tables.idle(tables.described(BillingModeSummary=summary)))


@pytest.mark.parametrize("units", [400, 499, 499.999, 501])
def test_capacity_that_varied_is_not_judged(tables: Any, units: float) -> None:
    """Auto scaling leaves its trace in the provisioned series even where no time of change is told."""
    described = tables.described()
    varied = {"metrics.provisioned_read": tables.series(lambda hour: units if hour == 100 else 500)}
    snapshot = tables.snapshot(described, tables.measured(described) | varied)
    assert "auto scaling" in _insufficient(snapshot)
    assert snapshot["history.resized"] is True


def test_a_denied_metric_makes_everything_unknown_with_its_own_reason(tables: Any) -> None:
    """Not being allowed to read is told as such, not as a lack of history."""
    described = tables.described()
    denied = Unknown(Reason.ACCESS_DENIED, "", "cloudwatch:GetMetricData", "cloudwatch:GetMetricData")
    snapshot = tables.snapshot(described, tables.measured(described) | {"metrics.provisioned_read": denied})
    assert [denied] * 4 == [
        snapshot.get(path) for path in ("history.sufficient", "history.coverage", "utilization", "usage")
    ]
    assert snapshot["history.age_days"] == 60
