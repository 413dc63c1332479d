"""Stored metric series: points that were put, and shapes that give the data of any time.

A month of data for each resource of the demo, which goes on while the clock moves, cannot be written down point by
point; a shape is a pure function of time instead, asked only for what a query needs.
"""

from __future__ import annotations

import threading
from bisect import bisect_left, insort
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trueup.testing.shapes import Shape
from trueup.testing.statistics import Point, Statistics, merged

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from trueup.testing.clock import SimulatedClock

__all__ = ["Metrics", "SeriesKey"]

_MINUTE = 60


@dataclass(frozen=True, slots=True)
class SeriesKey:
    """Which series: account, Region, namespace, name and the exact set of dimensions."""

    account: str
    region: str
    namespace: str
    metric: str
    dimensions: frozenset[tuple[str, str]]


@dataclass(slots=True)
class _Series:
    """The points of one series, by time, and its shape with the time from which and until when it has data."""

    points: list[tuple[float, Point]] = field(default_factory=list)
    shape: Shape | None = None
    since: float = 0.0
    until: float = float("inf")


class Metrics:
    """All series of the simulated AWS; safe to share between threads."""

    def __init__(self, account: str, clock: SimulatedClock) -> None:
        self._account = account
        self._clock = clock
        self._lock = threading.Lock()
        self._series: dict[SeriesKey, _Series] = {}

    def put(  # noqa: PLR0913 - a series is named by four things and bounded by two
        self,
        namespace: str,
        metric: str,
        dimensions: Mapping[str, str],
        series: Shape | Iterable[Point | tuple[datetime, float] | tuple[datetime, float, float]],
        *,
        region: str = "us-east-1",
        account: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> None:
        """Add points to a series, or set its shape.

        Args:
            namespace: e.g. ``AWS/SQS``.
            metric: the metric's name.
            dimensions: all of them: a query must give exactly these.
            series: points (``(timestamp, value[, count])``, timestamps aware), or a shape, which replaces the last one.
            region: where it is stored.
            account: whose it is; by default the simulated account's.
            since: a shape has no data before.
            until: a shape has no data from here on; without it, it goes on as the clock moves.
        """
        key = SeriesKey(account or self._account, region, namespace, metric, frozenset(dimensions.items()))
        with self._lock:
            stored = self._series.setdefault(key, _Series())
            if isinstance(series, Shape):
                stored.shape = series
                stored.since = 0.0 if since is None else since.timestamp()
                stored.until = float("inf") if until is None else until.timestamp()
                return
            for each in series:
                point = each if isinstance(each, Point) else Point(*each)
                insort(stored.points, (point.timestamp.timestamp(), point), key=_time)

    def keys(self) -> tuple[SeriesKey, ...]:
        """Which series there are."""
        with self._lock:
            return tuple(self._series)

    def statistics(
        self, key: SeriesKey, start: int, end: int, period: int, unit: str | None = None
    ) -> list[tuple[int, Statistics]]:
        """The data of a series, one entry a period that has any, oldest first.

        Args:
            key: which series; one that does not exist has no data.
            start: POSIX time, a multiple of ``period``.
            end: POSIX time, exclusive; nothing is later than the clock.
            period: seconds.
            unit: only points of this unit; shapes and points without a unit have every unit.
        """
        with self._lock:
            series = self._series.get(key)
            points = () if series is None else tuple(series.points)
        if series is None:
            return []
        end = min(end, int(self._clock.now().timestamp()) + 1)
        found = []
        for begin in range(start, end, period):
            parts = _stored(points, begin, begin + period, unit)
            shaped = _shaped(series, begin, min(begin + period, end))
            if shaped is not None:
                parts.append(shaped)
            if parts:
                found.append((begin, merged(parts)))
        return found

    def reset(self) -> None:
        """Forget every series."""
        with self._lock:
            self._series.clear()


def _time(stored: tuple[float, Point]) -> float:
    return stored[0]


def _stored(points: tuple[tuple[float, Point], ...], begin: int, end: int, unit: str | None) -> list[Statistics]:
    if not points:
        return []
    first = bisect_left(points, float(begin), key=_time)
    last = bisect_left(points, float(end), lo=first, key=_time)
    return [point.statistics for _, point in points[first:last] if unit is None or point.unit in (None, unit)]


def _shaped(series: _Series, begin: int, end: int) -> Statistics | None:
    """The shape's data of the whole minutes of an interval."""
    if series.shape is None:
        return None
    first = -(-max(begin, series.since) // _MINUTE) * _MINUTE
    last = min(end, series.until) // _MINUTE * _MINUTE
    return series.shape.statistics(int(first), int(last - first)) if last > first else None
