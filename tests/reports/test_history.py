"""What is said of other runs: in words that are the same on the terminal and on the page."""

from __future__ import annotations

import io
from typing import Any

import pytest

from tests.reports.views import NO_HISTORY, view_of
from trueup.reports.console import write_console
from trueup.reports.history import baseline_line, fixed_words, history_line, marks, sentence

COMPARED: dict[str, Any] = {
    "compared_with": {"run": "r1", "finished_at": "2026-11-23T10:00:00Z"},
    "counts": {"new": 1200, "open": 3, "returned": 1, "fixed": 2},
    "baseline": {"run": "r0", "new": 1, "known": 1203},
    "trend": [],
}


def test_lines() -> None:
    """What came, came back and went, and what is not in the baseline."""
    assert (
        "since r1 of 2026-11-23 10:00:00 UTC: 1,200 new, 1 returned, 2 fixed, 3 open as before",
        "against the baseline r0: 1 new failure, 1,203 known",
        "Against the baseline r0: 1 new failure, 1,203 known.",
    ) == (history_line(COMPARED), baseline_line(COMPARED), sentence(baseline_line(COMPARED)))


def test_nothing_to_compare_with() -> None:
    """Then nothing is said; a baseline that was left elsewhere is."""
    left = {**NO_HISTORY, "baseline": {"run": "r0", "new": None, "known": None}}
    assert ("", "") == (history_line(NO_HISTORY), baseline_line(NO_HISTORY))
    assert "its baseline r0 is not in this state, so nothing is known against it" == baseline_line(left)


@pytest.mark.parametrize(
    ("word", "baseline", "expected"),
    [
        ("new", "new", ["new", "not in the baseline"]),
        ("returned", "known", ["returned"]),
        ("open", None, []),
        (None, None, []),
    ],
)
def test_marks(word: str | None, baseline: str | None, expected: list[str]) -> None:
    """Only what changed is marked."""
    assert expected == list(marks({"history": word, "baseline": baseline}, COMPARED))


def test_without_an_audit_before_nothing_is_new() -> None:
    """Everything would be, and a mark at everything tells nothing."""
    assert [] == list(marks({"history": "new"}, NO_HISTORY))


def test_what_was_seen_of_what_was_fixed() -> None:
    """It passes, the rule does not apply, or it is gone."""
    expected = {
        "pass": "passes",
        "not_applicable": "the rule does not apply any more",
        None: "the resource is gone",
    }
    assert expected == {verdict: fixed_words({"verdict": verdict}) for verdict in expected}


def test_what_was_fixed_is_listed_and_cut() -> None:
    """After the failures; more than a few are counted, and where all of them are is said."""
    view = view_of("audit")
    view.fixed_records = [view.fixed_records[0]] * 12
    view.history_record = {**COMPARED, "counts": {**COMPARED["counts"], "fixed": 12}}
    stream = io.StringIO()
    write_console(view, stream)
    text = stream.getvalue()
    fixed = text[text.index("\nFixed\n") : text.index("\nUnknown, by")]
    assert 10 == fixed.count("  dynamodb-table-pitr-enabled  the resource is gone\n    arn:aws:dynamodb:eu-central-1:")
    assert "  … and 2 more: trueup report audit-20261123-184512-7f3a --format json" in fixed
    assert "table/orders  new, not in the baseline\n" in text
