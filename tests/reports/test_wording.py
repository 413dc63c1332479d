"""The reports' words say what is meant."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from tests.reports.generated import documents
from trueup.reports import wording


def _summary(changes: dict[str, int] | None = None, **counts: int) -> dict[str, Any]:
    verdicts = dict.fromkeys(("pass", "fail", "unknown", "exempt", "not_applicable"), 0)
    return {**verdicts, **{name.rstrip("_"): number for name, number in counts.items()}, "changes": changes or {}}


@pytest.mark.parametrize(
    ("kind", "summary", "sentence"),
    [
        ("audit", _summary(), "Nothing was checked"),
        ("audit", _summary(not_applicable=3), "Nothing was checked"),
        ("audit", _summary(pass_=1), "The check passes"),
        ("audit", _summary(pass_=1234), "All 1,234 checks pass"),
        ("audit", _summary(pass_=2, exempt=1), "No failure"),
        ("audit", _summary(pass_=2, unknown=1), "No failure, but 1 of 3 checks could not be judged"),
        ("audit", _summary(pass_=2, fail=1, unknown=1), "1 of 4 checks fails"),
        ("plan", _summary(fail=2), "Nothing could be planned"),
        ("plan", _summary(pass_=2), "All 2 checks pass"),
        ("plan", _summary({"planned": 1}, fail=1), "1 change planned"),
        ("plan", _summary({"planned": 6, "skipped": 9}, fail=15), "6 changes planned"),
        ("plan", _summary({"skipped": 9}, fail=9), "Nothing could be planned"),
        ("apply", _summary(), "Nothing was changed"),
        ("apply", _summary({"applied": 1}), "The change applied"),
        ("apply", _summary({"applied": 2}), "All 2 changes applied"),
        ("apply", _summary({"applied": 2, "failed": 1}), "2 of 3 changes applied"),
        ("rollback", _summary({"rolled_back": 3}), "All 3 changes rolled back"),
        ("rollback", _summary({"rolled_back": 1, "failed": 1}), "1 of 2 changes rolled back"),
        ("watch", _summary(), "There is no change to watch"),
        ("watch", _summary({"applied": 2}), "2 changes watched, none rolled back"),
        ("watch", _summary({"applied": 1, "rolled_back": 1}), "1 change rolled back"),
    ],
)
def test_headline(kind: str, summary: dict[str, Any], sentence: str) -> None:
    """The headline counts what matters most for the kind of run, and calls nothing a success that is not."""
    assert sentence == wording.headline({"kind": kind}, summary)


@pytest.mark.parametrize(
    ("kind", "summary", "sentence"),
    [
        ("audit", _summary(pass_=1), ""),
        ("audit", _summary(unknown=1), ""),
        ("audit", _summary(fail=1, unknown=1), "1 more check could not be judged, which is not a pass."),
        ("audit", _summary(exempt=2), "2 failures are exempt."),
        ("apply", _summary({"applied": 1, "settling": 2, "indeterminate": 1}), "1 indeterminate, 2 settling."),
        ("apply", _summary({"applied": 1}, fail=1, unknown=1), ""),
        ("rollback", _summary({"applied": 1, "rolled_back": 1}), "1 applied."),
    ],
)
def test_lead(kind: str, summary: dict[str, Any], sentence: str) -> None:
    """The lead says what the headline leaves out, worst first, or nothing."""
    assert sentence == wording.lead({"kind": kind}, summary)


@pytest.mark.parametrize(
    ("fact", "words"),
    [
        (None, "not set"),
        (True, "true"),
        (3008, "3008"),
        (6.213333333333, "6.213"),
        (0.000123456, "0.000123"),
        (1234567.5, "1,234,567.5"),
        (1e300, "1e+300"),
        (float("nan"), "NaN"),
        ("PROVISIONED", "PROVISIONED"),
        ("20", '"20"'),
        ("true", '"true"'),
        ("not set", '"not set"'),
        ("a ", '"a "'),
        ("", '""'),
        ([1, "a"], '[1, "a"]'),
        ({"$unknown": "access denied"}, "not known: access denied"),
    ],
)
def test_value(fact: Any, words: str) -> None:
    """Plain words stay, numbers can be read, and a text never looks like another kind of value."""
    assert words == wording.value(fact)


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"const": "ENABLED"}, "ENABLED"),
        ({"const": None}, "not set"),
        ({"enum": ["a", 1]}, "one of a, 1"),
        ({"minimum": 20}, "at least 20"),
        ({"minimum": 1, "maximum": 2.5}, "at least 1 and at most 2.5"),
        ({"exclusiveMinimum": 1}, "more than 1"),
        ({"pattern": "^a$"}, "matching ^a$"),
        ({"type": "string"}, "of type string"),
        ({"type": ["string", "null"]}, "of type string or null"),
        ({"not": {"const": "*"}}, 'not "*"'),
        ({"contains": {"const": 1}}, '{"contains": {"const": 1}}'),
        ({"some": {"peak": {"minimum": 20}, "name": {"const": "a"}}}, "some with peak at least 20 and name a"),
        ({"every": []}, '{"every": []}'),
        ({}, "anything"),
        (True, "true"),
    ],
)
def test_expected(schema: Any, words: str) -> None:
    """A schema's usual keywords are words, the others stay as written."""
    assert words == wording.expected(schema)


@given(documents, documents)
def test_anything_has_words(fact: Any, schema: Any) -> None:
    """Whatever a fact or an expectation is, there are words for it."""
    assert wording.value(fact)
    assert wording.expected(schema)


@pytest.mark.parametrize(
    ("savings", "words"),
    [
        ({"low": 1, "likely": 1234.5, "high": 2000, "currency": "USD"}, "1,234.50 USD a month (1.00 to 2,000.00)"),
        ({"low": None, "likely": None, "high": None, "currency": "USD"}, "not known a month"),
        ({"low": 0, "likely": 2, "high": 3}, "2.00 a month (0.00 to 3.00)"),
    ],
)
def test_savings(savings: dict[str, Any], words: str) -> None:
    """A saving has its bounds; what is not known is never shown as zero."""
    assert words == wording.savings_line(savings)


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        ("2026-11-23T18:45:12Z", "2026-11-23T18:45:12.250Z", "0.25 s"),
        ("2026-11-23T18:45:12Z", "2026-11-23T18:45:58Z", "46 s"),
        ("2026-11-23T18:45:12Z", "2026-11-23T18:46:13Z", "1 min 1 s"),
        ("2026-11-23T18:45:12Z", "2026-11-23T20:46:13Z", "2 h 1 min"),
        ("2026-11-23T18:45:12Z", None, ""),
        ("soon", "2026-11-23T18:45:12Z", ""),
    ],
)
def test_duration(start: str, end: str | None, words: str) -> None:
    """A run's length is given in the units of its size, and not at all when it is not known."""
    assert words == wording.duration(start, end)


def test_moment() -> None:
    """An instant is shown in UTC; a missing one is not finished; another text stays."""
    assert ["2026-11-23 18:45:12 UTC", "not finished", "soon"] == [
        wording.moment(stamp) for stamp in ("2026-11-23T18:45:12Z", None, "soon")
    ]
