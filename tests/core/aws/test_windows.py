"""Windows: whole periods, no further back than CloudWatch keeps them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.aws.windows import Window, window_of
from trueup.errors import UsageError

NOW = datetime(2026, 11, 23, 18, 37, 34, 5, tzinfo=UTC)


def test_a_window_ends_at_the_last_full_hour() -> None:
    """The hour that has only begun would read as a fall."""
    end = datetime(2026, 11, 23, 18, tzinfo=UTC)
    assert Window(end - timedelta(days=30), end, 3600) == window_of(NOW, 30, 3600)
    assert 720 == window_of(NOW, 30, 3600).points


def test_a_window_of_days_ends_at_midnight() -> None:
    """Daily points stand at midnight, so the window does too."""
    end = datetime(2026, 11, 23, tzinfo=UTC)
    assert Window(end - timedelta(days=3), end, 86400) == window_of(NOW, 3, 86400)


def test_a_window_of_all_that_is_kept_begins_a_little_later() -> None:
    """Fifteen days of minutes, asked an hour and a half after they end, would begin out of reach and give nothing."""
    found = window_of(NOW, 15, 60)
    assert datetime(2026, 11, 8, 20, tzinfo=UTC) == found.start
    assert NOW - timedelta(days=15) + timedelta(hours=1) < found.start


@pytest.mark.parametrize(("days", "period"), [(16, 60), (30, 60), (64, 300), (30, 90), (456, 3600), (1, 0), (1, -60)])
def test_what_cloudwatch_does_not_keep_is_refused(days: int, period: int) -> None:
    """It would answer without points and without an error."""
    with pytest.raises(UsageError, match="as CloudWatch keeps no more"):
        window_of(NOW, days, period)


@given(
    st.integers(1_600_000_000, 1_900_000_000).map(lambda second: datetime.fromtimestamp(second, UTC)),
    st.integers(1, 15),
    st.sampled_from([60, 300, 3600, 86400]),
)
def test_every_window_is_whole_and_past(now: datetime, days: int, period: int) -> None:
    """Start and end stand at whole periods, and the end is not later than now."""
    window = window_of(now, days, period)
    assert 0 == window.start.timestamp() % period == window.end.timestamp() % period
    assert window.end <= now
    assert now - window.end < timedelta(seconds=max(3600, period))
