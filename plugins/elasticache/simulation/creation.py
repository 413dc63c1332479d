"""New replication groups: how many nodes they have, which slots, which defaults, and that making them takes time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.plugins.elasticache.node_types import node_types
from trueup.plugins.elasticache.simulation import moving
from trueup.plugins.elasticache.simulation.groups import backend_of, group_of, invalid, members_of, spread_slots
from trueup.testing.correction import Correction, together

if TYPE_CHECKING:
    from trueup.testing.correction import Proceed, Simulation, Undo
    from trueup.testing.exchange import Answer, ApiRequest

__all__ = ["CREATION", "DELETION"]

_WINDOWS = {"SnapshotWindow": "05:00-06:00", "PreferredMaintenanceWindow": "sun:07:00-sun:08:00"}
_VERSIONS = {"redis": "7.1.0", "valkey": "8.0.1"}


def _install(aws: Simulation) -> Undo:
    def create(request: ApiRequest, proceed: Proceed) -> Answer:
        given = request.parameters
        if "CacheNodeType" in given and given["CacheNodeType"] not in node_types():
            raise invalid("The parameter CacheNodeType has an invalid value.")
        answer = proceed(request.with_parameters(_complete(given)))
        if not answer.ok:
            return answer
        group = group_of(request)
        _amend(group, given)
        for _, member in members_of(group):
            member["cache_node_id"] = "0001"
        spread_slots(group)
        moving.begin(aws, group, moving.CREATE_SECONDS, lambda: None, state="creating")
        described = aws.ask(request, "DescribeReplicationGroups", {"ReplicationGroupId": given["ReplicationGroupId"]})
        return request.answer({"ReplicationGroup": described["ReplicationGroups"][0]})

    def describe(request: ApiRequest, proceed: Proceed) -> Answer:
        answer = proceed(request)
        if not answer.ok:
            return answer
        result = request.result(answer)
        for described in result["ReplicationGroups"]:
            described.setdefault("PendingModifiedValues", {})
            if described.get("GlobalReplicationGroupInfo", {}).get("GlobalReplicationGroupId") in (None, ""):
                described.pop("GlobalReplicationGroupInfo", None)
        return request.answer(result)

    return together(
        aws.answer("elasticache:CreateReplicationGroup", create),
        aws.answer("elasticache:DescribeReplicationGroups", describe),
    )


def _complete(given: dict[str, Any]) -> dict[str, Any]:
    """What moto must be told to make the group that AWS makes of the same parameters."""
    more: dict[str, Any] = {name: value for name, value in _WINDOWS.items() if name not in given}
    engine = given.get("Engine", "redis")
    if "EngineVersion" not in given and engine in _VERSIONS:
        more["EngineVersion"] = _VERSIONS[engine]
    if "AtRestEncryptionEnabled" not in given:
        more["AtRestEncryptionEnabled"] = engine == "valkey"
    if _clustered(given):
        more["ClusterMode"] = given.get("ClusterMode", "enabled")
    elif "NumCacheClusters" in given:
        more["ReplicasPerNodeGroup"] = given["NumCacheClusters"] - 1
    return given | more


def _clustered(given: dict[str, Any]) -> bool:
    """Whether a group is cluster mode enabled: said so, or by more shards than one, or by its parameter group."""
    if "ClusterMode" in given:
        return bool(given["ClusterMode"] == "enabled")
    shards = max(given.get("NumNodeGroups", 1), len(given.get("NodeGroupConfiguration", ())))
    return shards > 1 or str(given.get("CacheParameterGroupName", "")).endswith(".cluster.on")


def _amend(group: Any, given: dict[str, Any]) -> None:
    group.auto_minor_version_upgrade = given.get("AutoMinorVersionUpgrade", True)
    if group.cache_parameter_group_name is None:
        major = str(group.engine_version).partition(".")[0]
        group.cache_parameter_group_name = f"default.{group.engine}{major}"
        if group.cluster_enabled:
            group.cache_parameter_group_name += ".cluster.on"


def _install_deletion(aws: Simulation) -> Undo:
    def delete(request: ApiRequest, proceed: Proceed) -> Answer:
        group = group_of(request)
        answer = proceed(request)
        if answer.ok:
            groups = backend_of(request).replication_groups
            if groups.get(group.replication_group_id) is group:
                del groups[group.replication_group_id]
        return answer

    return aws.answer("elasticache:DeleteReplicationGroup", delete)


CREATION = Correction(
    name="elasticache-creation",
    service="elasticache",
    says="a new group has as many nodes as NumCacheClusters says, is cluster mode enabled when it has several shards "
    "or a cluster's parameter group, spreads all slots over its shards, has AWS's defaults and an empty "
    "PendingModifiedValues, and of a known node type only; moto does none of it",
    source="botocore model elasticache:CreateReplicationGroupMessage (NumCacheClusters, NumNodeGroups, "
    "CacheParameterGroupName, AutoMinorVersionUpgrade), NodeGroup (Slots), NodeGroupMember (CacheNodeId); the versions "
    "and windows that AWS chooses are examples",
    install=_install,
)

DELETION = Correction(
    name="elasticache-deletion",
    service="elasticache",
    says="a deleted group is gone and its name is free; moto lists it as deleting for ever",
    source="botocore model elasticache:DeleteReplicationGroup; waiter ReplicationGroupDeleted",
    install=_install_deletion,
)
