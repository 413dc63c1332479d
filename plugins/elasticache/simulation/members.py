"""Member nodes: every node of a replication group is a cache cluster of its own, with pending changes of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.plugins.elasticache.simulation.groups import backend_of, members_of
from trueup.plugins.elasticache.simulation.moving import move_of
from trueup.testing.correction import Correction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trueup.testing.correction import Proceed, Simulation, Undo
    from trueup.testing.exchange import Answer, ApiRequest

__all__ = ["MEMBERS"]

_PAGE = 100


def _install(aws: Simulation) -> Undo:
    def describe(request: ApiRequest, proceed: Proceed) -> Answer:
        given = request.parameters
        members = {each["CacheClusterId"]: each for each in _members(request)}
        if "CacheClusterId" in given:
            found = members.get(str(given["CacheClusterId"]).lower())
            return proceed(request) if found is None else request.answer({"CacheClusters": [found]})
        alone = request.result(proceed(request.with_parameters({})))["CacheClusters"]
        listed = alone if given.get("ShowCacheClustersNotInReplicationGroups") else [*alone, *members.values()]
        listed = sorted(listed, key=lambda each: str(each["CacheClusterId"]))
        start, size = int(given.get("Marker") or 0), int(given.get("MaxRecords", _PAGE))
        result: dict[str, Any] = {"CacheClusters": listed[start : start + size]}
        if start + size < len(listed):
            result["Marker"] = str(start + size)
        return request.answer(result)

    return aws.answer("elasticache:DescribeCacheClusters", describe)


def _members(request: ApiRequest) -> Iterator[dict[str, Any]]:
    for group in backend_of(request).replication_groups.values():
        for _, member in members_of(group):
            yield _described(request, group, member)


def _described(request: ApiRequest, group: Any, member: dict[str, Any]) -> dict[str, Any]:
    name, move = member["cache_cluster_id"], move_of(group)
    pending = getattr(group, "trueup_pending", {})
    return {
        "CacheClusterId": name,
        "CacheNodeType": group.cache_node_type,
        "Engine": group.engine,
        "EngineVersion": group.engine_version,
        "CacheClusterStatus": "available" if move is None else move.state,
        "NumCacheNodes": 1,
        "PreferredAvailabilityZone": member["preferred_availability_zone"],
        "CacheClusterCreateTime": member.get("trueup_created") or group.replication_group_create_time,
        "PreferredMaintenanceWindow": group.preferred_maintenance_window,
        "PendingModifiedValues": dict(pending),
        "CacheSecurityGroups": [],
        "CacheParameterGroup": {
            "CacheParameterGroupName": group.cache_parameter_group_name,
            "ParameterApplyStatus": "in-sync",
            "CacheNodeIdsToReboot": [],
        },
        "CacheSubnetGroupName": group.cache_subnet_group_name or "default",
        "AutoMinorVersionUpgrade": bool(group.auto_minor_version_upgrade),
        "ReplicationGroupId": group.replication_group_id,
        "SnapshotRetentionLimit": 0,
        "SnapshotWindow": group.snapshot_window,
        "AuthTokenEnabled": group.auth_token_enabled,
        "TransitEncryptionEnabled": group.transit_encryption_enabled,
        "AtRestEncryptionEnabled": group.at_rest_encryption_enabled,
        "ARN": f"arn:aws:elasticache:{request.region}:{request.account}:cluster:{name}",
        "ReplicationGroupLogDeliveryEnabled": bool(group.log_delivery_configurations),
        "LogDeliveryConfigurations": [],
    }


MEMBERS = Correction(
    name="elasticache-members",
    service="elasticache",
    says="every node of a replication group is a cache cluster that is described and listed, in pages of at most 100, "
    "with its engine version, parameter group, windows and pending changes; moto knows none of them",
    source="botocore model elasticache:DescribeCacheClusters, CacheCluster (ReplicationGroupId, "
    "PendingModifiedValues), DescribeCacheClustersMessage (MaxRecords, ShowCacheClustersNotInReplicationGroups)",
    install=_install,
)
