"""What trueup knows of ElastiCache: its replication groups, and how their facts are read or follow.

A table of declarations; each fact is a pure function in the module named after it, and the fixes are a table beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.plugins.elasticache import (
    calm,
    fit,
    history,
    money,
    nodes,
    series,
    surroundings,
    usage,
)
from trueup.plugins.elasticache.fixes import GroupFixes
from trueup.service.plugin import aspect, derived, metrics, resource

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trueup.facts.snapshot import Snapshot
    from trueup.resource import Resource
    from trueup.service.declarations import MetricQuery, Reader

__all__ = ["ElastiCachePlugin"]


class ElastiCachePlugin(GroupFixes):
    """Replication groups of Valkey and Redis OSS, with cluster mode enabled or not."""

    service = "elasticache"

    @resource(
        "replication_group",
        key="ReplicationGroupId",
        arn="arn:{partition}:elasticache:{region}:{account}:replicationgroup:{key}",
        lists="elasticache:DescribeReplicationGroups",
        busy={
            "any": [
                {"not": nodes.AT_REST},
                {"calm.enough": {"const": False}},
                {"ringing": {"minItems": 1}},
            ]
        },
        busy_needs=("state", "calm", "ringing"),
    )
    def groups(self, aws: Reader) -> Iterator[str]:
        """Yield the ids of the scope's replication groups."""
        yield from aws.paginate("elasticache:DescribeReplicationGroups", "ReplicationGroups[].ReplicationGroupId")

    @aspect("replication_group", name="group", reads="elasticache:DescribeReplicationGroups")
    def description(self, aws: Reader, group: Resource) -> Any:
        """Give the group as AWS describes it."""
        return surroundings.described(aws, group)

    @aspect("replication_group", reads="elasticache:DescribeCacheClusters", per="scope")
    def region_clusters(self, aws: Reader, _: None) -> list[Any]:
        """Give every cache cluster of the Region, members of groups and others."""
        return list(aws.paginate("elasticache:DescribeCacheClusters", "CacheClusters[]"))

    @aspect("replication_group", reads="elasticache:ListTagsForResource")
    def tags(self, aws: Reader, group: Resource) -> dict[str, str]:
        """Give the tags by name."""
        found = aws.call("elasticache:ListTagsForResource", ResourceName=group.arn)
        return {tag["Key"]: tag["Value"] for tag in found["TagList"]}

    @aspect("replication_group", reads="elasticache:ListAllowedNodeTypeModifications")
    def allowed_types(self, aws: Reader, group: Resource) -> dict[str, Any]:
        """Give the node types that AWS allows to change to."""
        found = aws.call("elasticache:ListAllowedNodeTypeModifications", ReplicationGroupId=group.id)
        return {"up": found.get("ScaleUpModifications") or [], "down": found.get("ScaleDownModifications") or []}

    @aspect("replication_group", reads=surroundings.PARAMETER_READS)
    def parameters(self, aws: Reader, group: Resource) -> dict[str, Any]:
        """Give how much memory the parameter group reserves."""
        return surroundings.parameters(aws, group)

    @aspect("replication_group", reads="application-autoscaling:DescribeScalableTargets")
    def autoscaling(self, aws: Reader, group: Resource) -> dict[str, Any]:
        """Give the scalable targets of the group."""
        return surroundings.autoscaling(aws, group)

    @aspect("replication_group", reads="elasticache:DescribeReservedCacheNodes", per="scope")
    def reserved_nodes(self, aws: Reader, _: None) -> list[Any]:
        """Give the reserved nodes of the Region."""
        return list(aws.paginate("elasticache:DescribeReservedCacheNodes", "ReservedCacheNodes[]"))

    @aspect("replication_group", reads="cloudwatch:DescribeAlarms", per="scope")
    def alarms(self, aws: Reader, _: None) -> list[Any]:
        """Give the metric alarms that ring."""
        return surroundings.alarms(aws)

    @aspect("replication_group", reads=(), per="scope")
    def prices(self, aws: Reader, _: None) -> Mapping[str, Any]:
        """Give the Region's prices."""
        return aws.prices(self.service)

    @metrics("replication_group", name=series.HOURLY, needs=("group",))
    def hourly(self, group: Snapshot) -> Iterator[MetricQuery]:
        """Give the series of every node."""
        yield from series.queries(group)

    @derived("replication_group", needs=("group", "region_clusters"))
    def members(self, group: Snapshot) -> list[dict[str, Any]]:
        """Give the member nodes."""
        return nodes.members(group)

    @derived("replication_group", needs=("group",))
    def capacity(self, group: Snapshot) -> dict[str, Any]:
        """Give node type, shards and replicas."""
        return nodes.capacity(group)

    @derived("replication_group", needs=("group", "members"))
    def state(self, group: Snapshot) -> dict[str, Any]:
        """Give whether the group is at rest."""
        return nodes.state(group)

    @derived("replication_group", needs=("group", "members", "capacity"))
    def calm(self, group: Snapshot) -> dict[str, Any]:
        """Give how long until AWS's next window."""
        return calm.calm(group)

    @derived("replication_group", needs=("group", "alarms"))
    def ringing(self, group: Snapshot) -> list[str]:
        """Give the alarms on the group's nodes that ring."""
        return surroundings.ringing(group)

    @derived("replication_group", needs=("group", "members"))
    def protection(self, group: Snapshot) -> dict[str, Any]:
        """Give encryption, authentication and network of the group."""
        return surroundings.protection(group)

    @derived("replication_group", needs=("group", "members", "capacity", series.HOURLY))
    def history(self, group: Snapshot) -> dict[str, Any]:
        """Give whether the look-back says anything."""
        return history.history(group)

    @derived("replication_group", needs=("members", "capacity", "history", series.HOURLY))
    def utilization(self, group: Snapshot) -> dict[str, Any]:
        """Give the use of the worst nodes."""
        return usage.utilization(group)

    @derived("replication_group", needs=("members", "capacity", "history", series.HOURLY))
    def sizing(self, group: Snapshot) -> dict[str, Any]:
        """Give the load of each shard."""
        return usage.sizing(group)

    @derived("replication_group", needs=("capacity", "sizing"))
    def fit(self, group: Snapshot) -> dict[str, bool]:
        """Give whether the size is as small as the observed use allows."""
        return fit.fit(group)

    @derived("replication_group", needs=("members", "capacity", series.HOURLY))
    def health(self, group: Snapshot) -> dict[str, Any]:
        """Give peaks and evictions over any window."""
        return usage.health(group)

    @derived("replication_group", needs=("capacity", "prices"))
    def cost(self, group: Snapshot) -> dict[str, Any]:
        """Give what the nodes cost a month."""
        return money.group_cost(group)
