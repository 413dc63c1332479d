"""The fixes of a group's options, as pure functions from its facts to the one call that will be sent.

All of them are ModifyReplicationGroup with ApplyImmediately, said explicitly: without it some would wait for the next
maintenance window and could not be verified. It also applies whatever is pending on the nodes, so that nothing is sent
while anything is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.change import Call, Change, Refusal, Risk, Step
from trueup.plugins.elasticache.nodes import AT_REST

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.facts.snapshot import Snapshot

__all__ = ["enable_automatic_failover", "enable_minor_version_upgrades", "enable_multi_az", "set_backup_retention"]


def enable_automatic_failover(group: Snapshot, _parameters: Mapping[str, Any]) -> Change | Refusal:
    """Let a replica take over when the primary fails.

    Args:
        group: with ``group``, ``capacity``.

    Source: ElastiCache API, ModifyReplicationGroup (AutomaticFailoverEnabled); hashicorp/terraform-provider-aws#24244:
    with cluster mode disabled it takes a replica.
    """
    if group["group.AutomaticFailover"] in {"enabled", "enabling"}:
        return Refusal("automatic failover is enabled already", passes=True)
    if group["capacity.replicas"] == 0:
        return Refusal("automatic failover takes a replica, and the group has none; add one, which costs a node")
    return Change(
        summary=f"automatic failover of {group.resource.id}: off becomes on",
        steps=(_switch(group, "AutomaticFailoverEnabled", effect={"group.AutomaticFailover": "enabled"}),),
        risk=Risk.SAFE,
        risk_reason="nothing happens before a primary fails; the primary endpoint then follows by itself",
        code="AWS::ElastiCache::ReplicationGroup AutomaticFailoverEnabled: true",
    )


def enable_multi_az(group: Snapshot, _parameters: Mapping[str, Any]) -> Change | Refusal:
    """Have ElastiCache keep the group up when an Availability Zone fails.

    Args:
        group: with ``group``, ``members``, ``capacity``.

    Source: ElastiCache API, ModifyReplicationGroup (MultiAZEnabled); user guide, minimizing downtime with Multi-AZ: it
    takes automatic failover, and nodes of each shard in more than one Availability Zone.
    """
    if group["group.MultiAZ"] == "enabled":
        return Refusal("Multi-AZ is enabled already", passes=True)
    if group["group.AutomaticFailover"] != "enabled":
        return Refusal("Multi-AZ takes automatic failover, which is not enabled; enable that first")
    zones: dict[str, set[str]] = {}
    for node in group["members"]:
        zones.setdefault(node["shard"], set()).add(node["zone"])
    alone = sorted(shard for shard, found in zones.items() if len(found) == 1)
    if alone:
        return Refusal(f"every node of shard {alone[0]} is in one Availability Zone; add a replica in another one")
    return Change(
        summary=f"Multi-AZ of {group.resource.id}: off becomes on",
        steps=(_switch(group, "MultiAZEnabled", effect={"group.MultiAZ": "enabled"}),),
        risk=Risk.SAFE,
        risk_reason="the nodes are in several Availability Zones already and stay where they are",
        code="AWS::ElastiCache::ReplicationGroup MultiAZEnabled: true",
    )


def enable_minor_version_upgrades(group: Snapshot, _parameters: Mapping[str, Any]) -> Change | Refusal:
    """Let ElastiCache upgrade the engine's minor version in maintenance windows.

    Args:
        group: with ``group``.

    Source: ElastiCache API, ModifyReplicationGroup (AutoMinorVersionUpgrade: Redis OSS 6.0 and Valkey 7.2 and above).
    """
    if group["group.AutoMinorVersionUpgrade"]:
        return Refusal("minor versions are upgraded automatically already", passes=True)
    return Change(
        summary=f"automatic minor version upgrades of {group.resource.id}: off become on",
        steps=(_switch(group, "AutoMinorVersionUpgrade", effect={"group.AutoMinorVersionUpgrade": True}),),
        risk=Risk.DISRUPTIVE,
        risk_reason="nothing happens now, but an upgrade in a later maintenance window replaces nodes, and an upgrade "
        "is not taken back by turning it off again",
        code="AWS::ElastiCache::ReplicationGroup AutoMinorVersionUpgrade: true",
    )


def set_backup_retention(group: Snapshot, parameters: Mapping[str, Any]) -> Change | Refusal:
    """Keep automatic backups for at least some days; a longer retention is left.

    Args:
        group: with ``group``.
        parameters: ``days``.

    Source: ElastiCache API, ModifyReplicationGroup (SnapshotRetentionLimit: 0 turns automatic backups off).
    """
    before, days = int(group["group.SnapshotRetentionLimit"] or 0), int(parameters["days"])
    if before >= days:
        return Refusal(f"automatic backups are kept for {before} days already", passes=True)

    def call(limit: int) -> Call:
        return _modify(group, SnapshotRetentionLimit=limit)

    step = Step(
        call=call(days),
        undo=(call(before),),
        effect={"group.SnapshotRetentionLimit": days},
        ready=AT_REST,
        settled=AT_REST,
        waiter="replication_group_available",
        repeatable=True,
    )
    return Change(
        summary=f"automatic backups of {group.resource.id}: kept for {before} days becomes {days}",
        steps=(step,),
        risk=Risk.SAFE,
        risk_reason="a backup is made once a day in the backup window, of a replica where there is one; its storage is "
        "billed",
        reversible_reason="the undo deletes the automatic backups that are older than were kept before",
        code=f"AWS::ElastiCache::ReplicationGroup SnapshotRetentionLimit: {days}",
    )


def _switch(group: Snapshot, option: str, *, effect: Mapping[str, Any]) -> Step:
    return Step(
        call=_modify(group, **{option: True}),
        undo=(_modify(group, **{option: False}),),
        effect=effect,
        ready=AT_REST,
        settled=AT_REST,
        waiter="replication_group_available",
        repeatable=True,
    )


def _modify(group: Snapshot, **options: Any) -> Call:
    parameters = {"ReplicationGroupId": group.resource.id, **options, "ApplyImmediately": True}
    return Call("elasticache", "ModifyReplicationGroup", parameters)
