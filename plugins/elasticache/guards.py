"""What speaks against changing the size of a group, whatever its use: who else decides on it, and what AWS refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.change import Refusal
from trueup.plugins.elasticache.nodes import version_of

if TYPE_CHECKING:
    from trueup.facts.snapshot import Snapshot

__all__ = ["REPLICAS", "SHARDS", "not_to_be_resized", "scaled_by_others"]

SHARDS = "elasticache:replication-group:NodeGroups"
REPLICAS = "elasticache:replication-group:Replicas"
"""The dimensions that Application Auto Scaling may act on. Source: its API, ScalableDimension."""

_ONLINE_SCALING = (5, 0, 5)
"""The first version of Redis OSS that is scaled online. Source: ElastiCache user guide, scaling replication groups."""


def not_to_be_resized(group: Snapshot) -> Refusal | None:
    """Give why neither nodes nor shards of a group are to be changed.

    Args:
        group: with ``group``, ``members``, ``capacity``, ``autoscaling``, ``parameters``.
    """
    reason = _kind_of_group(group) or _nodes_of_group(group)
    return Refusal(reason) if reason else scaled_by_others(group, SHARDS)


def scaled_by_others(group: Snapshot, dimension: str) -> Refusal | None:
    """Refuse when Application Auto Scaling decides on a dimension."""
    for target in group["autoscaling.targets"]:
        if target["ScalableDimension"] == dimension:
            bounds = f"{target['MinCapacity']} to {target['MaxCapacity']}"
            return Refusal(f"Application Auto Scaling keeps {dimension} within {bounds}; change its bounds instead")
    return None


def _kind_of_group(group: Snapshot) -> str:
    datastore = (group["group.GlobalReplicationGroupInfo"] or {}).get("GlobalReplicationGroupId")
    if datastore:
        return f"the group is in the global datastore {datastore}, whose members are sized together"
    if group["group.MemberClustersOutpostArns"]:
        return "the group is on an Outpost, whose capacity is paid for whether it is used or not"
    if group["group.DataTiering"] == "enabled":
        return "data tiering keeps part of the data on disk, so that its memory does not tell what would fit"
    if group["group.ClusterMode"] == "compatible":
        return "the group is on its way from cluster mode disabled to enabled; finish that first"
    return ""


def _nodes_of_group(group: Snapshot) -> str:
    if group["parameters.reserved_memory_bytes"]:
        return (
            f"parameter group {group['parameters.name']} reserves memory by reserved-memory, a fixed number of bytes "
            "that fits one node type only; reserve it by reserved-memory-percent first"
        )
    old = [each for each in group["members"] if _too_old(group["capacity.engine"], each["engine_version"])]
    return f"version {old[0]['engine_version']} cannot be scaled online, expected at least 5.0.5" if old else ""


def _too_old(engine: str, version: str) -> bool:
    return engine == "redis" and version_of(version) < _ONLINE_SCALING
