"""What a service needs: its busiest hour in absolute CPU and memory, whatever the size of its tasks was then.

The peaks of the busiest task stand for all tasks of its hour, so that the demand is rather too high than too low.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any

from trueup.errors import UnknownFactError
from trueup.facts.unknown import Reason, Unknown
from trueup.plugins.ecs.history import Sizes
from trueup.plugins.ecs.series import CPU, MEMORY, TASKS, running, series_at
from trueup.plugins.ecs.size import CPU_UNITS, LEAST_WINDOWS_CPU, Size, memories
from trueup.plugins.ecs.sizing import Demand, Fleet, Limits

if TYPE_CHECKING:
    from trueup.facts.snapshot import Snapshot

__all__ = ["demand", "fit", "fleet_of", "health", "limits_of", "usage", "utilization"]

_DIGITS = 4
"""Decimal places of a percentage: what floating point adds after them is noise in reports and plans."""

_NOISE = 0.02
"""Share of a task by which an hour's mean may be above a whole number: one sample too many in an hour."""


def demand(service: Snapshot) -> dict[str, float]:
    """Give ``{"cpu_units", "memory_mib"}``: what all tasks together needed in their busiest hours.

    Each hour counts as many tasks as ran in it or in one next to it, since a peak within the hour may have had them.

    Raises:
        UnknownFactError: a series could not be read or has no point, or AWS does not remember a size.
    """
    tasks = {at: ceil(each - _NOISE) for at, each in running(service).items()}
    return {
        "cpu_units": _peak(service, CPU, tasks, lambda size: size.cpu),
        "memory_mib": _peak(service, MEMORY, tasks, lambda size: size.memory),
    }


def utilization(service: Snapshot) -> dict[str, float]:
    """Give ``{"peak_cpu", "peak_memory"}``: the busiest task's highest minute of the look-back.

    Raises:
        UnknownFactError: the history is too short, has gaps, or the service was resized.
    """
    _ = service["history.sufficient"]
    return {"peak_cpu": _highest(service, CPU), "peak_memory": _highest(service, MEMORY)}


def fit(service: Snapshot) -> dict[str, bool]:
    """Give ``{"tasks", "cpu", "memory"}``: whether each by itself is as small as the observed demand allows.

    Facts of the configuration although metrics are behind them: they are asked again right after a write, when the
    size is the new one and the metrics are those of the old one.

    Raises:
        UnknownFactError: the demand is not known, or the size is none of Fargate's.
    """
    now, limits = fleet_of(service), limits_of(service)
    needs = Demand(service["demand.cpu_units"], service["demand.memory_mib"])
    cpus = (Size(each, now.size.memory) for each in CPU_UNITS if limits.cpu <= each < now.size.cpu)
    memory = (Size(now.size.cpu, each) for each in memories(now.size.cpu) if limits.memory <= each < now.size.memory)
    return {
        "tasks": now.tasks <= limits.tasks or not needs.fits(Fleet(now.tasks - 1, now.size)),
        "cpu": not any(size.valid and needs.fits(Fleet(now.tasks, size)) for size in cpus),
        "memory": not any(needs.fits(Fleet(now.tasks, size)) for size in memory),
    }


def limits_of(service: Snapshot) -> Limits:
    """Give what a service must not be made smaller than, whatever it needs.

    Source: ECS developer guide, task definition parameters: the containers' CPU and hard memory limits must fit the
    task; Windows tasks have 1 vCPU at least.
    """
    containers = service["task_definition.containers"]
    family = service["task_definition.runtimePlatform.operatingSystemFamily"] or "LINUX"
    platform = LEAST_WINDOWS_CPU if family.startswith("WINDOWS") else 0
    return Limits(
        tasks=max(1, service["zones.in_use"]),
        cpu=max(platform, sum(each["cpu"] for each in containers)),
        memory=sum(each["memory"] for each in containers),
    )


def fleet_of(service: Snapshot) -> Fleet:
    """Give how many tasks of which size a service keeps running.

    Raises:
        UnknownFactError: the task definition tells no size.
    """
    size = service["capacity.cpu"], service["capacity.memory_mib"]
    if None in size:
        unknown = Unknown(Reason.UNEXPECTED, "the task definition tells no size of a task")
        raise UnknownFactError("capacity.cpu", unknown)
    return Fleet(service["capacity.tasks"], Size(*size))


def health(service: Snapshot) -> dict[str, Any]:
    """Give how a service bears its load, over whatever window was read; each is unknown by itself.

    Returns:
        ``{"cpu_peak", "memory_peak", "missing_tasks"}``: percent of the busiest task, and how many of the tasks that
        are to be kept running did not run, told by metrics too, so that it holds for any time.
    """
    return {
        "cpu_peak": _known(service, CPU),
        "memory_peak": _known(service, MEMORY),
        "missing_tasks": _missing(service),
    }


def usage(service: Snapshot) -> dict[str, Any]:
    """Give how many tasks ran on average, and how that is known.

    Returns:
        ``{"average_tasks", "measured"}``; not measured is the number of tasks that run right now.

    Source: ECS developer guide, CloudWatch metrics: no running task, no data point, so that an hour without one had
    none.
    """
    try:
        samples = series_at(service, TASKS)
    except UnknownFactError:
        return {"average_tasks": float(service["service.runningCount"]), "measured": False}
    if not samples.points:
        return {"average_tasks": float(service["service.runningCount"]), "measured": False}
    hours = running(service)
    lived = (int(samples.end.timestamp()) - min(hours)) // samples.period
    return {"average_tasks": round(sum(hours.values()) / max(1, lived), _DIGITS), "measured": True}


def _peak(service: Snapshot, path: str, tasks: dict[int, int], part: Any) -> float:
    series = series_at(service, path)
    sizes, found = Sizes.of(service), 0.0
    for at, percent in series.points.items():
        around = [tasks[each] for each in (at - series.period, at, at + series.period) if each in tasks]
        size = max(part(each) for each in sizes.over(at, series.period))
        found = max(found, percent / 100 * max(around, default=0) * size)
    if not found and not series.points:
        raise UnknownFactError(path, Unknown(Reason.NO_DATA, "the metric has no data point in the window"))
    return round(found, _DIGITS)


def _highest(service: Snapshot, path: str) -> float:
    highest = series_at(service, path).maximum()
    if isinstance(highest, Unknown):
        raise UnknownFactError(path, highest)
    return round(highest, _DIGITS)


def _missing(service: Snapshot) -> int | Unknown:
    try:
        ran = running(service)
    except UnknownFactError as error:
        return error.unknown
    if not ran:
        return Unknown(Reason.NO_DATA, "no metric of the window shows that a task ran")
    return max(0, int(service["capacity.tasks"]) - round(min(ran.values())))


def _known(service: Snapshot, path: str) -> float | Unknown:
    try:
        return _highest(service, path)
    except UnknownFactError as error:
        return error.unknown
