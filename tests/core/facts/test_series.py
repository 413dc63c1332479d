"""A metric series gives its peak, sum and coverage, and never makes up a value."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from trueup.facts.series import Series
from trueup.facts.unknown import Reason, Unknown

START = datetime(2026, 1, 1, tzinfo=UTC)


def series(*values: float, hours: int = 4) -> Series:
    """Give a series of hourly points from the start on."""
    first = int(START.timestamp())
    points = {first + index * 3600: value for index, value in enumerate(values)}
    return Series(START, START + timedelta(hours=hours), 3600, points)


def test_points_are_reduced() -> None:
    """Highest, lowest and sum are those of the points."""
    read = series(2, 8, 5)

    assert (8, 2, 15.0) == (read.maximum(), read.minimum(), read.total())


def test_coverage_is_the_share_of_expected_points() -> None:
    """Three of four hours are three quarters."""
    assert 0.75 == series(1, 1, 1).coverage()


def test_an_empty_window_expects_nothing() -> None:
    """A window without a period in it is not covered."""
    assert 0.0 == series(hours=0).coverage()


def test_without_points_nothing_is_known() -> None:
    """No data is unknown, never zero."""
    found = [series().maximum(), series().minimum(), series().total()]

    assert [Reason.NO_DATA] * 3 == [value.reason for value in found if isinstance(value, Unknown)]
