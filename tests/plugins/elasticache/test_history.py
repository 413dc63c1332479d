"""Tests of whether a group was measured long enough, fully enough and unchanged."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from trueup.facts.unknown import Reason, Unknown

LARGE_BYTES, XLARGE_BYTES = 0.75 * 14_037_181_030, 0.75 * 28_261_849_702


def test_a_month_of_every_node_is_enough(groups: Any) -> None:
    """Age, coverage and steadiness are told, and the verdict is true."""
    snapshot = groups.idle()
    assert {"age_days": 60, "coverage": 1.0, "resized": False, "sufficient": True} == snapshot["history"]


@pytest.mark.parametrize("fact", ["engine_cpu", "host_cpu", "memory_bytes", "memory_percent", "evictions"])
def test_one_series_of_one_node_with_gaps_is_too_little(groups: Any, fact: str) -> None:
    """The worst series counts: a peak may hide in a gap of any."""
    made = groups.measured(groups.made())
    path = next(each for each in made.series if each.endswith(fact))
    made.series[path] = groups.series(lambda hour: None if hour < 40 else 1e9 if fact == "memory_bytes" else 1.0)
    snapshot = groups.snapshot(made)
    found = snapshot.get("history.sufficient")
    assert isinstance(found, Unknown)
    assert Reason.INSUFFICIENT_HISTORY == found.reason
    assert Reason.INSUFFICIENT_HISTORY == snapshot.get("utilization").reason


def test_a_few_missing_hours_do_not_matter(groups: Any) -> None:
    """95 % of the hours are enough."""
    snapshot = groups.idle(use={"host_cpu": lambda hour: None if hour < 30 else 4.0})
    assert 0.9583 == snapshot["history.coverage"]
    assert snapshot["history.sufficient"] is True


def test_a_young_node_is_a_young_group(groups: Any) -> None:
    """A replica or a shard that was added within the look-back changed what the others do."""
    made = groups.measured(groups.made())
    made.nodes[3]["CacheClusterCreateTime"] -= timedelta(days=-40)
    found = groups.snapshot(made).get("history.sufficient")
    assert isinstance(found, Unknown)
    assert made.nodes[3]["CacheClusterId"] in found.detail


def test_a_node_that_had_another_type_shows_it_in_its_memory(groups: Any) -> None:
    """No API tells when the node type changed; bytes by their share do."""
    snapshot = groups.idle(
        use={
            "memory_bytes": 2e9,
            "memory_percent": lambda hour: 100 * 2e9 / (LARGE_BYTES if hour < 300 else XLARGE_BYTES),
        }
    )
    assert snapshot["history.resized"] is True
    assert Reason.INSUFFICIENT_HISTORY == snapshot.get("history.sufficient").reason


def test_data_that_grows_is_no_other_node_type(groups: Any) -> None:
    """Bytes and share grow together."""

    def size(hour: int) -> float:
        return 1e9 + 1e7 * hour

    snapshot = groups.idle(use={"memory_bytes": size, "memory_percent": lambda hour: 100 * size(hour) / XLARGE_BYTES})
    assert snapshot["history.sufficient"] is True


def test_small_nodes_need_no_metric_of_the_engine(groups: Any) -> None:
    """On two vCPUs the host's CPU tells how busy the engine is."""
    snapshot = groups.idle(node="cache.r6g.large", use={"engine_cpu": None})
    assert snapshot["history.sufficient"] is True
    assert 8.0 == snapshot["utilization.peak_cpu"]


def test_unreadable_metrics_are_unknown_for_their_own_reason(groups: Any) -> None:
    """A denied read is no gap in the measuring."""
    made = groups.measured(groups.made())
    denied = Unknown(Reason.ACCESS_DENIED, operation="cloudwatch:GetMetricData")
    made.series.update(dict.fromkeys(made.series, denied))
    snapshot = groups.snapshot(made)
    assert denied == snapshot.get("history.sufficient")
    assert denied == snapshot.get("utilization")


def test_a_node_type_that_is_not_known_is_said(groups: Any) -> None:
    """Without its vCPUs nobody knows what its CPU means."""
    found = groups.idle(node="cache.x9z.large").get("utilization")
    assert isinstance(found, Unknown)
    assert "cache.x9z.large" in found.detail
