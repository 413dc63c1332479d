"""The CloudWatch series of a cluster: which are asked for, and how derived facts get at what was answered.

Metrics of a cluster as a whole are averages over its instances, which hide the busy one: each member is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.errors import UnknownFactError
from trueup.facts.path import join_path
from trueup.facts.series import Series
from trueup.facts.unknown import Reason, Unknown
from trueup.plugins.rds.members import SERVERLESS_CLASS
from trueup.service.declarations import MetricQuery

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trueup.facts.snapshot import Snapshot

__all__ = ["HOURLY", "VOLUME", "hourly_queries", "member_names", "member_series", "series_at", "volume_queries"]

HOURLY = "metrics"
VOLUME = "volume"

_NAMESPACE = "AWS/RDS"

_ALWAYS = (("cpu", "CPUUtilization", "Maximum", "Percent"), ("connections", "DatabaseConnections", "Maximum", "Count"))
_SERVERLESS = (
    ("capacity_average", "ServerlessDatabaseCapacity", "Average", "ACU"),
    ("capacity_maximum", "ServerlessDatabaseCapacity", "Maximum", "ACU"),
    ("capacity_minimum", "ServerlessDatabaseCapacity", "Minimum", "ACU"),
    ("acu_utilization", "ACUUtilization", "Maximum", "Percent"),
    ("freeable_memory", "FreeableMemory", "Minimum", "Bytes"),
)
_LEAST = frozenset({"Minimum"})


def hourly_queries(cluster: Snapshot) -> Iterator[MetricQuery]:
    """Yield the series of every member: CPU and connections, and of a serverless one capacity and memory.

    Source: Aurora user guide, CloudWatch dimensions for Aurora (DBInstanceIdentifier); performance and scaling for
    Aurora Serverless v2 (ServerlessDatabaseCapacity, ACUUtilization, FreeableMemory).
    """
    for member in cluster["members"]:
        name = member["DBInstanceIdentifier"]
        series = (*_ALWAYS, *(_SERVERLESS if member["DBInstanceClass"] == SERVERLESS_CLASS else ()))
        for fact, metric, statistic, unit in series:
            yield MetricQuery(
                join_path(("by_instance", name, fact)),
                _NAMESPACE,
                metric,
                {"DBInstanceIdentifier": name},
                statistic,
                unit,
                "min" if statistic in _LEAST else "max",
            )


def volume_queries(cluster: Snapshot) -> Iterator[MetricQuery]:
    """Yield the series of the cluster's volume and of its backups: bytes, the last that was measured, and I/O.

    Source: Aurora user guide, understanding Aurora backup storage usage; CloudWatch metrics for Aurora.
    """
    dimensions = {"DBClusterIdentifier": cluster.resource.id}
    for fact, metric in (
        ("bytes_used", "VolumeBytesUsed"),
        ("backup_bytes", "BackupRetentionPeriodStorageUsed"),
        ("billed_bytes", "TotalBackupStorageBilled"),
    ):
        yield MetricQuery(fact, _NAMESPACE, metric, dimensions, "Average", "Bytes", "last")
    for fact, metric in (("reads", "VolumeReadIOPs"), ("writes", "VolumeWriteIOPs")):
        yield MetricQuery(fact, _NAMESPACE, metric, dimensions, "Sum", "Count", "sum")


def member_names(cluster: Snapshot, *, serverless: bool = False) -> tuple[str, ...]:
    """Give the ids of all members, or of the serverless ones, sorted."""
    return tuple(
        sorted(
            each["DBInstanceIdentifier"]
            for each in cluster["members"]
            if not serverless or each["DBInstanceClass"] == SERVERLESS_CLASS
        )
    )


def member_series(cluster: Snapshot, name: str, fact: str) -> Series:
    """Give a series of a member.

    Raises:
        UnknownFactError: the series could not be read.
    """
    return series_at(cluster, join_path((HOURLY, "by_instance", name, fact)))


def series_at(cluster: Snapshot, path: str) -> Series:
    """Give the series behind a metric fact; one without any point is the answer "no data", not an error.

    Raises:
        UnknownFactError: the series could not be read.
    """
    series = cluster.series.get(path)
    if isinstance(series, Series):
        return series
    value = series if isinstance(series, Unknown) else cluster.get(path)
    unknown = value if isinstance(value, Unknown) else Unknown(Reason.NOT_READ, f"the series {path} was not asked for")
    raise UnknownFactError(path, unknown)
