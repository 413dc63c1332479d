"""Two hundred series of ordinary load and fifty of real regressions, judged over a day by the code of the watch."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

import pytest

from tests.core.watching.recorded import DAY, IGNORED, LIMIT, MADE, judged
from trueup.watching.periods import PERIOD, first_period, periods

if TYPE_CHECKING:
    from collections.abc import Callable

SECONDS = int(PERIOD.total_seconds())
BEGIN = first_period(MADE, IGNORED)
ALL = [each.start for each in periods(MADE - 9 * DAY, MADE + 2 * DAY)]


def _flat(random: Random) -> Callable[[datetime], float | None]:
    """The same all day, somewhere below the limit."""
    level = random.uniform(0, LIMIT)
    return lambda _at: level


def _noisy(random: Random) -> Callable[[datetime], float | None]:
    """A day's wave with noise on it, its peak right below the limit."""
    high, hour = random.uniform(0.5, 0.9) * LIMIT, random.uniform(0, 24)
    noise = {at: random.gauss(0, 0.02 * LIMIT) for at in ALL}
    return lambda at: high * (1.5 + math.cos((at.hour + at.minute / 60 - hour) * math.pi / 12)) / 2.5 + noise[at]


def _spiky(random: Random) -> Callable[[datetime], float | None]:
    """Far above the limit for five minutes now and then, never twice within the same quarter of an hour."""
    gap = random.randint(3, 40)
    spikes = {at for number, at in enumerate(ALL) if number % gap == 0}
    return lambda at: 5 * LIMIT if at in spikes else 0.3 * LIMIT


def _nightly(random: Random) -> Callable[[datetime], float | None]:
    """A batch job that breaches the limit at the same hour of every day, but for some minutes more or less."""
    hour, long = random.randrange(24), random.randint(3, 9)
    begins = {at.date(): hour * 12 + random.randint(0, 12 - long) for at in ALL}
    return lambda at: 3 * LIMIT if 0 <= at.hour * 12 + at.minute // 5 - begins[at.date()] < long else 0.2 * LIMIT


def _with_gaps(series: Callable[[datetime], float | None], random: Random) -> Callable[[datetime], float | None]:
    """The same, with a fifth of its points missing."""
    missing = {at for at in ALL if random.random() < 0.2}
    return lambda at: None if at in missing else series(at)


@pytest.mark.parametrize("kind", [_flat, _noisy, _spiky, _nightly])
def test_ordinary_load_is_no_regression(kind: Callable[[Random], Callable[[datetime], float | None]]) -> None:
    """Fifty series of each kind, half of them with gaps: none is found to regress within a day."""
    found = []
    for seed in range(50):
        random = Random(seed)  # noqa: S311 - the same series in every run, nothing secret
        series = kind(random)
        if judged(_with_gaps(series, random) if seed % 2 else series):
            found.append(seed)
    assert [] == found


def _step(begin: datetime, random: Random) -> Callable[[datetime], float | None]:
    below = _noisy(random)
    return lambda at: (below(at) or 0) + (LIMIT if at >= begin else 0)


def _growing(begin: datetime, random: Random) -> Callable[[datetime], float | None]:
    below, an_hour = _noisy(random), random.uniform(0.5, 3) * LIMIT
    return lambda at: LIMIT + an_hour * ((at - begin).total_seconds() + SECONDS) / 3600 if at >= begin else below(at)


def _two_of_three(begin: datetime, random: Random) -> Callable[[datetime], float | None]:
    below, worse = _noisy(random), random.uniform(1.1, 4) * LIMIT
    return lambda at: worse if at >= begin and (at - begin) // PERIOD % 3 != 1 else below(at)


def _over_a_spiky_night(begin: datetime, random: Random) -> Callable[[datetime], float | None]:
    """What is breached at one hour of every day says nothing of the other hours."""
    usual = (begin.hour + random.randint(3, 20)) % 24
    return lambda at: 2 * LIMIT if at >= begin or at.hour == usual else 0.1 * LIMIT


def _with_lost_minutes(begin: datetime, random: Random) -> Callable[[datetime], float | None]:
    """Every other point is missing, and what is there is bad: two of three, with nothing known of the third."""
    below = _noisy(random)
    return lambda at: below(at) if at < begin else None if (at - begin) // PERIOD % 2 else 2 * LIMIT


@pytest.mark.parametrize("kind", [_step, _growing, _two_of_three, _over_a_spiky_night, _with_lost_minutes])
def test_a_real_regression_is_seen_within_three_periods(
    kind: Callable[[datetime, Random], Callable[[datetime], float | None]],
) -> None:
    """Ten series of each kind, which go wrong at some time of the day: each is found in time, and never before."""
    late = {}
    for seed in range(10):
        random = Random(seed)  # noqa: S311 - the same series in every run, nothing secret
        begin = BEGIN + random.randrange(250) * PERIOD
        seen = judged(kind(begin, random))
        if seen is None or not timedelta(0) < seen - begin <= 3 * PERIOD:
            late[seed] = begin, seen
    assert {} == late
