"""How small the range of a Serverless v2 cluster may become, hour by hour of the look-back.

Aurora keeps an instance at the minimum however little it does, and the instance fills what memory it has. So capacity
that sits at the minimum says nothing of the need, and CPU and memory in use do; capacity above the minimum was needed.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from trueup.plugins.rds.capacity import ACU_GIB, V2, acu_for_connections, half_up
from trueup.plugins.rds.history import maximum_at
from trueup.plugins.rds.series import member_names, member_series

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.facts.snapshot import Snapshot

__all__ = ["CPU_LIMIT", "MEMORY_LIMIT", "demand", "fit", "least_maximum", "least_minimum", "minimum_floor", "sizing"]

CPU_LIMIT = 0.60
MEMORY_LIMIT = 0.65
"""The shares of the new maximum that the observed peaks may be."""

_INSIGHTS_FLOOR = 2.0
_GLOBAL_FLOOR = 8.0
"""Minima that AWS recommends with Performance Insights, and for a global database.

Source: Aurora user guide, choosing the minimum Aurora Serverless v2 capacity setting for a cluster.
"""

_AT_MINIMUM = 0.5
"""Capacity moves in half steps: up to one above the minimum counts as sitting at it."""

_SLACK = 1.25
"""A maximum within this of what is needed is left as it is: lowering it saves nothing, and peaks move a little."""

_GIB = 2**30

_PEAKS = ("cpu_acu", "memory_acu", "scaled_acu", "lowest_acu", "peak_connections")


def demand(cluster: Snapshot) -> dict[str, Any]:
    """Give the peaks of ``sizing`` whatever the history: every hour is counted with the range of its time.

    Returns:
        ``{"cpu_acu", "memory_acu", "scaled_acu", "lowest_acu", "peak_connections"}``.

    Raises:
        UnknownFactError: a series could not be read.
    """
    found = _sizing(cluster)
    return {name: found[name] for name in _PEAKS}


def sizing(cluster: Snapshot) -> dict[str, Any]:
    """Give what the range of a cluster's capacity is worked out of.

    Returns:
        ``{"cpu_acu", "memory_acu", "scaled_acu", "lowest_acu", "peak_connections", "hours", "idle_hours"}``: the peaks
        in ACU of CPU, of memory and of capacity above the minimum, of the worst member; the lowest capacity of any;
        the hours of the look-back; and how many hours members sat at the minimum, by what they needed then.

    Raises:
        UnknownFactError: the history is too short, or a series could not be read.

    Source: Aurora user guide, important CloudWatch metrics for Aurora Serverless v2: CPUUtilization is of the CPU at
    the maximum, FreeableMemory is what would be free at the maximum.
    """
    _ = cluster["history.sufficient"]
    return _sizing(cluster)


def fit(cluster: Snapshot) -> dict[str, bool | None]:
    """Give ``{"min", "max"}``: whether the range is as small as one change after the look-back may make it.

    Two facts of the configuration, held against the demand: right after a write the range is the new one, and the
    demand that of before. The minimum fits when it is half of the lowest capacity that was measured, so that the next
    half waits for a look-back of its own. Null but for Serverless v2.

    Raises:
        UnknownFactError: the demand is not known.
    """
    if cluster["capacity.generation"] != V2:
        return {"min": None, "max": None}
    needs, least, most = cluster["demand"], cluster["capacity.min"], cluster["capacity.max"]
    enough = max(least_maximum(needs, cluster["cluster.Engine"]), least)
    return {"min": least <= least_minimum(needs["lowest_acu"], minimum_floor(cluster)), "max": most <= _SLACK * enough}


def minimum_floor(cluster: Snapshot) -> float:
    """Give the minimum below which a cluster of this kind is not set, 0 without any."""
    watched = any(each.get("PerformanceInsightsEnabled") for each in cluster["members"])
    if cluster["cluster.GlobalClusterIdentifier"]:
        return _GLOBAL_FLOOR
    return _INSIGHTS_FLOOR if watched else 0.0


def least_minimum(now: float, floor: float) -> float:
    """Give the smallest minimum that one change may set: half of what there is, in half steps, or the floor."""
    return max(floor, half_up(now / 2))


def least_maximum(needs: Mapping[str, Any], engine: str) -> float:
    """Give the smallest maximum that carries the observed peaks within the projection's limits.

    Args:
        needs: the aspect ``sizing``.
        engine: tells how many connections a maximum allows.
    """
    return max(
        1.0,
        half_up(needs["cpu_acu"] / CPU_LIMIT),
        half_up(needs["memory_acu"] / MEMORY_LIMIT),
        half_up(needs["scaled_acu"]),
        acu_for_connections(engine, needs["peak_connections"]),
    )


def _sizing(cluster: Snapshot) -> dict[str, Any]:
    peaks = {"cpu_acu": 0.0, "memory_acu": 0.0, "scaled_acu": 0.0, "peak_connections": 0.0}
    idle: Counter[float] = Counter()
    hours, lowest = 0, cluster["capacity.max"]
    for name in member_names(cluster, serverless=True):
        found = _Member(cluster, name)
        for key, value in found.peaks().items():
            peaks[key] = max(peaks[key], value)
        idle += found.idle_hours()
        lowest = min([lowest, *found.lowest.values()])
        hours = max(hours, found.expected)
    return {
        **{key: round(value, 4) for key, value in peaks.items()},
        "lowest_acu": lowest,
        "hours": hours,
        "idle_hours": [{"needed_acu": acu, "hours": count} for acu, count in sorted(idle.items())],
    }


class _Member:
    """The hours of one serverless member, in ACU."""

    def __init__(self, cluster: Snapshot, name: str) -> None:
        most, least = float(cluster["capacity.max"]), float(cluster["capacity.min"])
        maxima = maximum_at(cluster, name)
        freeable = member_series(cluster, name, "freeable_memory").points
        cpu = member_series(cluster, name, "cpu")
        self.expected = cpu.expected()
        self.capacity = member_series(cluster, name, "capacity_maximum").points
        self.lowest = member_series(cluster, name, "capacity_minimum").points
        self.cpu = {at: used / 100 * maxima.get(at, most) for at, used in cpu.points.items()}
        self.memory = {at: max(0.0, maxima.get(at, most) - free / _GIB / ACU_GIB) for at, free in freeable.items()}
        self.connections = member_series(cluster, name, "connections").points
        self.above = {at: acu for at, acu in self.capacity.items() if acu > least + _AT_MINIMUM}

    def peaks(self) -> dict[str, float]:
        each = {"cpu_acu": self.cpu, "memory_acu": self.memory, "scaled_acu": self.above}
        return {key: max(points.values(), default=0.0) for key, points in each.items()} | {
            "peak_connections": max(self.connections.values(), default=0.0)
        }

    def idle_hours(self) -> Counter[float]:
        at_minimum = self.capacity.keys() - self.above.keys()
        return Counter(half_up(max(self.cpu.get(at, 0.0), self.memory.get(at, 0.0))) for at in at_minimum)
