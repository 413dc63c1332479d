"""The fix of backups that are kept longer than wanted: fewer days, and what is lost by it.

The setting comes back with an undo; the restore points do not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.change import Call, Change, Refusal, Reversible, Risk, Step
from trueup.plugins.rds.members import AVAILABLE
from trueup.plugins.rds.money import backup_saving

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.facts.snapshot import Snapshot

__all__ = ["set_backup_retention"]


def set_backup_retention(cluster: Snapshot, parameters: Mapping[str, Any]) -> Change | Refusal:
    """Keep automated backups for fewer days.

    Args:
        cluster: with ``cluster``, ``storage``, ``prices``.
        parameters: ``days``, 1 to 35.

    Source: RDS API, ModifyDBCluster (BackupRetentionPeriod, ApplyImmediately); Aurora user guide, backups: they are
    continuous within the retention period.
    """
    days, new = int(cluster["cluster.BackupRetentionPeriod"]), int(parameters["days"])
    if days <= new:
        return Refusal(f"backups are kept for {days} days already, expected at most {new}", passes=True)
    if cluster["cluster.AwsBackupRecoveryPointArn"]:
        return Refusal("AWS Backup manages the cluster's backups; change its backup plan")
    step = Step(
        call=_retain(cluster, new),
        undo=(_retain(cluster, days),),
        effect={"cluster.BackupRetentionPeriod": new},
        ready=AVAILABLE,
        settled=AVAILABLE,
        waiter="db_cluster_available",
        repeatable=True,
    )
    return Change(
        summary=f"{cluster.resource.id}: backups are kept for {new} days instead of {days}",
        steps=(step,),
        risk=Risk.DESTRUCTIVE,
        risk_reason=f"every restore point that is older than {new} days is deleted at once, up to {days} days back",
        reversible=Reversible.NO,
        reversible_reason=f"the undo sets {days} days again, the deleted restore points do not come back",
        savings_monthly=backup_saving(cluster, days, new),
        code=f"AWS::RDS::DBCluster BackupRetentionPeriod: {new}",
    )


def _retain(cluster: Snapshot, days: int) -> Call:
    parameters = {
        "DBClusterIdentifier": cluster.resource.id,
        "BackupRetentionPeriod": days,
        "ApplyImmediately": True,
    }
    return Call("rds", "ModifyDBCluster", parameters)
