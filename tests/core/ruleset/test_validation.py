"""Whatever stands in a rule file, checking it ends in problems with a place, never in a crash."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from trueup.errors import UsageError
from trueup.facts.schema import FactSchema
from trueup.finding import Judgement
from trueup.ruleset.json_file import JsonFile
from trueup.ruleset.rule import BoundRule
from trueup.ruleset.validation import rule_problems

if TYPE_CHECKING:
    from trueup.ruleset.problem import Pointer

SCHEMA = FactSchema(
    {
        "title": "example.thing",
        "x-actions": {"fix": {"parameters": {"type": "object", "properties": {"size": {"type": "integer"}}}}},
        "properties": {
            "thing": {
                "type": "object",
                "x-kind": "configuration",
                "properties": {
                    "Size": {"type": "integer"},
                    "Parts": {"type": "array", "items": {"type": "object", "properties": {"Name": {"type": "string"}}}},
                    "Policy": {"type": "object", "additionalProperties": True},
                },
            }
        },
    }
)
RULE: dict[str, Any] = {
    "id": "example-thing-small",
    "title": "Small",
    "resource": "example.thing",
    "category": "cost",
    "severity": "low",
    "stage": "stable",
    "rationale": "why",
    "references": ["https://example.com"],
    "compliance": [{"framework": "a", "control": "b"}],
    "parameters": {"size": {"type": "integer", "minimum": 0, "default": 5}},
    "when": {"not": {"thing.Policy.V": {"anyOf": [{"const": 1}, {"type": "string", "pattern": "a"}]}}},
    "expect": {
        "any": [
            {"thing.Size": {"maximum": {"$param": "size"}}},
            {"some": {"in": "thing.Parts", "holds": {"Name": {"enum": ["a", "b"]}}}},
        ]
    },
    "remediation": {
        "action": "fix",
        "parameters": {"size": {"$param": "size"}},
        "regression": {"thing.Size": {"minimum": 1}},
    },
}
WORDS = st.sampled_from(
    [
        "thing.Size",
        "Size",
        "all",
        "any",
        "not",
        "every",
        "some",
        "in",
        "holds",
        "const",
        "type",
        "items",
        "$param",
        "size",
        "x",
        "",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 9) | st.floats(allow_nan=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)


def places(value: Any, pointer: Pointer = ()) -> list[Pointer]:
    """Give the pointer of every value in a document."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [pointer, *(place for name, item in items for place in places(item, (*pointer, name)))]


@st.composite
def changed_rules(draw: st.DrawFn) -> Any:
    """Give the rule with one or two values replaced by, or given, something else."""
    document: Any = copy.deepcopy(RULE)
    for _ in range(draw(st.integers(1, 2))):
        pointer = draw(st.sampled_from(places(document)))
        if not pointer:
            return draw(JSON)
        around = document
        for name in pointer[:-1]:
            around = around[name]
        around[pointer[-1]] = draw(JSON)
        if isinstance(around, dict):
            around |= draw(st.dictionaries(WORDS, JSON, max_size=1))
    return document


def test_the_rule_itself_is_good() -> None:
    """What is changed below is right before."""
    assert () == rule_problems(RULE, {SCHEMA.type: SCHEMA})


@given(changed_rules())
def test_any_document_ends_in_problems_that_have_a_place(document: Any) -> None:
    """Every problem is told with line and column, whatever was changed."""
    file = JsonFile.parse(json.dumps(document, indent=1), "x.json")
    problems = rule_problems(document, {SCHEMA.type: SCHEMA})

    assert all(line.startswith("x.json:") for line in file.lines(problems))
    assert bool(problems) is bool(file.lines(problems))


@given(changed_rules(), JSON)
def test_what_is_let_through_can_be_judged(document: Any, facts: Any) -> None:
    """A rule without problems binds, and judges any facts."""
    try:
        bound = BoundRule.from_document({"rule": document, "parameters": {}}, {SCHEMA.type: SCHEMA})
    except UsageError:
        assert rule_problems(document, {SCHEMA.type: SCHEMA})
    else:
        assert isinstance(bound.judge({"thing": facts}), Judgement)
