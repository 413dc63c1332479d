"""Tests of the fixes of options: nothing is done twice, and what AWS would refuse is refused with its reason."""

from __future__ import annotations

from typing import Any

import pytest

from trueup.change import Risk

FAILOVER = "enable-automatic-failover"
MULTI_AZ = "enable-multi-az"
MINOR = "enable-minor-version-upgrades"
BACKUPS = "set-backup-retention"


@pytest.mark.parametrize(
    ("action", "told", "parameter", "risk"),
    [
        (FAILOVER, {"AutomaticFailover": "disabled"}, "AutomaticFailoverEnabled", Risk.SAFE),
        (MULTI_AZ, {"MultiAZ": "disabled"}, "MultiAZEnabled", Risk.SAFE),
        (MINOR, {"AutoMinorVersionUpgrade": False}, "AutoMinorVersionUpgrade", Risk.DISRUPTIVE),
    ],
)
def test_a_switch_goes_there_and_back(
    groups: Any, action: str, told: dict[str, Any], parameter: str, risk: Risk
) -> None:
    """One option, said with ApplyImmediately, and its opposite as undo."""
    change = groups.change(action, groups.snapshot(groups.made(**told)))
    (step,) = change.steps
    both = {"ReplicationGroupId": "carts", "ApplyImmediately": True}
    assert {**both, parameter: True} == step.call.parameters
    assert [{**both, parameter: False}] == [call.parameters for call in step.undo]
    assert risk is change.risk


@pytest.mark.parametrize(
    ("action", "told"),
    [
        (FAILOVER, {"AutomaticFailover": "enabled"}),
        (FAILOVER, {"AutomaticFailover": "enabling"}),
        (MULTI_AZ, {"MultiAZ": "enabled"}),
        (MINOR, {"AutoMinorVersionUpgrade": True}),
        (BACKUPS, {"SnapshotRetentionLimit": 7}),
        (BACKUPS, {"SnapshotRetentionLimit": 30}),
    ],
)
def test_what_is_so_already_passes(groups: Any, action: str, told: dict[str, Any]) -> None:
    """Nothing is sent, and a longer retention is never shortened."""
    assert groups.refusal(action, groups.snapshot(groups.made(**told))).passes


def test_failover_takes_a_replica(groups: Any) -> None:
    """A single node has nothing to fail over to."""
    made = groups.made(shards=1, replicas=0, cluster_mode=False, AutomaticFailover="disabled")
    refusal = groups.refusal(FAILOVER, groups.snapshot(made))
    assert "replica" in refusal.reason
    assert refusal.passes is False


def test_multi_az_takes_failover_and_two_zones(groups: Any) -> None:
    """Each is said by its own reason; nothing else is turned on along with it."""
    made = groups.made(MultiAZ="disabled", AutomaticFailover="disabled")
    assert "automatic failover" in groups.refusal(MULTI_AZ, groups.snapshot(made)).reason
    made = groups.made(MultiAZ="disabled")
    for member in made.group["NodeGroups"][2]["NodeGroupMembers"]:
        member["PreferredAvailabilityZone"] = "us-east-1a"
    assert "shard 0003" in groups.refusal(MULTI_AZ, groups.snapshot(made)).reason


def test_backups_are_kept_longer_and_as_before_after_the_undo(groups: Any) -> None:
    """The undo is the old number of days, and what it deletes is said."""
    change = groups.change(BACKUPS, groups.snapshot(groups.made(SnapshotRetentionLimit=2)))
    (step,) = change.steps
    assert (7, 2) == (
        step.call.parameters["SnapshotRetentionLimit"],
        step.undo[0].parameters["SnapshotRetentionLimit"],
    )
    assert "deletes" in change.reversible_reason
