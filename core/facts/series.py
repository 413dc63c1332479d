"""A metric series as read: points in time, or why there are none.

Peaks, sums and coverage are asked of it in one place, so that no plugin averages averages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trueup.facts.unknown import Reason, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

__all__ = ["Series"]


@dataclass(frozen=True, slots=True)
class Series:
    """One metric series over a window.

    Args:
        start: begin of the window, aware UTC, inclusive.
        end: end of the window, exclusive.
        period: seconds a point stands for.
        points: epoch second of a period's begin to its value; empty means no data, never zero.
    """

    start: datetime
    end: datetime
    period: int
    points: Mapping[int, float]

    def expected(self) -> int:
        """Give how many points an always-measured resource would have in the window."""
        return int((self.end - self.start).total_seconds()) // self.period

    def coverage(self) -> float:
        """Give the share of expected points that exist, 0 to 1."""
        expected = self.expected()
        return len(self.points) / expected if expected else 0.0

    def total(self) -> float | Unknown:
        """Give the sum over all points, unknown without any."""
        return self._reduce(lambda values: float(sum(values)))

    def maximum(self) -> float | Unknown:
        """Give the highest point, unknown without any."""
        return self._reduce(max)

    def minimum(self) -> float | Unknown:
        """Give the lowest point, unknown without any."""
        return self._reduce(min)

    def _reduce(self, function: Callable[[list[float]], float]) -> float | Unknown:
        if not self.points:
            return Unknown(Reason.NO_DATA, "the metric has no data point in the window")
        return function(list(self.points.values()))
