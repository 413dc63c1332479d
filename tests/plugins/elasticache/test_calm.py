"""Tests of the time until the next backup or maintenance window."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.plugins.elasticache.calm import hours_until

MONDAY = datetime(2026, 11, 23, 10, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("window", "hours"),
    [
        ("10:00-11:00", 0.0),
        ("11:17-12:17", 1.0),
        ("09:00-10:00", 22.72),
        ("23:30-00:30", 13.22),
        ("mon:10:00-mon:11:00", 0.0),
        ("mon:09:00-mon:10:00", 166.72),
        ("tue:10:17-tue:11:17", 24.0),
        ("sun:23:00-mon:01:30", 156.72),
        ("sun:23:00-mon:10:30", 0.0),
        ("Sun:10:17-Sun:11:17", 144.0),
    ],
)
def test_the_next_window_is_found(window: str, hours: float) -> None:
    """Of every day or every week, over midnight and over the end of the week; 0 inside it."""
    assert hours == round(hours_until(window, MONDAY), 2)


@pytest.mark.parametrize("window", ["", "whenever", "xyz:10:00-xyz:11:00", "25-26"])
def test_a_window_that_cannot_be_read_counts_as_begun(window: str) -> None:
    """What is not understood is not taken for calm."""
    assert hours_until(window, MONDAY) == 0.0


@given(
    begin=st.integers(0, 7 * 24 * 60 - 1),
    length=st.integers(60, 300),
    now=st.integers(0, 366 * 1440 * 60).map(lambda seconds: MONDAY + timedelta(seconds=seconds)),
)
def test_a_weekly_window_begins_after_so_many_hours(begin: int, length: int, now: datetime) -> None:
    """The time that is told leads to the beginning of the window, or the window is on."""
    window = f"{_weekly(begin)}-{_weekly(begin + length)}"
    hours = hours_until(window, now)
    if hours:
        assert 0 < hours <= 168
        assert _weekly(begin) == f"{now + timedelta(hours=hours, milliseconds=1):%a:%H:%M}".lower()
    else:
        minute = now.weekday() * 1440 + now.hour * 60 + now.minute
        assert (minute - begin) % (7 * 1440) <= length


def test_backups_count_only_where_they_are_made(groups: Any) -> None:
    """The window of a group without automatic backups is nothing to wait for."""
    window = {"SnapshotWindow": "11:00-12:00"}
    off, on = (groups.idle(**window, SnapshotRetentionLimit=days) for days in (0, 1))
    assert [True, False] == [each["calm.enough"] for each in (off, on)]
    assert 0.72 == on["calm.hours"]


def test_a_cluster_needs_a_longer_calm_than_a_single_shard(groups: Any) -> None:
    """Shards may move for eight hours, nodes change in three."""
    window = {"SnapshotWindow": "15:00-16:00", "SnapshotRetentionLimit": 1}
    many, one = (groups.idle(shards=each, **window) for each in (5, 1))
    assert [False, True] == [each["calm.enough"] for each in (many, one)]


def _weekly(minute: int) -> str:
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    day, rest = divmod(minute % (7 * 1440), 1440)
    return f"{days[day]}:{rest // 60:0>2}:{rest % 60:0>2}"
