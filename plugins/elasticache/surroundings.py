"""What stands around a group: its description, parameters, auto scaling, alarms, and what protects it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.plugins.elasticache.nodes import version_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trueup.facts.snapshot import Snapshot
    from trueup.resource import Resource
    from trueup.service.declarations import Reader

__all__ = ["PARAMETER_READS", "alarms", "autoscaling", "described", "parameters", "protection", "ringing"]

PARAMETER_READS = (
    "elasticache:DescribeReplicationGroups",
    "elasticache:DescribeCacheClusters",
    "elasticache:DescribeCacheParameters",
)

_USERS_SINCE = (6, 0)
"""The version of Redis OSS from which on users and user groups exist. Source: ElastiCache user guide, RBAC."""

_NODE = "CacheClusterId"


def described(aws: Reader, group: Resource) -> dict[str, Any]:
    """Give a group as AWS describes it; what is left out has the value that it stands for.

    Source: ElastiCache API, ReplicationGroup.
    """
    found = aws.call("elasticache:DescribeReplicationGroups", ReplicationGroupId=group.id)["ReplicationGroups"][0]
    return {
        "PendingModifiedValues": {},
        "GlobalReplicationGroupInfo": None,
        "MemberClustersOutpostArns": [],
        "LogDeliveryConfigurations": [],
        "UserGroupIds": [],
        "SnapshotRetentionLimit": 0,
        "AuthTokenEnabled": False,
        "TransitEncryptionEnabled": False,
        "AtRestEncryptionEnabled": False,
        "MultiAZ": "disabled",
        "DataTiering": "disabled",
        **found,
    }


def parameters(aws: Reader, group: Resource) -> dict[str, Any]:
    """Give how much memory the parameter group of a group's nodes keeps back from the data.

    Returns:
        ``{"name", "reserved_memory_percent", "reserved_memory_bytes"}``; a null is a parameter that is not there or
        not set.

    Source: ElastiCache user guide, managing reserved memory: reserved-memory-percent, or reserved-memory, of which a
    parameter group uses one.
    """
    member = described(aws, group)["MemberClusters"][0]
    cluster = aws.call("elasticache:DescribeCacheClusters", CacheClusterId=member)["CacheClusters"][0]
    name = cluster["CacheParameterGroup"]["CacheParameterGroupName"]
    found = {
        each["ParameterName"]: each.get("ParameterValue")
        for each in aws.paginate("elasticache:DescribeCacheParameters", "Parameters[]", CacheParameterGroupName=name)
    }
    return {
        "name": name,
        "reserved_memory_percent": _number(found.get("reserved-memory-percent")),
        "reserved_memory_bytes": _number(found.get("reserved-memory")),
    }


def autoscaling(aws: Reader, group: Resource) -> dict[str, Any]:
    """Give ``{"targets"}``: what Application Auto Scaling decides on.

    Source: Application Auto Scaling API, ScalableTarget (ResourceId: replication-group/NAME).
    """
    found = aws.paginate(
        "application-autoscaling:DescribeScalableTargets",
        "ScalableTargets[]",
        ServiceNamespace="elasticache",
        ResourceIds=[f"replication-group/{group.id}"],
    )
    return {"targets": list(found)}


def alarms(aws: Reader) -> list[dict[str, Any]]:
    """Give the metric alarms of the Region that ring, each with the nodes that it is about.

    Returns:
        ``[{"name", "nodes"}]``; an alarm on a metric without the dimension of a node is left out.

    Source: CloudWatch API, DescribeAlarms.
    """
    found = aws.paginate("cloudwatch:DescribeAlarms", "MetricAlarms[]", StateValue="ALARM", AlarmTypes=["MetricAlarm"])
    listed = ({"name": each["AlarmName"], "nodes": sorted(set(_nodes(each)))} for each in found)
    return [each for each in listed if each["nodes"]]


def ringing(group: Snapshot) -> list[str]:
    """Give the names of the alarms on nodes of a group that ring."""
    nodes = set(group["group.MemberClusters"])
    return sorted(each["name"] for each in group["alarms"] if nodes & set(each["nodes"]))


def protection(group: Snapshot) -> dict[str, Any]:
    """Give what protects a group, in one form.

    Returns:
        ``{"encrypted_at_rest", "encrypted_in_transit", "users_possible", "authenticated", "default_subnets",
        "log_types"}``: whether a version has users at all, whether a token or users are asked for, whether any node is
        in the default subnet group, and the logs that are delivered.

    Source: ElastiCache API, ReplicationGroup (StorageEncryptionType tells encryption at rest also where
    AtRestEncryptionEnabled is false; TransitEncryptionMode preferred takes connections without TLS too).
    """
    told, mode = group["group"], group["group.TransitEncryptionMode"]
    storage = told.get("StorageEncryptionType")
    versions = [version_of(each["engine_version"]) for each in group["members"]]
    return {
        "encrypted_at_rest": bool(told["AtRestEncryptionEnabled"]) or storage not in {None, "none"},
        "encrypted_in_transit": bool(told["TransitEncryptionEnabled"]) and mode != "preferred",
        "users_possible": str(told.get("Engine")).lower() == "valkey" or min(versions) >= _USERS_SINCE,
        "authenticated": bool(told["AuthTokenEnabled"] or told["UserGroupIds"]),
        "default_subnets": any(each["subnet_group"] == "default" for each in group["members"]),
        "log_types": sorted(
            each["LogType"] for each in told["LogDeliveryConfigurations"] if each.get("Status") != "error"
        ),
    }


def _nodes(alarm: Mapping[str, Any]) -> Iterator[str]:
    metrics = [alarm, *(query.get("MetricStat", {}).get("Metric", {}) for query in alarm.get("Metrics", ()))]
    for metric in metrics:
        yield from (each["Value"] for each in metric.get("Dimensions") or () if each["Name"] == _NODE)


def _number(text: str | None) -> float | None:
    return float(text) if text else None
