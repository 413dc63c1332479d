"""Periods of five minutes: which are judged, when two of three are breached, and which hours they are compared with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.watching.periods import (
    PERIOD,
    breaching_since,
    breaking,
    first_period,
    periods,
    same_hours,
)

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
EARLY = NOON - timedelta(days=1)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
HELD = st.lists(st.sampled_from([True, False, None]), max_size=30)


def _held(word: str) -> dict[datetime, bool | None]:
    """Give what held by period: ``x`` is a breach, ``.`` is well, ``?`` is not known."""
    known = {"x": False, ".": True, "?": None}
    return {NOON + number * PERIOD: known[each] for number, each in enumerate(word)}


@given(MOMENTS)
def test_the_first_period_begins_after_the_ignored_time(settled: datetime) -> None:
    """Never earlier, and less than a period later, on the clock's five minutes."""
    first = first_period(settled, timedelta(minutes=15))
    assert timedelta(minutes=15) <= first - settled < timedelta(minutes=20)
    assert 0 == first.timestamp() % PERIOD.total_seconds()


@given(MOMENTS, st.timedeltas(timedelta(0), timedelta(hours=3)))
def test_periods_are_whole_and_without_gaps(begin: datetime, long: timedelta) -> None:
    """Inside the span, one after the other, as many as fit."""
    found = periods(begin, begin + long)
    assert all(begin <= each.start and each.end <= begin + long and each.points == 1 for each in found)
    assert all(one.end == two.start for one, two in pairwise(found))
    assert long < PERIOD * (len(found) + 2)


@pytest.mark.parametrize(
    ("word", "broken"),
    [
        ("", None),
        ("....", None),
        ("x...", None),
        ("xx", (0, 1)),
        ("x.x", (0, 2)),
        ("x?x", (0, 2)),
        ("x..x", None),
        ("x??x", None),
        ("????", None),
        ("xx....xx", (6, 7)),
        ("xxx", (1, 2)),
    ],
)
def test_two_of_three_periods_are_a_breach(word: str, broken: tuple[int, int] | None) -> None:
    """One alone is not, and what is not known is none."""
    expected = broken and (NOON + broken[0] * PERIOD, NOON + broken[1] * PERIOD)
    assert expected == breaking(_held(word), EARLY)


def test_a_breach_that_was_dealt_with_is_no_news() -> None:
    """Its second period must be a new one; the first may be older."""
    held = _held("xx..x")
    assert breaking(held, NOON + PERIOD) == (NOON, NOON + PERIOD)
    assert breaking(held, NOON + 2 * PERIOD) is None
    assert breaking(_held("xxx"), NOON + 2 * PERIOD) == (NOON + PERIOD, NOON + 2 * PERIOD)


@given(HELD)
def test_without_two_known_breaches_nothing_breaks(held: list[bool | None]) -> None:
    """Whatever else is known or not."""
    by_period = {NOON + number * PERIOD: each for number, each in enumerate(held)}
    pair = breaking(by_period, EARLY)
    near = any(held[at : at + 3].count(False) > 1 for at in range(len(held)))
    assert near == (pair is not None)
    if pair:
        assert (False, False) == (by_period[pair[0]], by_period[pair[1]])


@pytest.mark.parametrize(("word", "since"), [("..x", 2), ("..x?", 2), ("x.", None), ("", None), ("??", None)])
def test_the_latest_known_period_shows_what_begins(word: str, since: int | None) -> None:
    """A single breach at the end may be the first of more."""
    assert (None if since is None else NOON + since * PERIOD) == breaching_since(_held(word))


def test_the_same_hours_of_seven_days_are_compared() -> None:
    """Both hours of a breach that goes over the hour, each in its five minutes, ending the day before."""
    found = same_hours([NOON - PERIOD, NOON], NOON, 7)
    assert 7 * 24 == len(found)
    assert (NOON - timedelta(days=7, hours=1), NOON - timedelta(hours=23)) == (found[0].start, found[-1].end)
    assert {11, 12} == {each.start.hour for each in found}


@given(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=9)))
def test_only_days_before_the_change_are_compared(made: datetime, later: timedelta) -> None:
    """What came after it says nothing of how it was; there are always seven days, the nearest ones."""
    breached = made + later
    found = same_hours([breached], made, 7)
    assert all(each.end <= made for each in found)
    assert 7 * 12 == len(found)
    assert {breached.hour} == {each.start.hour for each in found}
    assert made - found[-1].end < timedelta(days=1, hours=1)
