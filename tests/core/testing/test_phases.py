"""A phase is shown until the clock has passed it."""

from __future__ import annotations

from datetime import UTC, datetime

from trueup.testing import Phases, SimulatedClock


def test_a_phase_ends_with_its_time() -> None:
    """The state and what is kept with it are known until then, and for this resource alone."""
    clock = SimulatedClock(datetime(2026, 1, 1, tzinfo=UTC))
    phases = Phases(clock)
    phases.enter("sqs", "orders", "UPDATING", 60, before=1)
    current = phases.current("sqs", "orders")
    assert current is not None
    assert ("UPDATING", {"before": 1}) == (current.state, current.details)
    assert [None, None] == [phases.current("sqs", "others"), phases.current("sns", "orders")]
    clock.advance(60)
    assert phases.current("sqs", "orders") is None


def test_parts_have_phases_of_their_own() -> None:
    """A part settles by itself, and leaves with its resource."""
    clock = SimulatedClock()
    phases = Phases(clock)
    phases.enter("sqs", "orders", "A", 60)
    phases.enter("sqs", "orders", "B", 600, part="index")
    clock.advance(61)
    left = phases.current("sqs", "orders", part="index")
    assert phases.current("sqs", "orders") is None
    assert left is not None
    assert "B" == left.state
    phases.leave("sqs", "orders")
    assert phases.current("sqs", "orders", part="index") is None


def test_a_reset_ends_all() -> None:
    """Nothing is left over for the next test."""
    phases = Phases(SimulatedClock())
    phases.enter("sqs", "orders", "A", 60)
    phases.reset()
    assert phases.current("sqs", "orders") is None
