"""Which clauses the cases of a rule have shown, and that no outcome is counted that nobody asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from trueup.finding import Verdict
from trueup.ruleset.cases import Case, Impossible
from trueup.ruleset.coverage import case_coverage
from trueup.ruleset.rule import Rule
from trueup.ruleset.written_facts import read_facts

if TYPE_CHECKING:
    from trueup.facts.schema import FactSchema

BUSY = {"Mode": "BUSY"}
DENIED = {"$unknown": "access denied"}


def seen(schema: FactSchema, document: dict[str, Any], *facts: dict[str, Any]) -> dict[str, set[str]]:
    """Give what cases with these facts show of each clause."""
    rule = Rule.from_document(document, schema)
    cases = [Case(str(at), read_facts(schema, each), Verdict.PASS) for at, each in enumerate(facts)]
    return {clause.place: set(clause.seen) for clause in case_coverage(rule, cases).clauses}


def test_each_clause_is_seen_by_its_own_outcome(schema: FactSchema, document: dict[str, Any]) -> None:
    """A clause is judged by itself, whatever the verdict of the rule."""
    document["expect"] = {"any": [{"use.peak": {"minimum": 5}}, {"not": {"thing.On": {"const": True}}}]}

    assert {
        "/when/thing.Mode": {"true"},
        "/expect/any/0/use.peak": {"true", "unknown"},
        "/expect/any/1/not/thing.On": {"false", "true"},
    } == seen(
        schema,
        document,
        {"thing": {**BUSY, "On": True}, "use": {"peak": 9}},
        {"thing": {**BUSY, "On": False}, "use": DENIED},
    )


def test_what_is_not_asked_is_not_seen(schema: FactSchema, document: dict[str, Any]) -> None:
    """Where ``when`` does not hold, or is unknown, no case shows anything of ``expect``."""
    idle = {"thing": {"Mode": "IDLE"}, "use": {"peak": 90}}
    unread = {"thing": DENIED, "use": {"peak": 90}}

    assert {"/when/thing.Mode": {"false", "unknown"}, "/expect/use.peak": set()} == seen(schema, document, idle, unread)


def test_an_aspect_that_a_case_leaves_out_is_not_unknown(schema: FactSchema, document: dict[str, Any]) -> None:
    """Only what a case says is unknown counts as that, else the shortest cases would show the most."""
    assert set() == seen(schema, document, {"thing": BUSY})["/expect/use.peak"]


@pytest.mark.parametrize("word", ["every", "some"])
def test_a_list_and_its_elements_are_clauses(schema: FactSchema, document: dict[str, Any], word: str) -> None:
    """The list may be unknown, and so may one fact of one element; each is seen by itself."""
    del document["when"]
    document["expect"] = {word: {"in": "thing.Parts", "holds": {"Size": {"minimum": 5}, "Use": {"maximum": 50}}}}
    parts = [{"Name": "a", "Size": 9, "Use": 10}, {"Name": "b", "Size": 1, "Use": {"$unknown": "no data"}}]

    assert {
        f"/expect/{word}": {"false" if word == "every" else "true", "unknown"},
        f"/expect/{word}/holds/Size": {"true", "false"},
        f"/expect/{word}/holds/Use": {"true", "unknown"},
    } == seen(schema, document, {"thing": {"Parts": parts}}, {"thing": DENIED})


def test_a_clause_is_named_by_its_place_whatever_the_parameters(schema: FactSchema, document: dict[str, Any]) -> None:
    """A case with a parameter of its own shows the same clause."""
    rule = Rule.from_document(document, schema)
    facts = read_facts(schema, {"thing": BUSY, "use": {"peak": 10}})
    cases = [Case("gate of 20", facts, Verdict.FAIL), Case("gate of 5", facts, Verdict.PASS, {"gate": 5})]
    coverage = case_coverage(rule, cases)

    assert [("/when/thing.Mode", ("false", "unknown")), ("/expect/use.peak", ("unknown",))] == [
        (clause.place, clause.missing) for clause in coverage.missing
    ]
    assert (3, 6) == (coverage.seen, coverage.wanted)
    assert (
        "example-thing-used: /when/thing.Mode is never false or unknown",
        "example-thing-used: /expect/use.peak is never unknown",
    ) == coverage.sentences()


@pytest.mark.parametrize(
    ("when", "possible"),
    [
        ({"thing.Mode": {"const": "BUSY"}}, True),
        ({"thing.Size": {"minimum": 5}}, False),
        ({"not": {"thing.Size": {"const": 0}}}, False),
        ({"thing.Mode": {"const": "BUSY"}, "thing.Size": {"minimum": 5}}, False),
        ({"any": [{"thing.Mode": {"const": "BUSY"}}, {"thing.Size": {"minimum": 5}}]}, True),
        ({"any": [{"thing.Size": {"const": 1}}, {"thing.Size": {"minimum": 5}}]}, False),
        ({"not": {"thing.Mode": {"const": "BUSY"}, "thing.Size": {"minimum": 5}}}, True),
        ({"not": {"any": [{"thing.Mode": {"const": "BUSY"}}, {"thing.Size": {"minimum": 5}}]}}, False),
    ],
    ids=str,
)
def test_what_is_not_asked_when_unknown_needs_no_case(
    schema: FactSchema, document: dict[str, Any], when: dict[str, Any], *, possible: bool
) -> None:
    """Where ``when`` cannot hold without knowing a fact, and there alone; and the facts bear it out."""
    document |= {"when": when, "expect": {"thing.Size": {"maximum": 100}}}
    rule = Rule.from_document(document, schema)
    *_, clause = case_coverage(rule, []).clauses
    unknown = [
        read_facts(schema, {"thing": {"Size": {"$unknown": "no data"}, "Mode": mode}})
        for mode in ("BUSY", "IDLE", None)
    ]

    assert possible is ("unknown" in clause.possible)
    assert possible is any(rule.bind().when.holds(facts) for facts in unknown)


def test_what_is_said_to_be_impossible_needs_no_case_and_must_be_true(
    schema: FactSchema, document: dict[str, Any]
) -> None:
    """An outcome that a case shows all the same, and a clause that there is not, are told."""
    rule = Rule.from_document(document, schema)
    case = Case("used", read_facts(schema, {"thing": BUSY, "use": {"peak": 90}}), Verdict.PASS)
    said = [
        Impossible("/expect/use.peak", "false", "it is always used"),
        Impossible("/expect/use.peak", "true", "but it is"),
        Impossible("/when/thing.Mod", "false", "there is none"),
    ]
    coverage = case_coverage(rule, [case], said)

    assert ("unknown",) == coverage.clauses[-1].missing
    assert (1, 4) == (coverage.seen, coverage.wanted)
    assert (
        "impossible: /expect/use.peak is said to be never true, and a case shows it",
        "impossible: no clause stands at /when/thing.Mod; did you mean '/when/thing.Mode'?",
    ) == coverage.wrong
