"""The fixes of a cluster, declared: what each needs, writes and risks; what each does is in a module named after it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from trueup.change import Reversible
from trueup.plugins.rds import parameters, removal, retention, scaling, switches
from trueup.plugins.rds.schedule import SETTLE_SECONDS
from trueup.service.plugin import ServicePlugin, action

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.change import Change, Refusal
    from trueup.facts.snapshot import Snapshot

__all__ = ["ClusterFixes"]

_POLL_SECONDS = 30
"""What AWS's own waiters wait; RDS takes minutes for most things, and its throttling limits are not published."""

_REMOVAL_NEEDS = (
    "cluster", "members", "topology", "instances", "readers", "endpoints", "autoscaling", "running", "prices",
)  # fmt: skip

_MODIFY = ("rds:ModifyDBCluster",)
_MODIFY_MEMBERS = ("rds:ModifyDBInstance",)

_fix = partial(action, "db_cluster", settle_seconds=SETTLE_SECONDS, poll_seconds=_POLL_SECONDS)
_switch = partial(_fix, needs=("cluster",), writes=_MODIFY, risk="safe", parameters=parameters.NONE)
_members_switch = partial(
    _fix, needs=("instances",), owned=("instances",), writes=_MODIFY_MEMBERS, parameters=parameters.NONE
)


class ClusterFixes(ServicePlugin):
    """The actions of ``rds.db_cluster``."""

    @_fix(
        "set-capacity",
        needs=("cluster", "members", "topology", "capacity", "sizing", "prices"),
        owned=("capacity.min", "capacity.max", "capacity.seconds_until_auto_pause"),
        writes=_MODIFY,
        risk="safe",
        capacity=True,
        parameters=parameters.BOUNDS,
    )
    def set_capacity(self, cluster: Snapshot, given: Mapping[str, Any]) -> Change | Refusal:
        """Lower the range of Serverless v2 capacity."""
        return scaling.set_capacity(cluster, given)

    @_fix(
        "remove-reader",
        needs=_REMOVAL_NEEDS,
        owned=("instances",),
        writes=("rds:DeleteDBInstance", "rds:CreateDBInstance"),
        permissions=("iam:PassRole", "rds:AddTagsToResource"),
        risk="destructive",
        reversible=Reversible.PARTLY,
        capacity=True,
        parameters=parameters.IDLE,
    )
    def remove_reader(self, cluster: Snapshot, given: Mapping[str, Any]) -> Change | Refusal:
        """Remove an idle reader."""
        return removal.remove_reader(cluster, given)

    @_fix(
        "set-backup-retention",
        needs=("cluster", "storage", "prices"),
        owned=("cluster.BackupRetentionPeriod",),
        writes=_MODIFY,
        risk="destructive",
        reversible=Reversible.NO,
        parameters=parameters.DAYS,
    )
    def set_backup_retention(self, cluster: Snapshot, given: Mapping[str, Any]) -> Change | Refusal:
        """Keep backups for fewer days."""
        return retention.set_backup_retention(cluster, given)

    @_switch("enable-deletion-protection", owned=("cluster.DeletionProtection",))
    def enable_deletion_protection(self, cluster: Snapshot, _given: Mapping[str, Any]) -> Change | Refusal:
        """Protect the cluster from being deleted."""
        return switches.turn(cluster, switches.DELETION_PROTECTION)

    @_switch("copy-tags-to-snapshots", owned=("cluster.CopyTagsToSnapshot",))
    def copy_tags_to_snapshots(self, cluster: Snapshot, _given: Mapping[str, Any]) -> Change | Refusal:
        """Give snapshots the cluster's tags."""
        return switches.turn(cluster, switches.COPY_TAGS)

    @_switch("enable-iam-authentication", owned=("cluster.IAMDatabaseAuthenticationEnabled",))
    def enable_iam_authentication(self, cluster: Snapshot, _given: Mapping[str, Any]) -> Change | Refusal:
        """Let users log in by IAM."""
        return switches.turn(cluster, switches.IAM)

    @_members_switch("enable-auto-minor-version-upgrade", risk="safe")
    def enable_auto_minor_version_upgrade(self, cluster: Snapshot, _given: Mapping[str, Any]) -> Change | Refusal:
        """Let AWS install minor versions on every member."""
        return switches.turn_members(cluster, switches.MINOR_UPGRADES)

    @_members_switch("disable-public-access", risk="disruptive")
    def disable_public_access(self, cluster: Snapshot, _given: Mapping[str, Any]) -> Change | Refusal:
        """Take every member out of the internet's reach."""
        return switches.turn_members(cluster, switches.PRIVATE)
