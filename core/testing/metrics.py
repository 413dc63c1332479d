"""Stored metric series: points that were put, and shapes that give the data of any time.

A month of data for each resource of the demo, which goes on while the clock moves, cannot be written down point by
point; a shape is a pure function of time instead, asked only for what a query needs.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Metrics", "Point", "SeriesKey", "Shape", "Statistics"]


@dataclass(frozen=True, slots=True)
class Statistics:
    """What is known of the values of one interval.

    Attributes:
        count: how many values.
        total: their sum.
        minimum: the lowest.
        maximum: the highest.
        values: value and count pairs when the single values are known, else empty (then no percentiles).
    """

    count: float
    total: float
    minimum: float
    maximum: float
    values: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Point:
    """A value at a time (aware), seen ``count`` times."""

    timestamp: datetime
    value: float
    count: float = 1.0


class Shape(Protocol):
    """The data of a series as a pure function of time."""

    def statistics(self, start: float, seconds: int) -> Statistics | None:
        """The data of the interval of ``seconds`` (a multiple of 60) that begins at ``start`` (POSIX); None is no data."""


@dataclass(frozen=True, slots=True)
class SeriesKey:
    """Which series: account, Region, namespace, name and the exact set of dimensions."""

    account: str
    region: str
    namespace: str
    metric: str
    dimensions: frozenset[tuple[str, str]]


class Metrics:
    """All series of the simulated AWS; safe to share between threads."""

    def __init__(self, account: str) -> None:
        self._account = account
        self._lock = threading.Lock()
        self._points: dict[SeriesKey, list[Point]] = {}
        self._shapes: dict[SeriesKey, list[Shape]] = {}

    def put(
        self,
        namespace: str,
        metric: str,
        dimensions: Mapping[str, str],
        series: Shape | Iterable[Point | tuple[datetime, float] | tuple[datetime, float, float]],
        *,
        region: str = "us-east-1",
        account: str | None = None,
    ) -> None:
        """Add points to a series, or set its shape.

        Args:
            namespace: e.g. ``AWS/SQS``.
            metric: the metric's name.
            dimensions: all of them: a query must give exactly these.
            series: points (``(timestamp, value[, count])``, timestamps aware), or a shape, which replaces an earlier one.
            region: where it is stored.
            account: whose it is; by default the simulated account's.
        """
        raise NotImplementedError

    def reset(self) -> None:
        """Forget every series."""
        with self._lock:
            self._points.clear()
            self._shapes.clear()
