"""The member nodes of a replication group, its capacity in one form, and whether it is at rest.

A group tells neither the engine's version nor the pending changes of its nodes: those are on the cache clusters that
the nodes are. All of a Region are listed at once, and each group finds its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.errors import UnknownFactError
from trueup.facts.unknown import Reason, Unknown
from trueup.plugins.elasticache.node_types import family_of, node_type, size_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.change import Condition
    from trueup.facts.snapshot import Snapshot
    from trueup.plugins.elasticache.node_types import NodeType

__all__ = ["AT_REST", "capacity", "known_type", "members", "state", "version_of"]

AT_REST: Condition = {"state.at_rest": {"const": True}}
"""ElastiCache takes one change of a group at a time, and a change of it applies whatever is pending on its nodes."""


def members(group: Snapshot) -> list[dict[str, Any]]:
    """Give every member node of a group, by name.

    Returns:
        ``[{"id", "shard", "role", "zone", "node_type", "status", "pending", "engine_version", "parameter_group",
        "subnet_group", "maintenance_window", "created"}]``; the role is null with cluster mode enabled.

    Raises:
        UnknownFactError: a member is not among the Region's cache clusters, as it may be while it is being made.

    Source: ElastiCache API, NodeGroupMember, CacheCluster.
    """
    clusters = {each["CacheClusterId"]: each for each in group["region_clusters"]}
    found = []
    for node_group in group["group.NodeGroups"]:
        for member in node_group["NodeGroupMembers"]:
            name = member["CacheClusterId"]
            if name not in clusters:
                detail = f"node {name} is not among the Region's cache clusters; it may be being made or removed"
                raise UnknownFactError("members", Unknown(Reason.NOT_FOUND, detail))
            found.append(_member(node_group, member, clusters[name]))
    return sorted(found, key=lambda each: str(each["id"]))


def capacity(group: Snapshot) -> dict[str, Any]:
    """Give the capacity of a group.

    Returns:
        ``{"engine", "node_type", "family", "size", "vcpus", "memory_bytes", "cluster_mode", "shards", "shard_ids",
        "replicas", "nodes"}``: vCPUs and memory of a node, unknown for a type whose sizes are not known; replicas of
        the shard that has the most.
    """
    name, node_groups = str(group["group.CacheNodeType"]), group["group.NodeGroups"]
    known = node_type(name)
    sizes = [len(each["NodeGroupMembers"]) for each in node_groups]
    return {
        "engine": str(group["group.Engine"] or "redis").lower(),
        "node_type": name,
        "family": family_of(name),
        "size": size_of(name),
        "vcpus": known.vcpus if known else _unknown_type(name),
        "memory_bytes": known.memory_bytes if known else _unknown_type(name),
        "cluster_mode": bool(group["group.ClusterEnabled"]),
        "shards": len(node_groups),
        "shard_ids": sorted(each["NodeGroupId"] for each in node_groups),
        "replicas": max(sizes) - 1,
        "nodes": sum(sizes),
    }


def state(group: Snapshot) -> dict[str, Any]:
    """Give whether a group is at rest: it and all its nodes available, nothing pending, all of one node type.

    Returns:
        ``{"at_rest", "available", "pending", "uniform"}``.

    Source: ElastiCache API, ReplicationGroup (Status, PendingModifiedValues), CacheCluster (PendingModifiedValues).
    """
    nodes = group["members"]
    statuses = [group["group.Status"], *(each["Status"] for each in group["group.NodeGroups"])]
    available = all(each == "available" for each in [*statuses, *(node["status"] for node in nodes)])
    pending = _pending(group["group.PendingModifiedValues"]) or any(node["pending"] for node in nodes)
    uniform = all(node["node_type"] == group["group.CacheNodeType"] for node in nodes)
    return {
        "at_rest": available and not pending and uniform,
        "available": available,
        "pending": pending,
        "uniform": uniform,
    }


def known_type(group: Snapshot) -> NodeType:
    """Give the node type of a group.

    Raises:
        UnknownFactError: its sizes are not known.
    """
    name = str(group["capacity.node_type"])
    known = node_type(name)
    if known is None:
        raise UnknownFactError("capacity.vcpus", _unknown_type(name))
    return known


def version_of(text: str) -> tuple[int, ...]:
    """Give an engine's version as numbers that can be compared, e.g. (7, 1) of ``7.1``; a word counts as 0."""
    return tuple(int(part) if part.isdigit() else 0 for part in text.split("."))


def _member(node_group: Mapping[str, Any], member: Mapping[str, Any], cluster: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": member["CacheClusterId"],
        "shard": node_group["NodeGroupId"],
        "role": member.get("CurrentRole"),
        "zone": member.get("PreferredAvailabilityZone"),
        "node_type": cluster["CacheNodeType"],
        "status": cluster["CacheClusterStatus"],
        "pending": _pending(cluster.get("PendingModifiedValues")),
        "engine_version": cluster["EngineVersion"],
        "parameter_group": (cluster.get("CacheParameterGroup") or {}).get("CacheParameterGroupName"),
        "subnet_group": cluster.get("CacheSubnetGroupName"),
        "maintenance_window": cluster.get("PreferredMaintenanceWindow"),
        "created": cluster["CacheClusterCreateTime"],
    }


def _pending(values: Mapping[str, Any] | None) -> bool:
    """Tell whether anything is pending; AWS also gives the names of what is not, with nothing in them."""
    return any(value not in (None, "", [], (), {}) for value in (values or {}).values())


def _unknown_type(name: str) -> Unknown:
    return Unknown(Reason.UNEXPECTED, f"vCPUs and memory of the node type {name} are not known to trueup")
