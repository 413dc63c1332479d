"""What trueup knows of Aurora: its clusters, and how their facts are read or follow from others.

A table of declarations; each fact is a pure function in the module named after it, and the fixes are a table beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.plugins.rds import (
    capacity,
    history,
    members,
    money,
    reading,
    schedule,
    series,
    sizing,
    usage,
)
from trueup.plugins.rds.fixes import ClusterFixes
from trueup.service.plugin import aspect, derived, metrics, resource

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trueup.facts.snapshot import Snapshot
    from trueup.resource import Resource
    from trueup.service.declarations import MetricQuery, Reader

__all__ = ["RdsPlugin"]


class RdsPlugin(ClusterFixes):
    """Aurora clusters with their instances; other engines of RDS are left out."""

    service = "rds"

    @resource(
        "db_cluster",
        key="DBClusterIdentifier",
        arn="arn:{partition}:rds:{region}:{account}:cluster:{key}",
        lists="rds:DescribeDBClusters",
        alarm_dimensions={"DBClusterIdentifier": "{id}"},
        alarm_fact="alarms.dimensions",
        busy={"any": [{"not": members.AVAILABLE}, {"schedule.quiet": {"const": False}}]},
        busy_needs=("cluster", "members", "schedule", "alarms"),
    )
    def clusters(self, aws: Reader) -> Iterator[str]:
        """Yield the ids of the scope's Aurora clusters; the call answers Neptune's, DocumentDB's and others' too."""
        yield from aws.paginate("rds:DescribeDBClusters", reading.AURORA)

    @aspect("db_cluster", reads="rds:DescribeDBClusters")
    def cluster(self, aws: Reader, cluster: Resource) -> dict[str, Any]:
        """Give the cluster as AWS describes it."""
        return reading.cluster(aws.call("rds:DescribeDBClusters", DBClusterIdentifier=cluster.id))

    @aspect("db_cluster", name="members", reads="rds:DescribeDBInstances")
    def described_members(self, aws: Reader, cluster: Resource) -> list[dict[str, Any]]:
        """Give the instances of the cluster."""
        only = [{"Name": "db-cluster-id", "Values": [cluster.id]}]
        return [reading.member(each) for each in aws.paginate("rds:DescribeDBInstances", "DBInstances[]", Filters=only)]

    @aspect("db_cluster", reads="rds:DescribeDBClusterEndpoints")
    def endpoints(self, aws: Reader, cluster: Resource) -> list[Any]:
        """Give the custom endpoints."""
        operation, items = "rds:DescribeDBClusterEndpoints", "DBClusterEndpoints[?EndpointType=='CUSTOM']"
        return list(aws.paginate(operation, items, DBClusterIdentifier=cluster.id))

    @aspect("db_cluster", reads="rds:DescribePendingMaintenanceActions", per="scope")
    def region_maintenance(self, aws: Reader, _cluster: None) -> list[Any]:
        """Give the pending maintenance of the Region's instances and clusters."""
        return list(aws.paginate("rds:DescribePendingMaintenanceActions", "PendingMaintenanceActions[]"))

    @aspect("db_cluster", reads="rds:DescribeBlueGreenDeployments", per="scope")
    def region_blue_green(self, aws: Reader, _cluster: None) -> list[Any]:
        """Give the blue/green deployments of the Region."""
        return list(aws.paginate("rds:DescribeBlueGreenDeployments", "BlueGreenDeployments[]"))

    @aspect("db_cluster", reads="rds:ListTagsForResource")
    def tags(self, aws: Reader, cluster: Resource) -> dict[str, str]:
        """Give the tags by name."""
        tags = aws.call("rds:ListTagsForResource", ResourceName=cluster.arn).get("TagList") or ()
        return {tag["Key"]: tag["Value"] for tag in tags}

    @aspect("db_cluster", reads="application-autoscaling:DescribeScalableTargets")
    def autoscaling(self, aws: Reader, cluster: Resource) -> dict[str, Any]:
        """Give the scalable target of the number of readers."""
        targets = aws.paginate(
            "application-autoscaling:DescribeScalableTargets",
            "ScalableTargets[]",
            ServiceNamespace="rds",
            ResourceIds=[f"cluster:{cluster.id}"],
        )
        return {"targets": list(targets)}

    @aspect("db_cluster", reads=(), per="scope")
    def prices(self, aws: Reader, _cluster: None) -> Mapping[str, Any]:
        """Give the Region's prices."""
        return aws.prices(self.service)

    @metrics("db_cluster", name=series.HOURLY, needs=("members",))
    def hourly(self, cluster: Snapshot) -> Iterator[MetricQuery]:
        """Give the series of the look-back, of every member."""
        yield from series.hourly_queries(cluster)

    @metrics("db_cluster", name=series.VOLUME)
    def volume(self, cluster: Snapshot) -> Iterator[MetricQuery]:
        """Give the series of the volume and its backups."""
        yield from series.volume_queries(cluster)

    @derived("db_cluster", needs=("cluster", "members"))
    def topology(self, cluster: Snapshot) -> dict[str, Any]:
        """Give how many members of which kind there are."""
        return members.topology(cluster)

    @derived("db_cluster", needs=("members",))
    def instances(self, cluster: Snapshot) -> dict[str, Any]:
        """Give each member as it was made."""
        return members.instances(cluster)

    @derived("db_cluster", needs=("members",))
    def alarms(self, cluster: Snapshot) -> dict[str, Any]:
        """Give the dimensions of the members, on which alarms may ring."""
        return {"dimensions": [{"DBInstanceIdentifier": name} for name in series.member_names(cluster)]}

    @derived("db_cluster", needs=("cluster", "topology"))
    def capacity(self, cluster: Snapshot) -> dict[str, Any]:
        """Give kind and range of the capacity."""
        return capacity.capacity(cluster)

    @derived("db_cluster", needs=("cluster", "members", "region_maintenance", "region_blue_green"))
    def schedule(self, cluster: Snapshot) -> dict[str, Any]:
        """Give whether AWS itself works on the cluster, or is about to."""
        return schedule.schedule(cluster)

    @derived("db_cluster", needs=("cluster", "members", "capacity", series.HOURLY))
    def history(self, cluster: Snapshot) -> dict[str, Any]:
        """Give whether the look-back says anything."""
        return history.history(cluster)

    @derived("db_cluster", needs=("members", "history", series.HOURLY))
    def usage(self, cluster: Snapshot) -> dict[str, Any]:
        """Give the peaks of the worst member."""
        return usage.usage(cluster)

    @derived("db_cluster", needs=("members", series.HOURLY))
    def load(self, cluster: Snapshot) -> dict[str, Any]:
        """Give the load of the worst member in the window."""
        return usage.load(cluster)

    @derived("db_cluster", needs=("members", "topology", "history", series.HOURLY))
    def readers(self, cluster: Snapshot) -> dict[str, Any]:
        """Give the peaks of the readers."""
        return usage.readers(cluster)

    @derived("db_cluster", needs=("members", series.HOURLY))
    def running(self, cluster: Snapshot) -> dict[str, Any]:
        """Give the capacity that was running."""
        return usage.running(cluster)

    @derived("db_cluster", needs=(series.VOLUME,))
    def storage(self, cluster: Snapshot) -> dict[str, Any]:
        """Give the size of volume and backups."""
        return usage.storage(cluster)

    @derived("db_cluster", needs=("members", "capacity", series.HOURLY))
    def demand(self, cluster: Snapshot) -> dict[str, Any]:
        """Give the peaks that the capacity has to carry."""
        return sizing.demand(cluster)

    @derived("db_cluster", needs=("members", "capacity", "history", series.HOURLY))
    def sizing(self, cluster: Snapshot) -> dict[str, Any]:
        """Give what the range of capacity follows from."""
        return sizing.sizing(cluster)

    @derived("db_cluster", needs=("cluster", "members", "capacity", "demand"))
    def fit(self, cluster: Snapshot) -> dict[str, Any]:
        """Give whether the range is as small as one change may make it."""
        return sizing.fit(cluster)

    @derived("db_cluster", needs=("cluster", "instances", "running", "storage", "prices"))
    def cost(self, cluster: Snapshot) -> dict[str, Any]:
        """Give what the cluster costs a month."""
        return money.cluster_cost(cluster)
