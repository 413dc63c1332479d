"""Windows of metrics, aligned so that each point is a whole period of data.

CloudWatch answers a period that has only begun with part of its data, which would read as a fall; and where a window
does not begin at a period's begin, the points do not either.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from trueup.errors import UsageError

__all__ = ["Window", "window_of"]

_HOUR = 3600

# How far back CloudWatch keeps points of a period, and so which periods a window may be asked in.
# Source: CloudWatch MetricStat.Period, "the period must be a multiple of 60 / 300 / 3600 for a start time between…".
_FINEST = ((timedelta(days=15), 60), (timedelta(days=63), 300), (timedelta(days=455), 3600))


@dataclass(frozen=True, slots=True)
class Window:
    """A span of time and the seconds that a point in it stands for.

    Args:
        start: begin, aware UTC, inclusive.
        end: end, exclusive.
        period: seconds a point.
    """

    start: datetime
    end: datetime
    period: int

    @property
    def points(self) -> int:
        """How many points a series that is always measured has."""
        return int((self.end - self.start).total_seconds()) // self.period


def window_of(now: datetime, days: float, period: int) -> Window:
    """Give the window that ends at the last full hour (or full period, if that is longer).

    Where the look-back is all that CloudWatch keeps of the period, the window begins up to two hours later, so that its
    begin does not fall out of reach before it is asked for: beyond it there are no points at all.

    Args:
        now: the clock's time, aware UTC.
        days: how far back the window goes.
        period: seconds a point.

    Raises:
        UsageError: CloudWatch keeps no points of this period so far back.
    """
    whole = max(_HOUR, period)
    end = _floor(now, whole)
    start = end - timedelta(days=days)
    reach = max((reach for reach, finest in _FINEST if period > 0 and period % finest == 0), default=None)
    if reach is None or timedelta(days=days) > reach:
        kept = f"at most {reach.days} days" if reach else "a multiple of 60 seconds"
        message = (
            f"a metric window of {days:g} days in periods of {period} seconds: expected {kept}, "
            f"as CloudWatch keeps no more"
        )
        raise UsageError(message)
    if now - start > reach:
        start = _floor(now - reach, whole) + timedelta(seconds=2 * whole)
    return Window(start, end, period)


def _floor(moment: datetime, seconds: int) -> datetime:
    return datetime.fromtimestamp(int(moment.timestamp()) // seconds * seconds, tz=moment.tzinfo)
