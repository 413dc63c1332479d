"""Statistic sets: what CloudWatch keeps of the values of an interval, and what it answers from it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

__all__ = ["Point", "Statistics", "merged", "statistic_named"]

_PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d{1,10})?|100)")


@dataclass(frozen=True, slots=True)
class Statistics:
    """What is known of the values of one interval.

    Attributes:
        count: how many values.
        total: their sum.
        minimum: the lowest.
        maximum: the highest.
        values: value and count pairs when the single values are known, else empty: then there are no percentiles,
            unless all values are the same.
    """

    count: float
    total: float
    minimum: float
    maximum: float
    values: tuple[tuple[float, float], ...] = ()

    @classmethod
    def of(cls, value: float, count: float = 1.0) -> Statistics:
        """The same value ``count`` times."""
        return cls(count, value * count, value, value, ((value, count),))

    def percentile(self, percent: float) -> float | None:
        """The value below which ``percent`` of the values lie, interpolated between neighbours; None when not known.

        Source: CloudWatch PutMetricData: percentiles of a statistic set only when its count is 1 or all are the same.
        """
        if self.minimum == self.maximum:
            return self.minimum
        if not self.values:
            return None
        return _percentile(self, percent)


@dataclass(frozen=True, slots=True)
class Point:
    """A value at a time (aware), seen ``count`` times; or a whole statistic set put at once."""

    timestamp: datetime
    value: float
    count: float = 1.0
    unit: str | None = None
    whole: Statistics | None = None

    @property
    def statistics(self) -> Statistics:
        """The point as a statistic set."""
        return self.whole if self.whole is not None else Statistics.of(self.value, self.count)


def merged(parts: Sequence[Statistics]) -> Statistics:
    """The statistics of several intervals together; percentiles are known only when they are of each."""
    if len(parts) == 1:
        return parts[0]
    known = all(part.values for part in parts)
    return Statistics(
        count=sum(part.count for part in parts),
        total=sum(part.total for part in parts),
        minimum=min(part.minimum for part in parts),
        maximum=max(part.maximum for part in parts),
        values=tuple(pair for part in parts for pair in part.values) if known else (),
    )


def statistic_named(name: str, statistics: Statistics) -> float | None:
    """One statistic of an interval; None when it is not known.

    Raises:
        LookupError: there is no statistic of this name.
    """
    match name:
        case "Average":
            return statistics.total / statistics.count
        case "Sum":
            return statistics.total
        case "Minimum":
            return statistics.minimum
        case "Maximum":
            return statistics.maximum
        case "SampleCount":
            return statistics.count
        case _:
            percentile = _PERCENTILE.fullmatch(name)
            if percentile is None:
                raise LookupError(name)
            return statistics.percentile(float(percentile[1]))


@lru_cache(maxsize=4096)
def _percentile(statistics: Statistics, percent: float) -> float:
    """A percentile of known values; remembered, since the hours of a daily wave come again each day."""
    ordered = sorted(statistics.values)
    place = (statistics.count - 1) * percent / 100
    below, above = _value_at(ordered, int(place)), _value_at(ordered, min(int(place) + 1, statistics.count - 1))
    return below + (above - below) * (place - int(place))


def _value_at(ordered: Sequence[tuple[float, float]], place: float) -> float:
    """The value at a place of the ordered values, each standing there as often as it was counted."""
    seen = 0.0
    for value, count in ordered:
        seen += count
        if place < seen:
            return value
    return ordered[-1][0]
