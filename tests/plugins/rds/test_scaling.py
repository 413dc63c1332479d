"""Tests of the fix of an over-sized Serverless v2 range: what it sets, keeps, and leaves alone."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.change import Risk
from trueup.plugins.rds.capacity import max_connections
from trueup.plugins.rds.scaling import Range, next_range

ACTION = "set-capacity"
HALVES = st.integers(0, 128).map(lambda number: number / 2)
ENGINES = st.sampled_from(["aurora-mysql", "aurora-postgresql"])
FLOORS = st.sampled_from([0.0, 2.0, 8.0])
NEEDS = st.fixed_dictionaries(
    {
        "cpu_acu": st.floats(0, 40),
        "memory_acu": st.floats(0, 40),
        "scaled_acu": st.floats(0, 64),
        "peak_connections": st.floats(0, 2000),
    }
)


def _range(change: Any) -> Any:
    return dict(change.steps[0].call.parameters["ServerlessV2ScalingConfiguration"])


def test_an_idle_cluster_goes_half_way_down(clusters: Any) -> None:
    """Both bounds are sent, at half steps, the minimum at half of what it was; the projection is within its limits."""
    change = clusters.change(ACTION, clusters.idle())
    assert {"MinCapacity": 2.0, "MaxCapacity": 4.0} == _range(change)
    assert (20.0, 50.0) == (change.projection["projected_peak_cpu"], change.projection["projected_peak_memory"])
    assert (Risk.DISRUPTIVE, "reboot" in change.risk_reason) == (change.risk, True)
    (undo,) = change.steps[0].undo
    assert {"MinCapacity": 4.0, "MaxCapacity": 16.0} == undo.parameters["ServerlessV2ScalingConfiguration"]


@pytest.mark.parametrize(
    ("used", "most"),
    [
        ({"cpu": 29.0}, 8.0),
        ({"memory_acu": 5.0}, 8.0),
        ({"acu": lambda hour: 9.0 if hour == 7 else 4.0}, 9.0),
        ({"connections": 70.0}, 8.0),
    ],
)
def test_the_maximum_is_what_the_peak_needs(clusters: Any, used: Any, most: float) -> None:
    """CPU of the maximum at 60 %, memory at 65 %, capacity above the minimum as it was, connections at half."""
    assert most == _range(clusters.change(ACTION, clusters.idle(**used)))["MaxCapacity"]


def test_the_worst_instance_counts(clusters: Any) -> None:
    """One busy reader sizes the cluster, however little the others do."""
    snapshot = clusters.idle(i3={"cpu": 25.0, "memory_acu": 6.0})
    assert 9.5 == _range(clusters.change(ACTION, snapshot))["MaxCapacity"]


@pytest.mark.parametrize(("pause", "expected"), [(1200, {"SecondsUntilAutoPause": 1200}), (None, {})])
def test_the_pause_is_sent_and_kept(clusters: Any, pause: int | None, expected: Any) -> None:
    """A minimum of 0 stays 0, with its pause, in the call, in the undo and in the after-image."""
    scaling = {"MinCapacity": 0.0, "MaxCapacity": 16.0} | ({"SecondsUntilAutoPause": pause} if pause else {})
    described = clusters.described(ServerlessV2ScalingConfiguration=scaling)
    change = clusters.change(ACTION, clusters.idle(described))
    assert {"MinCapacity": 0.0, "MaxCapacity": 4.0, **expected} == _range(change)
    assert {"MaxCapacity": 16.0, "MinCapacity": 0.0, **expected} == dict(
        change.steps[0].undo[0].parameters["ServerlessV2ScalingConfiguration"]
    )
    assert pause == change.steps[0].effect["capacity.seconds_until_auto_pause"]


@pytest.mark.parametrize(
    ("settings", "described", "least"),
    [
        ({"PerformanceInsightsEnabled": True}, {}, 2.0),
        ({}, {"GlobalClusterIdentifier": "world"}, 8.0),
        ({}, {}, 1.0),
    ],
)
def test_features_keep_the_minimum_up(clusters: Any, settings: Any, described: Any, least: float) -> None:
    """2 ACU with Performance Insights, 8 of a global database, half of what there is in any case."""
    low = 2.0 if least < 8 else 12.0
    scaling = {"MinCapacity": low, "MaxCapacity": 16.0}
    members = [clusters.member(1, **settings), clusters.member(2)]
    snapshot = clusters.idle(
        clusters.described(2, ServerlessV2ScalingConfiguration=scaling, **described), members=members, acu=low
    )
    found = _range(clusters.change(ACTION, snapshot))
    assert least == found["MinCapacity"]
    assert found["MaxCapacity"] >= found["MinCapacity"]


def test_lowering_only_the_maximum_saves_nothing_and_says_so(clusters: Any) -> None:
    """Capacity is billed as it runs."""
    described = clusters.described(ServerlessV2ScalingConfiguration={"MinCapacity": 1.0, "MaxCapacity": 16.0})
    change = clusters.change(ACTION, clusters.idle(described, acu=1.0, memory_acu=0.5))
    assert {"MinCapacity": 1.0, "MaxCapacity": 4.0} == _range(change)
    assert (0.0, 0.0, 0.0) == tuple(change.savings_monthly[name] for name in ("low", "likely", "high"))
    assert any("only the maximum saves 0" in each for each in change.savings_monthly["assumptions"])


def test_lowering_only_the_minimum_is_safe(clusters: Any) -> None:
    """The cluster scales up as far as before."""
    described = clusters.described(ServerlessV2ScalingConfiguration={"MinCapacity": 2.0, "MaxCapacity": 4.0})
    change = clusters.change(ACTION, clusters.idle(described, acu=2.0, memory_acu=1.0))
    assert ({"MinCapacity": 1.0, "MaxCapacity": 4.0}, Risk.SAFE) == (_range(change), change.risk)
    assert "pending-reboot" not in change.summary


def test_members_that_wait_for_a_reboot_are_named(clusters: Any) -> None:
    """Whoever reads the plan sees that max_connections is not yet what the present maximum says."""
    described = clusters.described()
    described["DBClusterMembers"][2]["DBClusterParameterGroupStatus"] = "pending-reboot"
    assert "(i3 did already)" in clusters.change(ACTION, clusters.idle(described)).summary


def test_an_unknown_price_gives_no_saving(clusters: Any) -> None:
    """None, and never 0."""
    nothing = {**clusters.prices, "list": {}}
    assert clusters.change(ACTION, clusters.idle(prices=nothing)).savings_monthly is None


@pytest.mark.parametrize(
    ("described", "words"),
    [
        ({"EngineMode": "serverless", "ServerlessV2ScalingConfiguration": None}, "Serverless v1"),
        ({"ClusterScalabilityType": "limitless"}, "limitless"),
        ({"ReplicationSourceIdentifier": "arn:aws:rds:eu-west-1:123456789012:cluster:other"}, "replicates"),
        ({"DBClusterMembers": [{"DBInstanceIdentifier": "i1", "IsClusterWriter": False}]}, "no writer"),
    ],
)
def test_what_is_no_plain_v2_cluster_is_never_sent_v2_parameters(clusters: Any, described: Any, words: str) -> None:
    """Refused with its reason, whatever a rule says."""
    members = [] if described.get("EngineMode") == "serverless" else [clusters.member(1)]
    snapshot = clusters.idle(clusters.described(len(members), **described), members=members)
    refusal = clusters.refusal(ACTION, snapshot)
    assert (True, False) == (words in refusal.reason, refusal.passes)


def test_a_provisioned_cluster_is_never_sent_v2_parameters(clusters: Any) -> None:
    """Also when a range is set that no member uses."""
    members = [clusters.member(1, DBInstanceClass="db.r7g.large")]
    snapshot = clusters.idle(clusters.described(1), members=members)
    assert "provisioned instances only" in clusters.refusal(ACTION, snapshot).reason


def test_serverless_readers_of_a_provisioned_writer_are_left(clusters: Any) -> None:
    """They must keep up with its writes."""
    members = [clusters.member(1, DBInstanceClass="db.r7g.large"), clusters.member(2)]
    snapshot = clusters.idle(clusters.described(2), members=members)
    assert "writer is provisioned" in clusters.refusal(ACTION, snapshot).reason


def test_nothing_smaller_is_no_finding(clusters: Any) -> None:
    """A cluster that needs what it has passes, with what it needs."""
    described = clusters.described(ServerlessV2ScalingConfiguration={"MinCapacity": 1.0, "MaxCapacity": 6.0})
    refusal = clusters.refusal(ACTION, clusters.idle(described, acu=1.0, cpu=60.0))
    assert (True, "3.60 ACU of CPU" in refusal.reason) == (refusal.passes, True)


@given(
    HALVES,
    HALVES,
    HALVES,
    HALVES,
    NEEDS,
    st.sampled_from(["aurora-mysql", "aurora-postgresql"]),
    st.sampled_from([0.0, 2.0, 8.0]),
)
def test_the_next_range_is_never_larger_and_never_too_small(
    least: float, more: float, low: float, high: float, needs: Any, engine: str, floor: float
) -> None:
    """Not above the present range, not below target, floor, half the minimum, or what the projection allows."""
    before = Range(least, max(1.0, least + more))
    target = Range(low, max(1.0, high))
    after = next_range(before, target, needs, engine=engine, floor=floor)
    assert (after.least % 0.5, after.most % 0.5) == (0, 0)
    assert after.least <= before.least
    assert after.most <= before.most
    assert after.most >= max(1.0, after.least)
    if after.least < before.least:
        assert after.least >= max(target.least, floor, before.least / 2)
    if after.most < before.most:
        assert after.most >= target.most
        assert needs["cpu_acu"] / after.most <= 0.60 + 1e-6
        assert needs["memory_acu"] / after.most <= 0.65 + 1e-6
        assert needs["scaled_acu"] <= after.most + 1e-6
        assert needs["peak_connections"] <= max_connections(engine, 1.0, after.most) / 2
    assert after == next_range(after, after, needs, engine=engine, floor=floor)
