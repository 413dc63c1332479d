"""A rule bound to its parameters judges resources, and travels in a plan unchanged."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.errors import UsageError
from trueup.facts.schema import FactSchema
from trueup.facts.unknown import Reason, Unknown
from trueup.finding import Evidence, Verdict
from trueup.ruleset.rule import BoundRule, Rule

DENIED = Unknown(Reason.ACCESS_DENIED, missing_action="example:DescribeThing")
BUSY = {"Mode": "BUSY"}


@pytest.mark.parametrize(
    ("aspects", "expected"),
    [
        ({"thing": BUSY, "use": {"peak": 20}}, Verdict.PASS),
        ({"thing": BUSY, "use": {"peak": 19.9}}, Verdict.FAIL),
        ({"thing": {"Mode": "IDLE"}, "use": DENIED}, Verdict.NOT_APPLICABLE),
        ({"thing": {}, "use": {"peak": 1}}, Verdict.NOT_APPLICABLE),
        ({"thing": DENIED, "use": {"peak": 1}}, Verdict.UNKNOWN),
        ({"thing": BUSY, "use": DENIED}, Verdict.UNKNOWN),
        ({"thing": BUSY, "use": {}}, Verdict.UNKNOWN),
        ({"thing": BUSY}, Verdict.UNKNOWN),
    ],
)
def test_a_rule_gives_its_verdict(rule: Rule, aspects: dict[str, Any], expected: Verdict) -> None:
    """When comes first, then expect; unknown stays unknown in both."""
    judgement = rule.bind().judge(aspects)

    assert expected is judgement.verdict
    assert (expected is Verdict.UNKNOWN) is (judgement.unknown is not None)


def test_the_evidence_is_what_decided(rule: Rule) -> None:
    """A failure shows the fact against the parameter's value."""
    judgement = rule.bind({"gate": 50}).judge({"thing": BUSY, "use": {"peak": 40}})

    assert (Evidence("use.peak", 40, {"minimum": 50}, holds=False),) == judgement.evidence


def test_an_unknown_verdict_names_the_missing_permission(rule: Rule) -> None:
    """Whoever reads it can fix the policy."""
    judgement = rule.bind().judge({"thing": DENIED, "use": DENIED})

    assert DENIED == judgement.unknown
    assert (Evidence("thing.Mode", DENIED, {"const": "BUSY"}, holds=None),) == judgement.evidence


def test_a_rule_without_when_applies_to_all(document: dict[str, Any], schema: FactSchema) -> None:
    """Nothing is not applicable."""
    del document["when"]
    bound = Rule.from_document(document, schema).bind()

    assert Verdict.PASS is bound.judge({"use": {"peak": 90}}).verdict
    assert {"use"} == bound.aspects


def test_a_bound_rule_knows_what_it_needs(rule: Rule) -> None:
    """Aspects and paths of both conditions are known before anything is read."""
    bound = rule.bind()

    assert "example-thing-used" == bound.id
    assert {"thing", "use"} == bound.aspects
    assert ("thing.Mode", "use.peak") == bound.paths


def test_parameters_reach_the_action_and_the_regression(document: dict[str, Any], schema: FactSchema) -> None:
    """What a person overrides holds for the fix as well."""
    document["remediation"]["regression"] = {"use.peak": {"maximum": {"$param": "gate"}}}
    bound = Rule.from_document(document, schema).bind({"gate": 50})

    assert {"mode": "IDLE", "limit": 50} == bound.action_parameters
    assert bound.regression is not None
    assert bound.regression.holds({"use": {"peak": 51}}) is False


def test_a_rule_without_a_fix_has_neither(document: dict[str, Any], schema: FactSchema) -> None:
    """No action, no parameters, nothing to watch."""
    del document["remediation"]
    bound = Rule.from_document(document, schema).bind()

    assert ({}, None) == (bound.action_parameters, bound.regression)


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"gaet": 1}, "example-thing-used: unknown parameter 'gaet'"),
        ({"gate": -1}, "example-thing-used.gate: expected a number of at least 0"),
        ({"gate": None}, "found null"),
    ],
)
def test_a_wrong_parameter_is_refused(rule: Rule, overrides: dict[str, Any], message: str) -> None:
    """Nothing is judged by a value that makes no sense."""
    with pytest.raises(UsageError) as raised:
        rule.bind(overrides)

    assert message in str(raised.value)


@given(st.floats(0, 100) | st.integers(0, 100))
def test_a_bound_rule_survives_the_way_through_a_plan(gate: float) -> None:
    """Rebuilt from the plan's JSON it is the same rule with the same parameters, and judges alike."""
    bound = EXAMPLE.bind({"gate": gate})
    rebuilt = BoundRule.from_document(
        json.loads(json.dumps(bound.document_bound)), {EXAMPLE.schema.type: EXAMPLE.schema}
    )
    aspects = {"thing": BUSY, "use": {"peak": 50}}

    assert bound == rebuilt
    assert hash(bound) == hash(rebuilt)
    assert bound.judge(aspects) == rebuilt.judge(aspects)


EXAMPLE = Rule.from_document(
    {
        "id": "example-thing-used",
        "title": "Things are used",
        "resource": "example.thing",
        "category": "cost",
        "severity": "medium",
        "stage": "stable",
        "rationale": "What is not used is paid for.",
        "parameters": {"gate": {"type": "number", "default": 20}},
        "when": {"thing.Mode": {"const": "BUSY"}},
        "expect": {"use.peak": {"minimum": {"$param": "gate"}}},
    },
    FactSchema(
        {
            "title": "example.thing",
            "properties": {
                "thing": {"type": "object", "x-kind": "configuration", "properties": {"Mode": {"type": "string"}}},
                "use": {"type": "object", "x-kind": "observed", "properties": {"peak": {"type": "number"}}},
            },
        }
    ),
)


def test_a_bound_rule_survives_pickling(rule: Rule) -> None:
    """A worker in another process judges by the same rule."""
    bound = rule.bind({"gate": 50})
    copied = pickle.loads(pickle.dumps(bound))  # noqa: S301 - our own pickle

    assert bound == copied
    assert "BoundRule('example-thing-used', {'gate': 50})" == repr(copied)
    assert {rule} == {copied.rule}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda bound: bound["rule"].pop("title"), "rule example-thing-used: /: expected 'title'"),
        (lambda bound: bound["rule"].update(resource="other.thing"), "unknown resource type 'other.thing'"),
        (lambda bound: bound["rule"]["expect"].update({"use.x": {"const": 1}}), "/expect/use.x: 'use.x' names no fact"),
        (lambda bound: bound["rule"].pop("id"), "rule without id"),
        (lambda bound: bound.update(rule=[]), "rule without id: /: expected an object"),
        (lambda bound: bound["parameters"].update(gate="x"), "example-thing-used.gate: expected a number"),
        (lambda bound: bound.pop("parameters"), "expected a bound rule with 'rule' and 'parameters'"),
    ],
)
def test_an_edited_plan_is_not_trusted(rule: Rule, schema: FactSchema, change: Any, message: str) -> None:
    """A rule that was changed by hand into something else is refused."""
    document = json.loads(json.dumps(rule.bind().document_bound))
    change(document)
    with pytest.raises(UsageError) as raised:
        BoundRule.from_document(document, {schema.type: schema})

    assert message in str(raised.value)
