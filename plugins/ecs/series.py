"""The CloudWatch series of a service, and how derived facts get at what was answered.

Each task gives one value a minute, so that the number of samples tells how many tasks were running: no Container
Insights is needed for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.errors import UnknownFactError
from trueup.facts.series import Series
from trueup.facts.unknown import Reason, Unknown
from trueup.plugins.ecs.reading import cluster_of, name_of
from trueup.service.declarations import MetricQuery

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trueup.facts.snapshot import Snapshot

__all__ = ["CPU", "HOURLY", "MEMORY", "TASKS", "hourly_queries", "running", "series_at"]

HOURLY = "metrics"

CPU = f"{HOURLY}.cpu_max"
MEMORY = f"{HOURLY}.memory_max"
TASKS = f"{HOURLY}.task_minutes"

_NAMESPACE = "AWS/ECS"
_MINUTE = 60


def hourly_queries(service: Snapshot) -> Iterator[MetricQuery]:
    """Yield the series of a service.

    Maximum is that of the busiest task, not of the service's average.

    Source: ECS developer guide, service utilization metrics (Maximum: the task with the highest usage, of what its task
    definition specifies) and CloudWatch metrics (Sample Count of one minute: the number of RUNNING tasks).
    """
    of = {"ClusterName": cluster_of(service.resource), "ServiceName": name_of(service.resource)}
    yield MetricQuery("cpu_max", _NAMESPACE, "CPUUtilization", of, "Maximum", "percent")
    yield MetricQuery("memory_max", _NAMESPACE, "MemoryUtilization", of, "Maximum", "percent")
    yield MetricQuery("task_minutes", _NAMESPACE, "CPUUtilization", of, "SampleCount", "task minutes", reduce="sum")


def series_at(service: Snapshot, path: str) -> Series:
    """Give the series behind a metric fact; one without any point is the answer "no data", not an error.

    Raises:
        UnknownFactError: the series could not be read.
    """
    series = service.series.get(path)
    if isinstance(series, Series):
        return series
    value = series if isinstance(series, Unknown) else service.get(path)
    unknown = value if isinstance(value, Unknown) else Unknown(Reason.NOT_READ, f"the series {path} was not asked for")
    raise UnknownFactError(path, unknown)


def running(service: Snapshot) -> dict[int, float]:
    """Give how many tasks were running on average, by the begin of each period that has any.

    Raises:
        UnknownFactError: the series could not be read.
    """
    samples = series_at(service, TASKS)
    return {at: count * _MINUTE / samples.period for at, count in samples.points.items()}
