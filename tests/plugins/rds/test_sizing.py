"""Tests of what the range of a cluster is worked out of, and of whether it fits."""

from __future__ import annotations

from typing import Any

import pytest

from trueup.facts.unknown import Unknown


def _scaling(least: float, most: float) -> Any:
    return {"ServerlessV2ScalingConfiguration": {"MinCapacity": least, "MaxCapacity": most}}


def test_peaks_are_in_acu_of_the_worst_member(clusters: Any) -> None:
    """CPU is of the maximum, memory what is not free of it, and capacity at the minimum is no need."""
    sizing = clusters.idle(i2={"cpu": 25.0}, i3={"memory_acu": 3.25, "connections": 9.0})["sizing"]
    assert (4.0, 3.25, 0.0, 4.0, 9.0) == tuple(
        sizing[name] for name in ("cpu_acu", "memory_acu", "scaled_acu", "lowest_acu", "peak_connections")
    )


def test_hours_at_the_minimum_are_counted_by_need(clusters: Any) -> None:
    """All members together, each hour by the larger of CPU and memory, in half steps."""
    snapshot = clusters.idle(count=2, i1={"acu": lambda hour: 8.0 if hour < 20 else 4.0}, i2={"memory_acu": 2.3})
    assert 720 == snapshot["sizing.hours"]
    assert [(2.0, 700), (2.5, 720)] == [(each["needed_acu"], each["hours"]) for each in snapshot["sizing.idle_hours"]]


def test_a_month_at_another_maximum_keeps_its_own_scale(clusters: Any) -> None:
    """Right after a write the metrics are those of the old maximum, and the need is the same."""
    members = [clusters.member(1)]
    series = clusters.measured(members, 16.0, cpu=25.0, memory_acu=3.0)
    before = clusters.snapshot(clusters.described(1, **_scaling(4.0, 16.0)), members, series)
    after = clusters.snapshot(clusters.described(1, **_scaling(2.0, 7.0)), members, series)
    assert {"min": False, "max": False} == before["fit"]
    assert {"min": True, "max": True} == after["fit"]
    assert isinstance(after.get("sizing"), Unknown)


@pytest.mark.parametrize(("least", "fits"), [(4.0, False), (2.5, False), (2.0, True), (1.0, True)])
def test_the_minimum_fits_at_half_of_what_was_measured(clusters: Any, least: float, fits: bool) -> None:
    """The next half waits until the look-back shows the new minimum."""
    members = [clusters.member(1)]
    snapshot = clusters.snapshot(clusters.described(1, **_scaling(least, 16.0)), members, clusters.measured(members))
    assert fits == snapshot["fit.min"]


@pytest.mark.parametrize(("most", "fits"), [(8.5, False), (8.0, True), (6.5, True)])
def test_the_maximum_fits_with_some_slack(clusters: Any, most: float, fits: bool) -> None:
    """A quarter more than is needed is left: peaks move a little, and a lower maximum saves nothing."""
    members = [clusters.member(1)]
    series = clusters.measured(members, most, cpu=400.0 / most * 0.96, acu=1.0, memory_acu=0.5)
    snapshot = clusters.snapshot(clusters.described(1, **_scaling(1.0, most)), members, series)
    assert fits == snapshot["fit.max"]


def test_a_provisioned_cluster_has_no_range_that_could_fit(clusters: Any) -> None:
    """Null, so that no rule takes it for too large."""
    members = [clusters.member(1, DBInstanceClass="db.r7g.large")]
    assert {"min": None, "max": None} == clusters.idle(clusters.described(1), members=members)["fit"]
