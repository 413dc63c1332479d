"""Tests of the removal of replicas."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.change import Reversible
from trueup.plugins.elasticache.replicas import Work, fewest_replicas, replicas_fit

ALONE = {"cluster_mode": False, "shards": 1, "node": "cache.r6g.large"}


def test_replicas_are_removed_and_come_back_as_new_ones(groups: Any) -> None:
    """One call there, one back, and that ids differ is said."""
    change = groups.change("decrease-replicas", groups.idle(replicas=3, **ALONE))
    (step,) = change.steps
    both = {"ReplicationGroupId": "carts", "ApplyImmediately": True}
    assert ("DecreaseReplicaCount", {**both, "NewReplicaCount": 1}) == (step.call.operation, step.call.parameters)
    assert [("IncreaseReplicaCount", {**both, "NewReplicaCount": 3})] == [
        (call.operation, call.parameters) for call in step.undo
    ]
    assert {"capacity.replicas": 1} == step.effect
    assert Reversible.PARTLY is change.reversible
    assert "ids" in change.reversible_reason


def test_the_load_of_what_goes_is_spread_over_what_stays(groups: Any) -> None:
    """Four nodes at 8 % are two at 16 %."""
    change = groups.change("decrease-replicas", groups.idle(replicas=3, **ALONE))
    assert (8.0, 16.0) == (change.projection["observed_peak_cpu"], change.projection["projected_peak_cpu"])
    assert 730 * 2 * 0.206 == pytest.approx(change.savings_monthly["likely"])


@pytest.mark.parametrize("told", [{"MultiAZ": "enabled"}, {"MultiAZ": "disabled", "AutomaticFailover": "enabled"}])
def test_one_replica_stays_for_failover(groups: Any, told: dict[str, str]) -> None:
    """Multi-AZ and automatic failover need it, whatever the parameter says."""
    refusal = groups.refusal("decrease-replicas", groups.idle(replicas=1, **ALONE, **told), replicas=0)
    assert refusal.passes


def test_a_group_without_failover_may_lose_its_last_replica(groups: Any) -> None:
    """Asked for none, nothing stands against it."""
    off = {"MultiAZ": "disabled", "AutomaticFailover": "disabled"}
    change = groups.change("decrease-replicas", groups.idle(replicas=1, **ALONE, **off), replicas=0)
    assert 0 == change.steps[0].call.parameters["NewReplicaCount"]


def test_cluster_mode_is_left(groups: Any) -> None:
    """Its shards are sized by another fix."""
    assert "cluster mode" in groups.refusal("decrease-replicas", groups.idle(replicas=3)).reason


def test_replicas_that_scale_automatically_are_left(groups: Any) -> None:
    """Application Auto Scaling decides on them."""
    made = groups.measured(groups.made(replicas=3, **ALONE))
    target = {"ScalableDimension": "elasticache:replication-group:Replicas", "MinCapacity": 2, "MaxCapacity": 5}
    made.aspects["autoscaling"]["targets"].append(target)
    assert "2 to 5" in groups.refusal("decrease-replicas", groups.snapshot(made)).reason


def test_replicas_that_are_needed_stay_and_that_is_a_pass(groups: Any) -> None:
    """Three nodes at 45 % would be two at 67 %."""
    use = {"host_cpu": 22.5}
    refusal = groups.refusal("decrease-replicas", groups.idle(replicas=2, use=use, **ALONE))
    assert refusal.passes
    assert "45.0 %" in refusal.reason


@given(present=st.integers(0, 5), least=st.integers(0, 5), peak=st.floats(0, 100))
def test_the_number_is_a_floor_within_the_projection(present: int, least: int, peak: float) -> None:
    """Never more than now, never under the least, never above 60 %, and as few as the work of before allows."""
    work = Work(peak, present)
    after = fewest_replicas(present, least, work)
    assert min(present, least) <= after <= present
    if after < present:
        assert peak * (present + 1) / (after + 1) <= 60
    assert after <= least or replicas_fit(after, work)
    assert after == fewest_replicas(after, least, work)


def test_part_of_the_replicas_is_removed_where_part_of_them_fits(groups: Any) -> None:
    """Six nodes at 25 % are two at 75 % and three at 50 %: two replicas stay, of the one that was asked for."""
    change = groups.change("decrease-replicas", groups.idle(replicas=5, use={"host_cpu": 12.5}, **ALONE))
    assert 2 == change.steps[0].call.parameters["NewReplicaCount"]
    assert 50.0 == change.projection["projected_peak_cpu"]
