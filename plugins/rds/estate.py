"""The demo's Aurora clusters: one that is far too large, one that is as it should be, one of which too little is known.

Made through the API, as a user would; the metrics are functions of time, so that they go on while the clock moves.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from trueup.testing.shapes import Constant, DailyWave

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from trueup.testing.server import SimulatedAws
    from trueup.testing.shapes import Shape

__all__ = ["CLUSTERS", "Cluster", "Load", "build", "further"]

_SETTLED_SECONDS = 600
"""Longer than a cluster or an instance takes to be made."""

_GIB = 2**30
_ACU_GIB = 2
_ROLE = "trueup-demo-monitoring"
_ENGINE_VERSION = "8.0.mysql_aurora.3.08.0"


@dataclass(frozen=True, slots=True)
class Load:
    """What an instance does.

    Args:
        cpu: lowest and highest of a day, in percent of the CPU at the maximum.
        connections: the same of connections.
        acu: the capacity it runs at.
        memory_acu: the memory in use.
    """

    cpu: tuple[float, float]
    connections: tuple[float, float]
    acu: float
    memory_acu: float


@dataclass(frozen=True, slots=True)
class Cluster:
    """One cluster of the demo.

    Args:
        name: the id; its instances are called after it.
        capacity: minimum and maximum in ACU.
        members: load and settings of each instance, the writer first; a load of None is never measured.
        settings: of the cluster.
        volume_gib: size of the volume.
        backup_gib: size of its continuous backups.
    """

    name: str
    capacity: tuple[float, float]
    members: tuple[tuple[Load | None, Mapping[str, Any]], ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    volume_gib: float = 0.0
    backup_gib: float = 0.0


_INSIGHTS = {"EnablePerformanceInsights": True, "PerformanceInsightsRetentionPeriod": 7}
_WATCHED = {"MonitoringInterval": 60, "PromotionTier": 15, "Tags": [{"Key": "team", "Value": "shop"}], **_INSIGHTS}
_GOOD = {
    "StorageEncrypted": True,
    "DeletionProtection": True,
    "CopyTagsToSnapshot": True,
    "EnableIAMDatabaseAuthentication": True,
    "EnableCloudwatchLogsExports": ["audit", "error"],
}

CLUSTERS = (
    Cluster(
        "shop",
        (4.0, 16.0),
        (
            (Load((2.0, 6.0), (1.0, 8.0), 4.0, 2.0), {"PromotionTier": 1, "AutoMinorVersionUpgrade": False}),
            (Load((1.0, 2.5), (0.0, 1.0), 4.0, 1.5), {"PromotionTier": 2, "AutoMinorVersionUpgrade": False}),
            (Load((1.0, 2.0), (0.0, 0.0), 4.0, 1.5), _WATCHED),
        ),
        {"BackupRetentionPeriod": 35},
        volume_gib=120.0,
        backup_gib=400.0,
    ),
    Cluster(
        "ledger",
        (1.0, 4.0),
        ((Load((30.0, 55.0), (10.0, 30.0), 2.5, 2.0), {}), (Load((20.0, 40.0), (5.0, 15.0), 2.0, 1.5), {})),
        {"BackupRetentionPeriod": 7, **_GOOD},
        volume_gib=60.0,
        backup_gib=70.0,
    ),
    Cluster("staging", (2.0, 8.0), ((None, {}),), {"BackupRetentionPeriod": 1, "StorageEncrypted": True}),
)
"""``shop`` has idle capacity, an idle reader too many and 35 days of backups; ``ledger`` must pass; nobody knows what
``staging`` does, since CloudWatch has no metric of it."""


def build(aws: SimulatedAws) -> None:
    """Make the clusters, with metrics from now on.

    Start the clock before the look-back of 30 days, build, and advance it: a cluster is judged only when it is older.
    The clock is moved by some minutes while clusters and instances settle.
    """
    role = aws.client("iam").create_role(RoleName=_ROLE, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    client = aws.client("rds")
    windows = _windows(aws.clock.now())
    for cluster in CLUSTERS:
        _create(client, cluster, windows)
    aws.clock.advance(_SETTLED_SECONDS)
    for cluster in CLUSTERS:
        for number, (_, settings) in enumerate(cluster.members):
            _add(client, cluster, number, dict(settings), role, windows["PreferredMaintenanceWindow"])
    aws.clock.advance(_SETTLED_SECONDS)
    for cluster in CLUSTERS:
        for number, (load, _) in enumerate(cluster.members):
            if load is not None:
                _measure(aws, f"{cluster.name}-{number + 1}", load, cluster.capacity[1])
        if cluster.volume_gib:
            _measure_volume(aws, cluster)


def further(aws: SimulatedAws) -> None:
    """Open an instance to everywhere, which the demo does not show; for the plugin contract."""
    aws.client("rds").modify_db_instance(DBInstanceIdentifier=f"{CLUSTERS[0].name}-2", PubliclyAccessible=True)


def _create(client: Any, cluster: Cluster, windows: Mapping[str, str]) -> None:
    least, most = cluster.capacity
    client.create_db_cluster(
        DBClusterIdentifier=cluster.name,
        Engine="aurora-mysql",
        EngineVersion=_ENGINE_VERSION,
        MasterUsername="admin",
        MasterUserPassword="not-to-be-shown",
        ServerlessV2ScalingConfiguration={"MinCapacity": least, "MaxCapacity": most},
        Tags=[{"Key": "team", "Value": "shop"}],
        **windows,
        **cluster.settings,
    )


def _add(client: Any, cluster: Cluster, number: int, settings: dict[str, Any], role: str, window: str) -> None:
    if settings.get("MonitoringInterval"):
        settings["MonitoringRoleArn"] = role
    client.create_db_instance(
        DBInstanceIdentifier=f"{cluster.name}-{number + 1}",
        DBInstanceClass="db.serverless",
        Engine="aurora-mysql",
        DBClusterIdentifier=cluster.name,
        AvailabilityZone=f"us-east-1{'abc'[number]}",
        PubliclyAccessible=False,
        PreferredMaintenanceWindow=window,
        **settings,
    )


def _windows(now: datetime) -> dict[str, str]:
    """Give windows half a day, and three days or four, from when the demo and the tests look: they are not busy."""
    backup = now + timedelta(hours=12)
    upkeep = now + timedelta(hours=13)
    return {
        "PreferredBackupWindow": f"{backup:%H:%M}-{backup + timedelta(minutes=30):%H:%M}",
        "PreferredMaintenanceWindow": f"{upkeep:%a:%H:%M}-{upkeep + timedelta(minutes=30):%a:%H:%M}".lower(),
    }


def _measure(aws: SimulatedAws, name: str, load: Load, most: float) -> None:
    begin, member = aws.clock.now(), {"DBInstanceIdentifier": name}
    shapes: dict[str, Shape] = {
        "CPUUtilization": DailyWave(*load.cpu),
        "DatabaseConnections": DailyWave(*load.connections),
        "ServerlessDatabaseCapacity": Constant(load.acu),
        "ACUUtilization": Constant(100 * load.acu / most),
        "FreeableMemory": Constant((most - load.memory_acu) * _ACU_GIB * _GIB),
    }
    for metric, shape in shapes.items():
        aws.metrics.put("AWS/RDS", metric, member, shape, since=begin)


def _measure_volume(aws: SimulatedAws, cluster: Cluster) -> None:
    begin, whole = aws.clock.now(), {"DBClusterIdentifier": cluster.name}
    values = {
        "VolumeBytesUsed": cluster.volume_gib * _GIB,
        "BackupRetentionPeriodStorageUsed": cluster.backup_gib * _GIB,
        "TotalBackupStorageBilled": max(0.0, cluster.backup_gib - cluster.volume_gib) * _GIB,
        "VolumeReadIOPs": 30.0,
        "VolumeWriteIOPs": 60.0,
    }
    for metric, value in values.items():
        aws.metrics.put("AWS/RDS", metric, whole, Constant(value), since=begin)
