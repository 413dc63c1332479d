"""Shapes of metric series: pure functions of time at a resolution of one minute."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from trueup.testing.statistics import Statistics, merged

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Constant", "DailyWave", "NoData", "PerMinute", "Shape", "shape_named"]

_MINUTE = 60
_DAY = 86_400


@runtime_checkable
class Shape(Protocol):
    """The data of a series as a pure function of time."""

    def statistics(self, start: int, seconds: int) -> Statistics | None:
        """The data of an interval; None is no data.

        Args:
            start: POSIX time, a multiple of 60.
            seconds: a positive multiple of 60.
        """


@dataclass(frozen=True, slots=True)
class Constant:
    """The same value ``count`` times each minute."""

    value: float
    count: float = 1.0

    def statistics(self, start: int, seconds: int) -> Statistics | None:  # noqa: ARG002 - no time is different
        """See ``Shape.statistics``."""
        return Statistics.of(self.value, self.count * seconds / _MINUTE)


@dataclass(frozen=True, slots=True)
class NoData:
    """No data at any time; unlike a series that was never put, it is listed."""

    def statistics(self, start: int, seconds: int) -> Statistics | None:  # noqa: ARG002 - no time is different
        """See ``Shape.statistics``."""
        return None


@dataclass(frozen=True, slots=True)
class DailyWave:
    """A value that goes from ``low`` to ``high`` and back each day, highest at ``peak_hour`` UTC.

    Attributes:
        low: the lowest value, 12 hours away from the peak.
        high: the highest value.
        peak_hour: when, 0 to 24.
        count: how many values a minute.
    """

    low: float
    high: float
    peak_hour: float = 12.0
    count: float = 1.0

    def statistics(self, start: int, seconds: int) -> Statistics | None:
        """See ``Shape.statistics``."""
        return _wave(self, start % _DAY, seconds)

    def at(self, second_of_day: int) -> float:
        """The value at a time of day."""
        angle = 2 * math.pi * (second_of_day / _DAY - self.peak_hour / 24)
        return self.low + (self.high - self.low) * (1 + math.cos(angle)) / 2


@lru_cache(maxsize=4096)
def _wave(wave: DailyWave, second_of_day: int, seconds: int) -> Statistics:
    """The minutes of an interval of the wave: a day's intervals come again each day, so a month costs one day."""
    minutes = range(second_of_day, second_of_day + seconds, _MINUTE)
    return merged([Statistics.of(wave.at(minute % _DAY), wave.count) for minute in minutes])


@dataclass(frozen=True, slots=True)
class PerMinute:
    """A shape from a function that gives the value, or the statistics, or None, of the minute at a POSIX time."""

    function: Callable[[int], Statistics | float | None]

    def statistics(self, start: int, seconds: int) -> Statistics | None:
        """See ``Shape.statistics``."""
        values = (self.function(minute) for minute in range(start, start + seconds, _MINUTE))
        parts = [each if isinstance(each, Statistics) else Statistics.of(each) for each in values if each is not None]
        return merged(parts) if parts else None


def shape_named(name: str, **values: Any) -> Shape:
    """A shape by the name that it has over HTTP: ``constant``, ``daily-wave`` or ``none``.

    Raises:
        ValueError: there is no such shape.
    """
    match name:
        case "constant":
            return Constant(**values)
        case "daily-wave":
            return DailyWave(**values)
        case "none":
            return NoData(**values)
        case _:
            raise ValueError(f"shape: expected constant, daily-wave or none, found {name!r}")
