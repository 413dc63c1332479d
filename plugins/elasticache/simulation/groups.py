"""The simulated replication groups, as the corrections of ElastiCache reach and change them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.testing.exchange import AwsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trueup.testing.correction import Simulation
    from trueup.testing.exchange import Answer, ApiRequest

__all__ = [
    "SLOTS",
    "add_node_group",
    "add_replica",
    "backend_of",
    "group_of",
    "invalid",
    "invalid_combination",
    "members_of",
    "remove_members",
    "shown",
    "spread_slots",
]

SLOTS = 16_384
"""The hash slots of a cluster, all of which some shard has. Source: ElastiCache user guide, shards."""

_ZONES = ("us-east-1a", "us-east-1b", "us-east-1c")


def backend_of(request: ApiRequest) -> Any:
    """Moto's ElastiCache of the caller's account and Region."""
    from moto.elasticache.models import elasticache_backends

    return elasticache_backends[request.account][request.region]


def group_of(request: ApiRequest) -> Any:
    """Moto's object of the replication group that a request names.

    Raises:
        AwsError: ReplicationGroupNotFoundFault.
    """
    name = request.parameters["ReplicationGroupId"]
    group = backend_of(request).replication_groups.get(name)
    if group is None:
        raise AwsError("ReplicationGroupNotFoundFault", f"ReplicationGroup {name} not found.", 404)
    return group


def shown(aws: Simulation, request: ApiRequest) -> Answer:
    """Answer a write with the group as it is described right after it."""
    parameters = {"ReplicationGroupId": request.parameters["ReplicationGroupId"]}
    described = aws.ask(request, "DescribeReplicationGroups", parameters)
    return request.answer({"ReplicationGroup": described["ReplicationGroups"][0]})


def members_of(group: Any) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Give each node group of a group with each of its members, in order."""
    for node_group in group.node_groups:
        for member in node_group["node_group_members"]:
            yield node_group, member


def add_node_group(group: Any, created: Any) -> None:
    """Add a shard with as many replicas as the first one; its number is one that no shard has had."""
    highest = max(int(each["node_group_id"]) for each in group.node_groups)
    number = max(highest, getattr(group, "trueup_highest_shard", 0)) + 1
    group.trueup_highest_shard = number
    node_group = {"node_group_id": f"{number:0>4}", "status": "available", "node_group_members": []}
    for _ in group.node_groups[0]["node_group_members"]:
        add_replica(group, node_group, created)
    group.node_groups.append(node_group)
    spread_slots(group)


def add_replica(group: Any, node_group: dict[str, Any], created: Any) -> None:
    """Add a member to a node group; its number is one that no member of it has had."""
    prefix = group.replication_group_id
    if group.cluster_enabled:
        prefix = f"{prefix}-{node_group['node_group_id']}"
    members = node_group["node_group_members"]
    highest = max((int(each["cache_cluster_id"].rpartition("-")[2]) for each in members), default=0)
    number = max(highest, node_group.get("trueup_highest", 0)) + 1
    node_group["trueup_highest"] = number
    member = {
        "cache_cluster_id": f"{prefix}-{number:0>3}",
        "cache_node_id": "0001",
        "preferred_availability_zone": _ZONES[len(members) % len(_ZONES)],
        "trueup_created": created,
    }
    if not group.cluster_enabled:
        member["current_role"] = "replica"
        member["read_endpoint"] = {"address": f"{member['cache_cluster_id']}.cache.amazonaws.com", "port": group.port}
    members.append(member)
    group.member_clusters.append(member["cache_cluster_id"])


def remove_members(group: Any, gone: set[str]) -> None:
    """Take members away, and node groups that have none left; the slots go to the others."""
    for node_group in group.node_groups:
        members = node_group["node_group_members"]
        numbers = [int(each["cache_cluster_id"].rpartition("-")[2]) for each in members]
        node_group["trueup_highest"] = max([node_group.get("trueup_highest", 0), *numbers])
        node_group["node_group_members"] = [each for each in members if each["cache_cluster_id"] not in gone]
    highest = max(int(each["node_group_id"]) for each in group.node_groups)
    group.trueup_highest_shard = max(highest, getattr(group, "trueup_highest_shard", 0))
    group.node_groups[:] = [each for each in group.node_groups if each["node_group_members"]]
    group.member_clusters[:] = [each for each in group.member_clusters if each not in gone]
    spread_slots(group)


def spread_slots(group: Any) -> None:
    """Give each shard of a cluster an equal part of the slots."""
    if not group.cluster_enabled:
        return
    count = len(group.node_groups)
    for number, node_group in enumerate(group.node_groups):
        first, last = number * SLOTS // count, (number + 1) * SLOTS // count - 1
        node_group["slots"] = f"{first}-{last}"


def invalid(message: str) -> AwsError:
    """What ElastiCache answers to a value that it does not take."""
    return AwsError("InvalidParameterValue", message, 400)


def invalid_combination(message: str) -> AwsError:
    """What ElastiCache answers to parameters that do not go together."""
    return AwsError("InvalidParameterCombination", message, 400)
