"""The fixes of a group, declared: what each needs, writes and risks; what each does is in a module named after it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from trueup.change import Reversible
from trueup.plugins.elasticache import options, replicas, resizing
from trueup.plugins.elasticache.calm import RESIZE_HOURS, SHARD_HOURS
from trueup.service.plugin import ServicePlugin, action

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.change import Change, Refusal
    from trueup.facts.snapshot import Snapshot

__all__ = ["GroupFixes"]

_POLL_SECONDS = 60
"""Nodes take many minutes; every look lists all nodes of the Region."""

_RESHARD_SECONDS = SHARD_HOURS * 3600
_SETTLE_SECONDS = RESIZE_HOURS * 3600

_RESIZE_PARAMETERS = {
    "type": "object",
    "properties": {"node_type": {"type": "string"}, "shards": {"type": "integer", "minimum": 1, "maximum": 500}},
    "required": ["node_type", "shards"],
    "additionalProperties": False,
}

_REPLICA_PARAMETERS = {
    "type": "object",
    "properties": {"replicas": {"type": "integer", "minimum": 1, "maximum": 5}},
    "required": ["replicas"],
    "additionalProperties": False,
}

_BACKUP_PARAMETERS = {
    "type": "object",
    "properties": {"days": {"type": "integer", "minimum": 1, "maximum": 35}},
    "required": ["days"],
    "additionalProperties": False,
}

_NO_PARAMETERS = {"type": "object", "additionalProperties": False}

_SIZE_NEEDS = ("group", "members", "capacity", "sizing", "autoscaling", "prices", "reserved_nodes")

_MODIFY = ("elasticache:ModifyReplicationGroup",)

_fix = partial(action, "replication_group", settle_seconds=_SETTLE_SECONDS, poll_seconds=_POLL_SECONDS)
_switch = partial(_fix, writes=_MODIFY, parameters=_NO_PARAMETERS)


class GroupFixes(ServicePlugin):
    """The actions of ``elasticache.replication_group``."""

    @_fix(
        "resize",
        needs=(*_SIZE_NEEDS, "allowed_types", "parameters"),
        owned=("capacity.node_type", "capacity.shards"),
        writes=("elasticache:ModifyReplicationGroup", "elasticache:ModifyReplicationGroupShardConfiguration"),
        risk="disruptive",
        capacity=True,
        settle_seconds=_RESHARD_SECONDS,
        parameters=_RESIZE_PARAMETERS,
    )
    def resize(self, group: Snapshot, given: Mapping[str, Any]) -> Change | Refusal:
        """Remove shards and make nodes smaller."""
        return resizing.resize(group, given)

    @_fix(
        "decrease-replicas",
        needs=_SIZE_NEEDS,
        owned=("capacity.replicas",),
        writes=("elasticache:DecreaseReplicaCount", "elasticache:IncreaseReplicaCount"),
        risk="disruptive",
        capacity=True,
        reversible=Reversible.PARTLY,
        parameters=_REPLICA_PARAMETERS,
    )
    def decrease_replicas(self, group: Snapshot, given: Mapping[str, Any]) -> Change | Refusal:
        """Remove replicas."""
        return replicas.decrease_replicas(group, given)

    @_switch("enable-automatic-failover", needs=("group", "capacity"), owned=("group.AutomaticFailover",), risk="safe")
    def enable_automatic_failover(self, group: Snapshot, given: Mapping[str, Any]) -> Change | Refusal:
        """Turn automatic failover on."""
        return options.enable_automatic_failover(group, given)

    @_switch("enable-multi-az", needs=("group", "members", "capacity"), owned=("group.MultiAZ",), risk="safe")
    def enable_multi_az(self, group: Snapshot, given: Mapping[str, Any]) -> Change | Refusal:
        """Turn Multi-AZ on."""
        return options.enable_multi_az(group, given)

    @_switch(
        "enable-minor-version-upgrades", needs=("group",), owned=("group.AutoMinorVersionUpgrade",), risk="disruptive"
    )
    def enable_minor_version_upgrades(self, group: Snapshot, given: Mapping[str, Any]) -> Change | Refusal:
        """Turn automatic minor version upgrades on."""
        return options.enable_minor_version_upgrades(group, given)

    @_fix(
        "set-backup-retention",
        needs=("group",),
        owned=("group.SnapshotRetentionLimit",),
        writes=_MODIFY,
        risk="safe",
        parameters=_BACKUP_PARAMETERS,
    )
    def set_backup_retention(self, group: Snapshot, given: Mapping[str, Any]) -> Change | Refusal:
        """Keep automatic backups for some days."""
        return options.set_backup_retention(group, given)
