"""The members of a cluster in forms that rules and fixes use: how many of what, and how each was made.

DescribeDBClusters names the members and says which one writes; everything else of them DescribeDBInstances tells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.facts.path import join_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.change import Condition
    from trueup.facts.snapshot import Snapshot

__all__ = ["AVAILABLE", "SERVERLESS_CLASS", "instance_arn", "instance_path", "instances", "standing", "topology"]

SERVERLESS_CLASS = "db.serverless"
"""The class of every Serverless v2 instance. Source: Aurora user guide, managing Aurora Serverless v2 clusters."""

AVAILABLE: Condition = {
    "all": [
        {"cluster.Status": {"const": "available"}},
        {"cluster.pending": {"maxItems": 0}},
        {
            "every": {
                "in": "members",
                "holds": {"DBInstanceStatus": {"const": "available"}, "pending": {"maxItems": 0}},
            }
        },
    ]
}
"""ModifyDBCluster is refused unless the cluster is available, and ApplyImmediately applies all that is pending.

Source: RDS API, ModifyDBCluster (InvalidDBClusterStateFault, ApplyImmediately).
"""

_AS_MADE = (
    "DBInstanceClass",
    "Engine",
    "AvailabilityZone",
    "PromotionTier",
    "PubliclyAccessible",
    "AutoMinorVersionUpgrade",
    "PreferredMaintenanceWindow",
    "MonitoringInterval",
    "MonitoringRoleArn",
    "PerformanceInsightsEnabled",
    "PerformanceInsightsKMSKeyId",
    "PerformanceInsightsRetentionPeriod",
    "DatabaseInsightsMode",
    "CACertificateIdentifier",
)


def topology(cluster: Snapshot) -> dict[str, Any]:
    """Give how many members of which kind a cluster has, and over how many Availability Zones.

    Returns:
        ``{"members", "readers", "zones", "serverless", "writer", "writer_class"}``; the writer is null without one: of
        Serverless v1, of a cluster without instances, and of a secondary cluster of a global database.
    """
    writers = [each for each in cluster["cluster.DBClusterMembers"] if each["IsClusterWriter"]]
    writer = writers[0]["DBInstanceIdentifier"] if writers else None
    members = cluster["members"]
    classes = {each["DBInstanceIdentifier"]: each["DBInstanceClass"] for each in members}
    return {
        "members": len(members),
        "readers": sum(each["DBInstanceIdentifier"] != writer for each in members),
        "zones": len({each["AvailabilityZone"] for each in members if each.get("AvailabilityZone")}),
        "serverless": sum(each == SERVERLESS_CLASS for each in classes.values()),
        "writer": writer,
        "writer_class": classes.get(writer) if writer else None,
    }


def instances(cluster: Snapshot) -> dict[str, Any]:
    """Give each member by its id, with what it was made of: all that CreateDBInstance takes of a cluster's member.

    Tags of AWS's own (``aws:``) are left out, since nobody else can give them.

    Source: RDS API, CreateDBInstance and DBInstance.
    """
    return {each["DBInstanceIdentifier"]: _as_made(each) for each in cluster["members"]}


def standing(cluster: Snapshot) -> dict[str, Mapping[str, Any]]:
    """Give the members that are left once the earlier changes of a plan have been made, by id."""
    return {name: made for name, made in sorted(cluster["instances"].items()) if made is not None}


def instance_path(*names: str) -> str:
    """Give the path of a member's facts in ``instances``."""
    return join_path(("instances", *names))


def instance_arn(cluster: Snapshot, name: str) -> str:
    """Give the ARN of a member. Source: RDS user guide, ARNs in Amazon RDS."""
    return f"{cluster.resource.arn.partition(':cluster:')[0]}:db:{name}"


def _as_made(member: Mapping[str, Any]) -> dict[str, Any]:
    groups = member.get("DBParameterGroups") or ()
    tags = {tag["Key"]: tag["Value"] for tag in member.get("TagList") or ()}
    return {
        **{name: member.get(name) for name in _AS_MADE},
        "DBParameterGroupName": groups[0]["DBParameterGroupName"] if groups else None,
        "tags": {key: value for key, value in sorted(tags.items()) if not key.startswith("aws:")},
    }
