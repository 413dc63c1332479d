"""The demo's ElastiCache: an over-provisioned cluster, a busy group, one with too many replicas, one badly measured.

Made through the API, as a user would; the metrics are functions of time, so that they go on while the clock moves.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from trueup.testing.shapes import Constant, DailyWave

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trueup.testing.server import SimulatedAws
    from trueup.testing.shapes import Shape

__all__ = ["GROUPS", "Group", "build", "further"]

_SETTLED_SECONDS = 1200
"""Longer than a group is being made."""

_MEASURED_DAYS = 20
"""How long the badly measured group was measured."""

_PROTECTED: Mapping[str, Any] = {
    "AtRestEncryptionEnabled": True,
    "TransitEncryptionEnabled": True,
    "CacheSubnetGroupName": "shop",
    "SnapshotRetentionLimit": 7,
    "LogDeliveryConfigurations": [
        {
            "LogType": log,
            "DestinationType": "cloudwatch-logs",
            "DestinationDetails": {"CloudWatchLogsDetails": {"LogGroup": f"elasticache-{log}"}},
            "LogFormat": "json",
        }
        for log in ("slow-log", "engine-log")
    ],
}


@dataclass(frozen=True, slots=True)
class Group:
    """One replication group of the demo.

    Args:
        name: its id.
        made: what CreateReplicationGroup is told of it.
        engine_percent: the lowest and the highest use of the engine's core in a day.
        host_percent: the same of the host.
        memory_bytes: the data of each node.
        usable_bytes: what a node leaves for data.
        measured_days: for how long it is measured; None is for ever.
        options: what else CreateReplicationGroup is told: protection, backups, logs.
    """

    name: str
    made: Mapping[str, Any]
    engine_percent: tuple[float, float]
    host_percent: tuple[float, float]
    memory_bytes: float
    usable_bytes: float
    measured_days: int | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


_XLARGE_BYTES = 28_261_849_702 * 0.75
_LARGE_BYTES = 14_037_181_030 * 0.75

GROUPS = (
    Group(
        "carts",
        {
            "Engine": "redis",
            "CacheNodeType": "cache.r6g.xlarge",
            "NumNodeGroups": 5,
            "ReplicasPerNodeGroup": 1,
            "MultiAZEnabled": True,
            "AutomaticFailoverEnabled": True,
        },
        engine_percent=(2, 9),
        host_percent=(1, 5),
        memory_bytes=3e9,
        usable_bytes=_XLARGE_BYTES,
        options=_PROTECTED,
    ),
    Group(
        "catalogue",
        {
            "Engine": "valkey",
            "CacheNodeType": "cache.r6g.xlarge",
            "NumCacheClusters": 2,
            "MultiAZEnabled": True,
            "AutomaticFailoverEnabled": True,
        },
        engine_percent=(20, 48),
        host_percent=(8, 20),
        memory_bytes=12e9,
        usable_bytes=_XLARGE_BYTES,
        options=_PROTECTED,
    ),
    Group(
        "leaderboard",
        {
            "Engine": "redis",
            "CacheNodeType": "cache.r6g.large",
            "NumCacheClusters": 4,
            "AutoMinorVersionUpgrade": False,
        },
        engine_percent=(1, 4),
        host_percent=(1, 3),
        memory_bytes=1e9,
        usable_bytes=_LARGE_BYTES,
    ),
    Group(
        "drafts",
        {"Engine": "valkey", "CacheNodeType": "cache.r6g.xlarge", "NumCacheClusters": 1},
        engine_percent=(1, 5),
        host_percent=(1, 3),
        memory_bytes=2e9,
        usable_bytes=_XLARGE_BYTES,
        measured_days=_MEASURED_DAYS,
    ),
)
"""``carts`` becomes smaller in nodes and shards, ``leaderboard`` in replicas, and its options are all off;
``catalogue`` must pass; of ``drafts`` nobody knows, since it was measured for some days only."""


def build(aws: SimulatedAws, groups: Sequence[Group] = GROUPS) -> None:
    """Make the groups, with metrics from now on.

    Start the clock before the look-back of 30 days, build, and advance it: a group is judged only when it is older.
    Backups and maintenance are half a day and half a week away from this time of the day and week, so that no run of
    the demo comes near them; the clock is moved by some minutes while the groups are made.
    """
    client = aws.client("elasticache")
    for group in groups:
        client.create_replication_group(
            ReplicationGroupId=group.name,
            ReplicationGroupDescription=f"{group.name} of the shop",
            Tags=[{"Key": "team", "Value": "shop"}],
            **_windows(aws),
            **group.made,
            **group.options,
        )
    aws.clock.advance(_SETTLED_SECONDS)
    for group in groups:
        found = client.describe_replication_groups(ReplicationGroupId=group.name)["ReplicationGroups"][0]
        for node in found["MemberClusters"]:
            _measure(aws, node, group)


def further(aws: SimulatedAws) -> None:
    """Make a group that fails over, but in one Availability Zone, which the demo does not show; for the contract."""
    zoned = next(group for group in GROUPS if group.name == "catalogue")
    build(aws, [replace(zoned, name="recommendations", made={**zoned.made, "MultiAZEnabled": False})])


def _windows(aws: SimulatedAws) -> dict[str, str]:
    far = aws.clock.now() + timedelta(hours=12)
    end = far + timedelta(hours=1)
    return {
        "SnapshotWindow": f"{far:%H}:00-{end:%H}:00",
        "PreferredMaintenanceWindow": f"{far:%a}:{far:%H}:00-{end:%a}:{end:%H}:00".lower(),
    }


def _measure(aws: SimulatedAws, node: str, group: Group) -> None:
    begin = aws.clock.now()
    until = None if group.measured_days is None else begin + timedelta(days=group.measured_days)
    shapes: dict[str, Shape] = {
        "EngineCPUUtilization": DailyWave(*group.engine_percent),
        "CPUUtilization": DailyWave(*group.host_percent),
        "BytesUsedForCache": Constant(group.memory_bytes),
        "DatabaseMemoryUsagePercentage": Constant(100 * group.memory_bytes / group.usable_bytes),
        "Evictions": Constant(0),
    }
    for metric, shape in shapes.items():
        aws.metrics.put("AWS/ElastiCache", metric, {"CacheClusterId": node}, shape, since=begin, until=until)
