"""Tests of the fixes that turn one setting, and of fewer days of backups."""

from __future__ import annotations

from typing import Any

import pytest

from trueup.change import Reversible, Risk

CLUSTER = {
    "enable-deletion-protection": ("DeletionProtection", "DeletionProtection", {}),
    "copy-tags-to-snapshots": ("CopyTagsToSnapshot", "CopyTagsToSnapshot", {}),
    "enable-iam-authentication": (
        "IAMDatabaseAuthenticationEnabled",
        "EnableIAMDatabaseAuthentication",
        {"ApplyImmediately": True},
    ),
}
MEMBERS = {
    "enable-auto-minor-version-upgrade": ("AutoMinorVersionUpgrade", True, Risk.SAFE),
    "disable-public-access": ("PubliclyAccessible", False, Risk.DISRUPTIVE),
}


@pytest.mark.parametrize("action", CLUSTER)
def test_one_setting_of_a_cluster_is_turned_and_nothing_else_is_sent(clusters: Any, action: str) -> None:
    """What waits for the window otherwise is applied at once; a cluster that has it passes."""
    fact, parameter, more = CLUSTER[action]
    change = clusters.change(action, clusters.idle(count=1))
    assert {"DBClusterIdentifier": "shop", parameter: True, **more} == dict(change.steps[0].call.parameters)
    assert {"DBClusterIdentifier": "shop", parameter: False, **more} == dict(change.steps[0].undo[0].parameters)
    assert ({f"cluster.{fact}": True}, Risk.SAFE) == (dict(change.steps[0].effect), change.risk)
    assert clusters.refusal(action, clusters.idle(clusters.described(1, **{fact: True}), count=1)).passes


@pytest.mark.parametrize("action", MEMBERS)
def test_a_setting_of_the_members_is_turned_one_after_the_other(clusters: Any, action: str) -> None:
    """Only of those that have it the wrong way, each with its own undo."""
    fact, wanted, risk = MEMBERS[action]
    members = [clusters.member(n, **{fact: wanted if n == 2 else not wanted}) for n in (1, 2, 3)]
    change = clusters.change(action, clusters.idle(members=members))
    assert [{"DBInstanceIdentifier": name, fact: wanted} for name in ("i1", "i3")] == [
        dict(step.call.parameters) for step in change.steps
    ]
    assert [not wanted] * 2 == [step.undo[0].parameters[fact] for step in change.steps]
    assert (risk, ("arn:aws:rds:us-east-1:123456789012:db:i1",)) == (change.risk, change.steps[0].acts_on)
    right = [clusters.member(n, **{fact: wanted}) for n in (1, 2)]
    assert clusters.refusal(action, clusters.idle(members=right)).passes


@pytest.mark.parametrize("action", MEMBERS)
def test_a_reader_that_the_plan_removes_is_not_changed(clusters: Any, action: str) -> None:
    """An earlier change of the plan takes it away."""
    fact, wanted, _ = MEMBERS[action]
    members = [clusters.member(n, **{fact: not wanted}) for n in (1, 2)]
    made = {**clusters.idle(members=members)["instances"], "i2": None}
    change = clusters.change(action, clusters.idle(members=members, instances=made))
    assert ["i1"] == [step.call.parameters["DBInstanceIdentifier"] for step in change.steps]


def test_fewer_days_are_destructive_and_do_not_come_back(clusters: Any) -> None:
    """The setting does, the restore points do not; and before approval it is said how many go."""
    change = clusters.change("set-backup-retention", clusters.idle())
    assert {"DBClusterIdentifier": "shop", "BackupRetentionPeriod": 7, "ApplyImmediately": True} == dict(
        change.steps[0].call.parameters
    )
    assert 35 == change.steps[0].undo[0].parameters["BackupRetentionPeriod"]
    assert (Risk.DESTRUCTIVE, Reversible.NO) == (change.risk, change.reversible)
    assert ("older than 7 days" in change.risk_reason, "do not come back" in change.reversible_reason) == (True, True)
    assert 4.7 == change.savings_monthly["likely"]


def test_backups_of_aws_backup_are_its_own(clusters: Any) -> None:
    """Their retention is set in the backup plan."""
    described = clusters.described(AwsBackupRecoveryPointArn="arn:aws:backup:us-east-1:123456789012:recovery-point:1")
    assert "AWS Backup" in clusters.refusal("set-backup-retention", clusters.idle(described)).reason


@pytest.mark.parametrize(("days", "passes"), [(7, True), (1, True)])
def test_few_days_pass(clusters: Any, days: int, passes: bool) -> None:
    """A retention is never made longer by this fix."""
    refusal = clusters.refusal("set-backup-retention", clusters.idle(clusters.described(BackupRetentionPeriod=days)))
    assert passes == refusal.passes
