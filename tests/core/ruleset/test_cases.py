"""A rule's cases are judged, and cases that cannot be true are refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from trueup.errors import RuleFileError
from trueup.facts.unknown import Reason, Unknown
from trueup.finding import Verdict
from trueup.ruleset.cases import missing_verdicts, read_cases, run_cases
from trueup.ruleset.load import load_rules
from trueup.ruleset.rule import Rule

if TYPE_CHECKING:
    from trueup.facts.schema import FactSchema
    from trueup.ruleset.source import RuleSource

GOOD: list[dict[str, Any]] = [
    {"name": "used", "facts": {"thing": {"Mode": "BUSY"}, "use": {"peak": 50}}, "expect": "pass"},
    {"name": "not used", "facts": {"thing": {"Mode": "BUSY"}, "use": {"peak": 5}}, "expect": "fail"},
    {
        "name": "other gate",
        "facts": {"thing": {"Mode": "BUSY"}, "use": {"peak": 5}},
        "parameters": {"gate": 5},
        "expect": "pass",
    },
    {"name": "denied", "facts": {"thing": {"Mode": "BUSY"}, "use": {"$unknown": "access denied"}}, "expect": "unknown"},
    {
        "name": "no data",
        "facts": {"thing": {"Mode": "BUSY"}, "use": {"peak": {"$unknown": "no data"}}},
        "expect": "unknown",
    },
    {"name": "idle", "facts": {"thing": {"Mode": "IDLE"}}, "expect": "not_applicable"},
]
WithCases = Callable[[Any], Rule]


@pytest.fixture
def with_cases(write_rule: Callable[..., RuleSource], schema: FactSchema) -> WithCases:
    """Give a function that loads the example's rule with cases beside it."""

    def load(cases: Any) -> Rule:
        source = write_rule()
        file = Path(str(source.folder)) / "example-thing-used.cases.json"
        file.write_text(cases if isinstance(cases, str) else json.dumps({"cases": cases}, indent=1), encoding="utf-8")
        return load_rules([source], {schema.type: schema}).rules["example-thing-used"]

    return load


def test_good_cases_hold(with_cases: WithCases) -> None:
    """Each case gets the verdict that it expects."""
    results = run_cases(with_cases(GOOD))

    assert [] == [result.sentence() for result in results if not result.holds]
    assert [case["name"] for case in GOOD] == [result.case.name for result in results]
    assert () == missing_verdicts(results)
    assert "example-thing-used: used: pass" == results[0].sentence()


def test_a_case_that_does_not_hold_says_why(with_cases: WithCases) -> None:
    """Expected and found stand beside the facts that decided."""
    (result,) = run_cases(with_cases([{**GOOD[1], "expect": "pass"}]))

    assert (
        "example-thing-used: not used: expected pass, found fail (use.peak is 5, expected {'minimum': 20})"
        == result.sentence()
    )
    assert (Verdict.FAIL, Verdict.UNKNOWN) == missing_verdicts((result,))


def test_a_case_without_evidence_says_what_was_found(with_cases: WithCases) -> None:
    """There may be nothing that decided."""
    rule = with_cases([{**GOOD[5], "expect": "pass"}])
    (result,) = run_cases(rule)

    assert "expected pass, found not_applicable (thing.Mode is 'IDLE'" in result.sentence()


def test_an_unknown_may_stand_anywhere(with_cases: WithCases) -> None:
    """For an aspect, a fact, or an element of a list."""
    facts = {
        "thing": {"Zones": ["a", {"$unknown": "throttled"}], "Parts": [{"Use": {"$unknown": "no data"}}]},
        "tags": {"$unknown": "timed out"},
    }
    (case,) = read_cases(with_cases([{"name": "x", "facts": facts, "expect": "unknown"}]))
    zone = next(zone for zone in case.aspects["thing"]["Zones"] if zone != "a")
    found = [zone, case.aspects["thing"]["Parts"][0]["Use"], case.aspects["tags"]]

    assert [Reason.THROTTLED, Reason.NO_DATA, Reason.TIMEOUT] == [
        item.reason for item in found if isinstance(item, Unknown)
    ]


@pytest.mark.parametrize(
    ("case", "message"),
    [
        ({"facts": {"thign": {}}}, "unknown aspect 'thign' of example.thing; did you mean 'thing'?"),
        ({"facts": {"thing": {"Moed": 1}}}, "thing has no 'Moed'; did you mean 'Mode'"),
        ({"facts": {"thing": {"Mode": "BUSSY"}}}, "thing.Mode is never 'BUSSY'; did you mean 'BUSY'?"),
        ({"facts": {"thing": {"Size": "1"}}}, "expected an integer for thing.Size, found a string"),
        ({"facts": {"thing": {"Zones": [1]}}}, "expected a string for thing.Zones[], found an integer"),
        ({"facts": {"thing": {"Parts": [{"Siez": 1}]}}}, "thing.Parts[] has no 'Siez'; did you mean 'Size'?"),
        ({"facts": {"thing": {"$unknown": "acess denied"}}}, "did you mean 'access denied'?"),
        ({"facts": {"thing": {"$unknown": "no data", "Size": 1}}}, "alone with a known reason"),
        ({"facts": {"thing": {"Zones": [{"$unknown": 5}]}}}, "reasons are access denied"),
        ({"parameters": {"gaet": 1}}, "unknown parameter 'gaet'"),
        (
            {"expect": "passed"},
            "expected one of pass, fail, unknown, not_applicable, found \"passed\"; did you mean 'pass'?",
        ),
        ({"name": "used"}, "expected a name of its own, found 'used' again"),
        ({"fact": {}}, "unknown property 'fact'; did you mean 'facts'"),
    ],
)
def test_a_case_about_what_cannot_be_is_refused(with_cases: WithCases, case: dict[str, Any], message: str) -> None:
    """A case cannot prove something about facts that AWS never gives."""
    rule = with_cases([GOOD[0], {**GOOD[0], "name": "other", **case}])
    with pytest.raises(RuleFileError) as raised:
        read_cases(rule)

    (problem,) = raised.value.problems
    assert message in problem
    assert "example-thing-used.cases.json:" in problem


def test_a_file_that_is_no_json_is_refused(with_cases: WithCases) -> None:
    """It is read as strictly as the rule."""
    with pytest.raises(RuleFileError, match=r"cases\.json:1:2: expected JSON"):
        read_cases(with_cases("{"))


def test_a_rule_without_cases_says_which_file_is_missing(
    schema: FactSchema, write_rule: Callable[..., RuleSource]
) -> None:
    """The name of the file to write is told."""
    rule = load_rules([write_rule()], {schema.type: schema}).rules["example-thing-used"]
    with pytest.raises(RuleFileError, match=r"expected example-thing-used\.cases\.json beside it, found none"):
        run_cases(rule)
