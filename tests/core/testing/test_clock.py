"""The simulated clock runs, moves forward only, and starts where it is told to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from trueup.testing import SimulatedClock

START = datetime(2026, 1, 2, 3, tzinfo=UTC)


def test_it_starts_where_it_is_told_and_runs() -> None:
    """The start is the first time, and time goes on from there."""
    clock = SimulatedClock(START)
    first = clock.now()
    assert START <= first < START + timedelta(minutes=1)
    assert first <= clock.now()


def test_it_moves_forward() -> None:
    """An advance gives the new time, and adds up."""
    clock = SimulatedClock(START)
    assert START + timedelta(seconds=90) <= clock.advance(90) < START + timedelta(seconds=150)
    clock.advance(0.5)
    assert clock.now() >= START + timedelta(seconds=90.5)


@pytest.mark.parametrize("seconds", [-1, float("inf"), float("nan")])
def test_it_never_runs_backwards(seconds: float) -> None:
    """What is no time ahead is refused."""
    with pytest.raises(ValueError, match="expected seconds of at least 0, found"):
        SimulatedClock().advance(seconds)


def test_a_reset_is_a_new_start() -> None:
    """Without a start it is real time again; a naive start is refused."""
    clock = SimulatedClock(START)
    clock.reset()
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)
    with pytest.raises(ValueError, match="starts at an aware time, found the naive 2026-01-02"):
        clock.reset(START.replace(tzinfo=None))
