"""One change that harms is undone; a harm that much of the account shows is nobody's change."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.core.applying.test_references import change
from trueup.settings import WatchSettings
from trueup.watching.decision import Decision, decide
from trueup.watching.subjects import Subject

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def _decide(regressed: list[Subject], recent: list[Subject], beginning: list[Subject], watched: int) -> Decision:
    return decide(regressed, recent, beginning, watched, WatchSettings())


def _subjects(number: int, of: str = "r") -> list[Subject]:
    return list(_each(number, of))


def _each(number: int, of: str) -> Iterator[Subject]:
    for at in range(number):
        resource = replace(change().resource, arn=f"arn:{of}{at}")
        yield Subject(replace(change(), id=f"c{of}{at}", resource=resource), (), frozenset(), NOW, NOW, NOW)


@pytest.mark.parametrize(
    ("regressed", "watched", "decision"),
    [
        (1, 1, Decision.UNDO),
        (1, 2, Decision.UNDO),
        (1, 100, Decision.UNDO),
        (2, 2, Decision.STOP),
        (2, 8, Decision.STOP),
        (2, 9, Decision.UNDO),
        (3, 12, Decision.STOP),
        (3, 13, Decision.UNDO),
        (4, 1000, Decision.STOP),
    ],
)
def test_more_than_three_or_a_quarter_are_an_outage(regressed: int, watched: int, decision: Decision) -> None:
    """One alone never is, however few are watched."""
    assert decision is _decide(_subjects(regressed), [], [], watched)


def test_what_was_rolled_back_a_moment_ago_counts() -> None:
    """Four that go wrong one after the other within minutes are an outage from the fourth on."""
    assert Decision.STOP is _decide(_subjects(1), _subjects(3, "before"), [], 100)
    assert Decision.UNDO is _decide(_subjects(1), _subjects(2, "before"), [], 100)


def test_what_begins_to_breach_is_waited_for() -> None:
    """It may be the rest of an outage; where it would be none anyway nothing is waited for."""
    assert Decision.WAIT is _decide(_subjects(1), [], _subjects(3, "later"), 100)
    assert Decision.UNDO is _decide(_subjects(1), [], _subjects(2, "later"), 100)


def test_changes_of_one_resource_are_no_outage() -> None:
    """Five fixes of one queue breach together because it is one queue."""
    five = [replace(each.change, resource=change().resource) for each in _subjects(5)]
    assert Decision.UNDO is _decide([Subject(c, (), frozenset(), NOW, NOW, NOW) for c in five], [], [], 5)
