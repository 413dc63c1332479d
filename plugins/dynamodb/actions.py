"""The fixes of a table that take no look at its use, as pure functions from its facts to the calls that will be sent.

Each gives the whole of it: the call, its undo, how to tell that it has settled, and why it does no harm.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.change import Call, Change, Condition, Refusal, Risk, Step

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.facts.snapshot import Snapshot

__all__ = ["AVAILABLE", "enable_deletion_protection", "enable_pitr"]

AVAILABLE: Condition = {
    "all": [
        {"table.TableStatus": {"const": "ACTIVE"}},
        {"every": {"in": "table.GlobalSecondaryIndexes", "holds": {"IndexStatus": {"const": "ACTIVE"}}}},
    ]
}
"""UpdateTable takes one change at a time, and a table is ACTIVE before its indexes are."""


def enable_pitr(table: Snapshot, _parameters: Mapping[str, Any]) -> Change | Refusal:
    """Turn point-in-time recovery on, keeping a recovery period that was set before.

    Counts as reversible: the undo gives back a table without restore points, as it was. What it takes away are the
    restore points made since, and the plan says so.

    Args:
        table: with ``table`` and ``continuous_backups``.

    Source: DynamoDB API, UpdateContinuousBackups: without RecoveryPeriodInDays the period becomes 35 days.
    """
    recovery = "continuous_backups.PointInTimeRecoveryDescription"
    if table[f"{recovery}.PointInTimeRecoveryStatus"] == "ENABLED":
        return Refusal("point-in-time recovery is enabled already", passes=True)
    period = table[f"{recovery}.RecoveryPeriodInDays"]
    kept = {} if period is None else {"RecoveryPeriodInDays": period}
    step = Step(
        call=_recovery_call(table, PointInTimeRecoveryEnabled=True, **kept),
        undo=(_recovery_call(table, PointInTimeRecoveryEnabled=False),),
        effect={f"{recovery}.PointInTimeRecoveryStatus": "ENABLED"},
        ready={"all": [AVAILABLE, {"continuous_backups.ContinuousBackupsStatus": {"const": "ENABLED"}}]},
        settled={"table.TableStatus": {"const": "ACTIVE"}},
        repeatable=True,
    )
    return Change(
        summary=f"point-in-time recovery of {table.resource.id}: off becomes on, for {period or 35} days",
        steps=(step,),
        risk=Risk.SAFE,
        risk_reason="continuous backups have no effect on running load; they are billed by the size of the table",
        reversible_reason="the undo drops the restore points made since; there were none before",
        code="AWS::DynamoDB::Table PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled: true",
    )


def enable_deletion_protection(table: Snapshot, _parameters: Mapping[str, Any]) -> Change | Refusal:
    """Protect a table from being deleted.

    Args:
        table: with ``table``.

    Source: probes of DynamoDB: DeletionProtectionEnabled must be the only change of its UpdateTable request.
    """
    if table["table.DeletionProtectionEnabled"]:
        return Refusal("deletion protection is enabled already", passes=True)
    name = table.resource.id
    step = Step(
        call=Call("dynamodb", "UpdateTable", {"TableName": name, "DeletionProtectionEnabled": True}),
        undo=(Call("dynamodb", "UpdateTable", {"TableName": name, "DeletionProtectionEnabled": False}),),
        effect={"table.DeletionProtectionEnabled": True},
        ready=AVAILABLE,
        settled=AVAILABLE,
        repeatable=True,
    )
    return Change(
        summary=f"deletion protection of {name}: off becomes on",
        steps=(step,),
        risk=Risk.SAFE,
        risk_reason="only DeleteTable behaves differently: it is refused until the protection is taken off",
        code="AWS::DynamoDB::Table DeletionProtectionEnabled: true",
    )


def _recovery_call(table: Snapshot, **specification: Any) -> Call:
    parameters = {"TableName": table.resource.id, "PointInTimeRecoverySpecification": specification}
    return Call("dynamodb", "UpdateContinuousBackups", parameters)
