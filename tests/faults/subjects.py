"""What is killed while it is being fixed: parts of the demo, the fixes that are applied to them, and how they are seen.

The image of a part is read straight from the account, by other code than trueup's own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trueup.plugins.dynamodb.estate import TABLES
from trueup.plugins.dynamodb.estate import build as build_tables
from trueup.plugins.ecs.estate import build as build_services
from trueup.plugins.elasticache.estate import build as build_groups
from trueup.plugins.rds.estate import build as build_clusters

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from trueup.testing import SimulatedAws

__all__ = ["ESTATE", "SUBJECTS", "TABLES_ONLY", "Subject"]

_ARN = "arn:aws:{}:us-east-1:123456789012:{}"
_REVISION = re.compile(r"(task-definition/[^:\"]+):\d+")
_RUN = re.compile(r"\b\d{8}-\d{6}-[0-9a-f]{6}\b")


@dataclass(frozen=True, slots=True)
class Subject:
    """What is fixed, killed, and brought to its end.

    Args:
        name: for people.
        build: makes it in an empty account.
        plan: what `trueup plan` is told.
        approval: what an apply is told besides ``--yes``.
        image: gives all that the fixes may touch.
        changes: how many changes are planned.
        steps: how many calls an apply sends.
        left: operations that are not undone, since what they leave behind is used by nothing; they may take effect a
            second time, too, when nobody can tell that they did.
    """

    name: str
    build: Callable[[SimulatedAws], None]
    plan: tuple[str, ...]
    approval: tuple[str, ...]
    image: Callable[[SimulatedAws], dict[str, Any]]
    changes: int
    steps: int
    left: frozenset[str] = frozenset()

    def told(self, parameters: str) -> str:
        """Give a call's parameters without what differs from run to run: revision numbers and ids of runs."""
        return _RUN.sub("<run>", _REVISION.sub(r"\1:<revision>", parameters))


def _rules(*rules: str) -> tuple[str, ...]:
    return tuple(word for rule in rules for word in ("--rule", rule))


def _resources(*arns: str) -> tuple[str, ...]:
    return tuple(word for arn in arns for word in ("--resource", arn))


def _tables(aws: SimulatedAws) -> dict[str, Any]:
    client = aws.client("dynamodb")
    return {table.name: _table(client, table.name) for table in TABLES}


def _table(client: Any, name: str) -> dict[str, Any]:
    table = client.describe_table(TableName=name)["Table"]
    backups = client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    return {
        "status": table["TableStatus"],
        "mode": table.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED"),
        "units": _units(table["ProvisionedThroughput"]),
        "indexes": {
            index["IndexName"]: _units(index["ProvisionedThroughput"])
            for index in table.get("GlobalSecondaryIndexes", ())
        },
        "protected": table.get("DeletionProtectionEnabled", False),
        "recovery": backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"],
    }


def _units(throughput: Mapping[str, Any]) -> tuple[int, int]:
    return throughput["ReadCapacityUnits"], throughput["WriteCapacityUnits"]


def _build_estate(aws: SimulatedAws) -> None:
    for build in (build_clusters, build_groups, build_services):
        build(aws)


def _estate(aws: SimulatedAws) -> dict[str, Any]:
    """Give range, shards and tasks; shards that are added back have other ids, so only their number counts."""
    cluster = aws.client("rds").describe_db_clusters(DBClusterIdentifier="shop")["DBClusters"][0]
    group = aws.client("elasticache").describe_replication_groups(ReplicationGroupId="carts")["ReplicationGroups"][0]
    ecs = aws.client("ecs")
    service = ecs.describe_services(cluster="shop", services=["web"])["services"][0]
    task = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
    targets = aws.client("application-autoscaling").describe_scalable_targets(
        ServiceNamespace="ecs", ResourceIds=["service/shop/web"]
    )["ScalableTargets"]
    return {
        "range": cluster["ServerlessV2ScalingConfiguration"],
        "cluster": cluster["Status"],
        "nodes": group["CacheNodeType"],
        "shards": len(group["NodeGroups"]),
        "group": group["Status"],
        "desired": service["desiredCount"],
        "deployments": len(service["deployments"]),
        "task": (task["cpu"], task["memory"]),
        "minimum": [target["MinCapacity"] for target in targets],
    }


TABLES_ONLY = Subject(
    name="tables",
    build=build_tables,
    # Fixes of every table without a look at its metrics, of which the simulated AWS makes a month anew for each look.
    plan=_rules("dynamodb-table-deletion-protection-enabled", "dynamodb-table-pitr-enabled"),
    approval=(),
    image=_tables,
    changes=6,
    steps=6,
)

ESTATE = Subject(
    name="estate",
    build=_build_estate,
    plan=(
        *_rules(
            "rds-aurora-serverless-capacity-right-sized",
            "elasticache-repl-grp-right-sized",
            "ecs-service-fargate-right-sized",
        ),
        *_resources(
            _ARN.format("rds", "cluster:shop"),
            _ARN.format("elasticache", "replicationgroup:carts"),
            _ARN.format("ecs", "service/shop/web"),
        ),
    ),
    approval=("--allow", "disruptive", "--allow-irreversible", "--accept-unobserved"),
    image=_estate,
    changes=3,
    steps=6,
    left=frozenset({"ecs:RegisterTaskDefinition"}),
)

SUBJECTS = (TABLES_ONLY, ESTATE)
