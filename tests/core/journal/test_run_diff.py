"""Two runs are held against each other, and what one of them did not judge is not called fixed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.core.journal.audits import arn_of, audit
from trueup.journal.reach import Reach
from trueup.journal.run_diff import KINDS, RunDiff

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.journal.journal import Journal

A = ("encrypted", "a")


def _told(journal: Journal, first: str, second: str) -> dict[str, dict[str, Any]]:
    """Give kind to queue to its verdicts; only kinds that have any."""
    found = RunDiff(journal.store, journal.runs.get(first), journal.runs.get(second))
    told = {
        kind: {(each["arn"] or "").rpartition(":")[2]: (each["before"], each["after"]) for each in found.of(kind)}
        for kind in KINDS
    }
    assert found.counts() == {kind: len(queues) for kind, queues in told.items()}
    return {kind: queues for kind, queues in told.items() if queues}


def test_every_pair_of_verdicts(journal: Journal) -> None:
    """What passes in both, or was only judged by one and does not fail, is no difference that anybody asked for."""
    verdicts = ("pass", "fail", "unknown", "exempt", "not_applicable", None)
    pairs = {f"{one}-{other}": (one, other) for one in verdicts for other in verdicts if one or other}
    first, second = (
        audit(journal, {("encrypted", name): verdict for name, pair in pairs.items() if (verdict := pair[side])})
        for side in (0, 1)
    )
    told = _told(journal, first, second)
    expected: dict[str, set[str]] = {
        "new": {f"{each}-fail" for each in verdicts if each != "fail"},
        "fixed": {"fail-pass", "fail-not_applicable", "fail-None"},
        "still_failing": {"fail-fail"},
        "unknown": {f"unknown-{each}" for each in verdicts if each != "fail"}
        | {f"{each}-unknown" for each in verdicts},
        "changed": {
            f"{one}-{other}"
            for one in ("pass", "exempt", "not_applicable")
            for other in ("pass", "exempt", "not_applicable")
            if one != other
        }
        | {"fail-exempt"},
    }
    assert expected == {kind: set(queues) for kind, queues in told.items()}
    assert all(pairs[name] == pair for queues in told.values() for name, pair in queues.items())


NOT_JUDGED: dict[str, tuple[Mapping[tuple[str, str], str], dict[str, Any]]] = {
    "another rule": ({}, {"rules": ("tagged",)}),
    "another resource": ({}, {"selection": {"resources": [arn_of("b")]}}),
    "the closing audit of an apply": ({}, {"kind": "apply"}),
    "by tag": ({}, {"selection": {"tags": ["team"]}}),
    "a scope that could not be listed": ({}, {"complete": False}),
    "a rule file that cannot be used": ({}, {"broken": ("encrypted",)}),
}


@pytest.mark.parametrize(("verdicts", "more"), NOT_JUDGED.values(), ids=NOT_JUDGED.keys())
def test_what_the_second_run_did_not_judge(
    journal: Journal, verdicts: Mapping[tuple[str, str], str], more: dict[str, Any]
) -> None:
    """It is neither fixed nor forgotten."""
    first, second = audit(journal, {A: "fail"}), audit(journal, verdicts, **more)
    assert {"not_judged": {"a": ("fail", None)}} == _told(journal, first, second)


def test_a_list_that_broke_off(journal: Journal) -> None:
    """The rest of it was not judged, and the type is unknown."""
    first, second = audit(journal, {A: "fail"}), audit(journal, {("encrypted", ""): "unknown"})
    expected = {"not_judged": {"a": ("fail", None)}, "unknown": {"": (None, "unknown")}}
    assert expected == _told(journal, first, second)


def test_in_what_two_audits_differ(journal: Journal) -> None:
    """Accounts, Regions and selection, each with both."""
    one = Reach(frozenset({("1", "eu-west-1"), ("1", "us-east-1")}), {"rules": ["a"], "tags": []})
    other = Reach(frozenset({("1", "eu-west-1"), ("2", "eu-west-1")}), {})
    crossed = Reach(frozenset({("1", "eu-west-1"), ("2", "us-east-1")}), {"rules": ["a"]})
    straight = Reach(frozenset({("1", "us-east-1"), ("2", "eu-west-1")}), {"rules": ["a"]})
    assert [
        "accounts (1 and 1, 2)",
        "Regions (eu-west-1, us-east-1 and eu-west-1)",
        "selection (rules: a and everything)",
    ] == list(one.differences(other))
    assert ["Regions of some accounts"] == list(crossed.differences(straight))
    assert [] == list(one.differences(one))
    run = audit(journal, {}, selection={"rules": ["a"]})
    assert Reach(frozenset({("123456789012", "eu-west-1")}), {"rules": ["a"]}) == Reach.of(
        journal.store, journal.runs.get(run)
    )
