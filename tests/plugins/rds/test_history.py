"""Tests of whether a cluster was watched long enough, unchanged, and without gaps."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from trueup.facts.unknown import Reason, Unknown

MONTH = 30 * 24


def _why(snapshot: Any, fact: str = "sufficient") -> str:
    found = snapshot.get(f"history.{fact}")
    assert isinstance(found, Unknown), found
    assert found.reason is Reason.INSUFFICIENT_HISTORY
    return found.detail


def test_a_watched_cluster_has_a_history(clusters: Any) -> None:
    """Old enough, measured every hour, never resized."""
    snapshot = clusters.idle()
    assert {"age_days": 60, "coverage": 1.0, "resized": False, "measured": True, "sufficient": True} == snapshot[
        "history"
    ]


def test_the_youngest_member_counts(clusters: Any) -> None:
    """A reader of last week makes the month of the others mean little."""
    young = clusters.member(3, InstanceCreateTime=clusters.now - timedelta(days=7))
    snapshot = clusters.idle(members=[clusters.member(1), clusters.member(2), young])
    assert "younger than the look-back" in _why(snapshot)
    assert "younger than the look-back" in _why(snapshot, "measured")
    for aspect in ("usage", "sizing", "readers"):
        assert isinstance(snapshot.get(aspect), Unknown)


def test_a_member_that_is_being_made_is_young(clusters: Any) -> None:
    """AWS does not tell when it was made."""
    coming = clusters.member(3)
    del coming["InstanceCreateTime"]
    snapshot = clusters.idle(members=[clusters.member(1), clusters.member(2), coming])
    assert "younger than the look-back" in _why(snapshot)
    assert 0 == snapshot["history.age_days"]


@pytest.mark.parametrize("fact", ["cpu", "connections", "acu", "memory_acu"])
def test_gaps_in_any_series_are_no_history(clusters: Any, fact: str) -> None:
    """Five of a hundred hours may be missing of the worst series, no more."""
    missing = MONTH * 5 // 100
    for gap, known in ((missing, True), (missing + 1, False)):
        with_gap = clusters.idle(i2={fact: lambda hour, gap=gap: None if hour < gap else 2.0 if fact != "acu" else 4.0})
        assert known == (with_gap.get("history.sufficient") is True), (fact, gap)


def test_another_maximum_before_is_seen(clusters: Any) -> None:
    """ACUUtilization is of the maximum of its time: half of the month at 32 ACU shows."""
    members = [clusters.member(1)]
    series = clusters.measured(members)
    half = clusters.series(lambda hour: 12.5 if hour < MONTH // 2 else 25.0)
    series["metrics.by_instance.i1.acu_utilization"] = half
    snapshot = clusters.snapshot(clusters.described(1), members, series)
    assert "range changed" in _why(snapshot)
    assert snapshot["history.measured"] is True


def test_a_raised_minimum_is_seen(clusters: Any) -> None:
    """Capacity below the minimum was measured under another one."""
    snapshot = clusters.idle(acu=lambda hour: 2.0 if hour == 3 else 4.0)
    assert "range changed" in _why(snapshot)


def test_readers_are_judged_after_a_resize_too(clusters: Any) -> None:
    """How idle they are does not depend on the range."""
    snapshot = clusters.idle(acu=lambda hour: 2.0 if hour == 3 else 4.0)
    assert 2 == snapshot["readers.count"]


def test_an_unreadable_series_is_unknown_for_its_own_reason(clusters: Any) -> None:
    """A denied metric is not a short history."""
    members = [clusters.member(1)]
    denied = Unknown(Reason.ACCESS_DENIED, "no", "cloudwatch:GetMetricData", "cloudwatch:GetMetricData")
    series = {**clusters.measured(members), "metrics.by_instance.i1.cpu": denied}
    snapshot = clusters.snapshot(clusters.described(1), members, series)
    assert denied == snapshot.get("history.sufficient") == snapshot.get("usage")


def test_a_cluster_without_instances_has_none(clusters: Any) -> None:
    """Nothing is measured of it, and nothing follows."""
    snapshot = clusters.idle(clusters.described(0), count=0)
    assert "found 0.0%" in _why(snapshot)
