"""The CloudWatch series of a replication group: five of each member node, and how facts get at what was answered.

ElastiCache measures nodes, not groups. The worst node decides, so that an average over nodes is never asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.errors import UnknownFactError
from trueup.facts.path import join_path
from trueup.facts.series import Series
from trueup.facts.unknown import Reason, Unknown
from trueup.service.declarations import MetricQuery

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trueup.facts.snapshot import Snapshot

__all__ = ["ENGINE_CPU", "EVICTIONS", "HOST_CPU", "HOURLY", "MEMORY_BYTES", "MEMORY_PERCENT", "queries", "series_of"]

HOURLY = "metrics"

ENGINE_CPU = "engine_cpu"
HOST_CPU = "host_cpu"
MEMORY_BYTES = "memory_bytes"
MEMORY_PERCENT = "memory_percent"
EVICTIONS = "evictions"

_METRICS = {
    ENGINE_CPU: ("EngineCPUUtilization", "Maximum", "Percent"),
    HOST_CPU: ("CPUUtilization", "Maximum", "Percent"),
    MEMORY_BYTES: ("BytesUsedForCache", "Maximum", "Bytes"),
    MEMORY_PERCENT: ("DatabaseMemoryUsagePercentage", "Maximum", "Percent"),
    EVICTIONS: ("Evictions", "Sum", "Count"),
}
"""Fact to metric, statistic and unit.

Source: ElastiCache user guide, host-level metrics and metrics for Valkey and Redis OSS. All are sent every minute,
evictions too, so that no point means no data.
"""


def queries(group: Snapshot) -> Iterator[MetricQuery]:
    """Yield the series of every member node.

    Args:
        group: with ``group``.
    """
    for node in group["group.MemberClusters"]:
        for fact, (metric, statistic, unit) in _METRICS.items():
            yield MetricQuery(
                name=join_path(("by_node", node, fact)),
                namespace="AWS/ElastiCache",
                metric=metric,
                dimensions={"CacheClusterId": node},
                statistic=statistic,
                unit=unit,
                reduce="sum" if statistic == "Sum" else "max",
            )


def series_of(group: Snapshot, node: str, fact: str) -> Series:
    """Give one series of a node; one without any point is the answer "no data", not an error.

    Raises:
        UnknownFactError: the series could not be read.
    """
    path = join_path((HOURLY, "by_node", node, fact))
    series = group.series.get(path)
    if isinstance(series, Series):
        return series
    value = series if isinstance(series, Unknown) else group.get(path)
    unknown = value if isinstance(value, Unknown) else Unknown(Reason.NOT_READ, f"the series {path} was not asked for")
    raise UnknownFactError(path, unknown)
