"""Before and after are told apart line by line, and nothing of either is lost."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings

from tests.reports.generated import documents
from trueup.display import clean
from trueup.reports.difference import Difference, differences, document_lines


def _one(before: Any, after: Any) -> Difference:
    (difference,) = differences({"fact": before}, {"fact": after})
    return difference


@given(documents, documents)
@settings(deadline=None)
def test_both_sides_can_be_read_back(before: Any, after: Any) -> None:
    """The lines that stayed and went are the document before, those that stayed and came the one after."""
    difference = _one([before], [after])

    assert "\n".join(document_lines([before])) == difference.before
    assert "\n".join(document_lines([after])) == difference.after


def test_only_the_statement_that_was_added_came() -> None:
    """A policy with one more statement shows that statement, everything else stays."""
    kept = {"Sid": "Kept", "Effect": "Allow"}
    added = {"Sid": "TlsOnly", "Effect": "Deny"}

    lines = _one({"Statement": [kept]}, {"Statement": [kept, added]}).lines

    assert [] == [line for sign, line in lines if sign == "-" and line.strip() != "}"]
    assert any('"TlsOnly"' in line for sign, line in lines if sign == "+")
    assert any('"Kept"' in line for sign, line in lines if sign == " ")


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        (500, 0, (("-", "500"), ("+", "0"))),
        ("A", "A", ((" ", "A"),)),
        (None, True, (("-", "not set"), ("+", "true"))),
        ("", [], (("-", '""'), ("+", "[]"))),
        ("a\u202e", "b", (("-", "a⟨U+202E⟩"), ("+", "b"))),
    ],
)
def test_scalars(before: Any, after: Any, lines: Any) -> None:
    """A plain value is one line on each side, short enough to stand side by side."""
    assert lines == _one(before, after).lines
    assert _one(before, after).short


def test_a_fact_on_one_side_only() -> None:
    """What was not there before came, what is not there after went; the facts keep their order."""
    assert [("b", (("-", "1"),)), ("a", (("+", "2"),))] == [
        (difference.path, difference.lines) for difference in differences({"b": 1}, {"a": 2})
    ]


def test_a_long_document_is_shown_whole() -> None:
    """Too long to compare in reasonable time, all of it went and all of it came."""
    signs = [sign for sign, _ in _one(list(range(2000)), list(range(2001))).lines]

    assert 2002 * ["-"] + 2003 * ["+"] == signs


@given(documents)
def test_documents_are_json_whose_lines_are_safe(document: Any) -> None:
    """A document's lines are its JSON, with what cannot be seen made visible."""
    wanted = json.dumps(document, indent=2, ensure_ascii=False)

    assert [clean(line) for line in wanted.split("\n")] == document_lines(document)
