"""The five-minute periods that a watch judges by, and when one of them says that something is wrong.

Pure functions of times and of what held, so that a month of series is judged by the same code as a running watch.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from trueup.aws.windows import Window

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["PERIOD", "breaching_since", "breaking", "first_period", "periods", "same_hours"]

PERIOD = timedelta(minutes=5)

# Two breaches no further apart than this lie in the same three periods.
_APART = 2 * PERIOD

_DAY = timedelta(days=1)
_HOUR = 3600


def first_period(settled: datetime, ignored: timedelta) -> datetime:
    """Give when the first period begins that is judged of a change that settled then.

    Right after a change caches are cold, connections come anew and old tasks drain: that is the change, not its effect.
    """
    return _floor(settled + ignored + PERIOD - timedelta(seconds=1))


def periods(begin: datetime, end: datetime) -> list[Window]:
    """Give the whole periods between two times, oldest first; a period that has only begun is none."""
    at, found = _floor(begin + PERIOD - timedelta(seconds=1)), []
    while at + PERIOD <= end:
        found.append(_period(at))
        at += PERIOD
    return found


def breaking(held: Mapping[datetime, bool | None], since: datetime) -> tuple[datetime, datetime] | None:
    """Give the latest two breaches that lie in three periods in a row, the second not before a time; None if none do.

    Args:
        held: begin of a period to whether the regression condition held in it; None when that is not known, which is
            never a breach.
        since: the second breach must be in a period that begins then or later.
    """
    breached = sorted(at for at, holds in held.items() if holds is False)
    pairs = [(one, two) for one, two in pairwise(breached) if two - one <= _APART and two >= since]
    return pairs[-1] if pairs else None


def breaching_since(held: Mapping[datetime, bool | None]) -> datetime | None:
    """Give the latest known period if the condition was breached in it: perhaps the begin of more."""
    known = [at for at, holds in held.items() if holds is not None]
    return max(known) if known and held[max(known)] is False else None


def same_hours(breached: Iterable[datetime], before: datetime, days: int) -> list[Window]:
    """Give the periods of the hours in which some others lie, on some days before a time, oldest first.

    Args:
        breached: the begins of the periods.
        before: when the change was made: what came after it is no measure of how it was.
        days: how many, the nearest ones.
    """
    times = sorted(breached)
    begin, end = _floor(times[0], _HOUR), _floor(times[-1], _HOUR) + timedelta(hours=1)
    back = 1
    while end - back * _DAY > before:
        back += 1
    return [
        each for day in reversed(range(back, back + days)) for each in periods(begin - day * _DAY, end - day * _DAY)
    ]


def _period(begin: datetime) -> Window:
    return Window(begin, begin + PERIOD, int(PERIOD.total_seconds()))


def _floor(moment: datetime, seconds: int = int(PERIOD.total_seconds())) -> datetime:
    return datetime.fromtimestamp(int(moment.timestamp()) // seconds * seconds, tz=moment.tzinfo)
