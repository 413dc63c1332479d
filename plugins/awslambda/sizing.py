"""How small a function may become: the memory that it needs, and the time that it takes with less of it.

CPU comes with memory, so that the duration of a function grows by up to the ratio of the memory sizes. What stays the
same is their product, here called work. All of it is kept hour by hour with the memory of that hour, so that a
function that was resized is held against what it did before.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any

from trueup.errors import UnknownFactError
from trueup.facts.unknown import Reason, Unknown
from trueup.plugins.awslambda.history import NEVER_INVOKED
from trueup.plugins.awslambda.series import HOURLY, INSIGHTS, series_at
from trueup.plugins.awslambda.usage import MILLISECONDS

if TYPE_CHECKING:
    from trueup.facts.series import Series
    from trueup.facts.snapshot import Snapshot

__all__ = [
    "MOST_MEMORY_MIB",
    "Measured",
    "demand",
    "fit",
    "least_memory",
    "least_timeout",
    "memory_for_timeout",
    "sizing",
]

MOST_MEMORY_MIB = 10_240
"""The largest ordinary function. Source: Lambda quotas."""

_MEMORY_SHARE = 0.70
"""The share of the memory that the observed peak may be."""

_TIMEOUT_FACTOR = 1.2
"""How much longer than the slowest invocation the timeout is."""

_COVERAGE_FLOOR = 0.95
"""The share of the hours with invocations in which Lambda Insights must have measured the memory."""

_NO_INSIGHTS = Unknown(
    Reason.NO_DATA,
    "no memory peak: Lambda Insights has no data of this function; add its extension to the function, or set the "
    "rule's parameter without_insights",
)


@dataclass(frozen=True, slots=True)
class Measured:
    """The series that a size follows from.

    Args:
        slowest: the slowest invocation of each hour, in milliseconds.
        used: the most memory used, in MiB.
        configured: the memory that the function had, in MiB.
    """

    slowest: Series
    used: Series
    configured: Series

    @classmethod
    def of(cls, function: Snapshot) -> Measured:
        """Take the series from a snapshot.

        Raises:
            UnknownFactError: one could not be read, or the function was never invoked.
        """
        path = f"{HOURLY}.duration_max"
        slowest = series_at(function, path)
        if not slowest.points:
            raise UnknownFactError(path, Unknown(Reason.NO_DATA, NEVER_INVOKED))
        used, configured = (series_at(function, f"{INSIGHTS}.memory_{name}") for name in ("used", "configured"))
        return cls(slowest, used, configured)

    @property
    def by_insights(self) -> bool:
        """Tell whether Lambda Insights measured the function at all."""
        return bool(self.used.points and self.configured.points)

    def coverage(self) -> float:
        """Give the share of the hours with invocations in which memory was measured."""
        return len(self.slowest.points.keys() & self.used.points.keys()) / len(self.slowest.points)

    def work(self, memory_mib: int) -> float:
        """Give the most of duration times memory, in MiB seconds.

        Args:
            memory_mib: the memory of the hours of which Lambda Insights does not know it.
        """
        known = self.configured.points
        otherwise = max(known.values(), default=float(memory_mib))
        return max(slow / MILLISECONDS * known.get(at, otherwise) for at, slow in self.slowest.points.items())


def sizing(function: Snapshot) -> dict[str, Any]:
    """Give what the size of a function is worked out of.

    Returns:
        ``{"measured", "memory_known", "memory_peak_mib", "memory_utilization", "least_memory_mib",
        "work_mib_seconds"}``; those of memory are unknown where Lambda Insights did not measure it, or not whenever
        the function ran; ``memory_known`` is true or unknown, never false.

    Raises:
        UnknownFactError: the history is too short, or a series could not be read.
    """
    _ = function["history.sufficient"]
    measured, memory = Measured.of(function), int(function["function.MemorySize"])
    peak = _peak(measured)
    return {
        "measured": measured.by_insights,
        "memory_known": peak if isinstance(peak, Unknown) else True,
        "memory_peak_mib": peak,
        "memory_utilization": peak if isinstance(peak, Unknown) else round(100 * peak / memory, 2),
        "least_memory_mib": peak if isinstance(peak, Unknown) else least_memory(peak),
        "work_mib_seconds": measured.work(memory),
    }


def demand(function: Snapshot) -> dict[str, Any]:
    """Give what the function needed, whatever the history: every hour is counted with the memory of its time.

    Without Lambda Insights nobody knows with how much memory the durations were measured; the work is then that of the
    most there is.

    Returns:
        ``{"measured", "memory_peak_mib", "work_mib_seconds"}``; the peak is unknown where it was not measured.

    Raises:
        UnknownFactError: a series could not be read, or the function was never invoked.
    """
    measured = Measured.of(function)
    return {
        "measured": measured.by_insights,
        "memory_peak_mib": max(measured.used.points.values()) if measured.by_insights else _NO_INSIGHTS,
        "work_mib_seconds": measured.work(MOST_MEMORY_MIB),
    }


def fit(function: Snapshot) -> dict[str, bool]:
    """Give ``{"memory", "timeout"}``: whether they are as small as what was measured allows.

    Two facts of the configuration, held against the demand: right after a write the memory is the new one, and the
    demand that of before. Without Lambda Insights the memory never fits by itself, and a timeout may be as long as if
    the durations had been measured with the most memory there is.

    Raises:
        UnknownFactError: the demand is not known.
    """
    memory, timeout = int(function["function.MemorySize"]), int(function["function.Timeout"])
    work = float(function["demand.work_mib_seconds"])
    if not function["demand.measured"]:
        return {"memory": False, "timeout": timeout <= least_timeout(work, memory)}
    least = max(least_memory(function["demand.memory_peak_mib"]), memory_for_timeout(work, timeout))
    return {"memory": memory <= least, "timeout": timeout <= least_timeout(work, memory)}


def least_memory(peak_mib: float) -> int:
    """Give the memory of which a peak is at most 70 %."""
    return ceil(peak_mib / _MEMORY_SHARE)


def least_timeout(work_mib_seconds: float, memory_mib: int) -> int:
    """Give the timeout that is 1.2 times the slowest invocation, were it to run with a memory size."""
    return ceil(_TIMEOUT_FACTOR * work_mib_seconds / memory_mib)


def memory_for_timeout(work_mib_seconds: float, timeout_seconds: int) -> int:
    """Give the memory below which the slowest invocation would come too near to a timeout."""
    return ceil(_TIMEOUT_FACTOR * work_mib_seconds / timeout_seconds)


def _peak(measured: Measured) -> float | Unknown:
    if not measured.by_insights:
        return _NO_INSIGHTS
    coverage = measured.coverage()
    if coverage < _COVERAGE_FLOOR:
        return Unknown(
            Reason.INSUFFICIENT_HISTORY,
            f"expected memory by Lambda Insights in {_COVERAGE_FLOOR:.0%} of the hours with invocations, "
            f"found it in {coverage:.1%}",
        )
    return max(measured.used.points.values())
