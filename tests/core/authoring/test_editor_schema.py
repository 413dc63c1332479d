"""Editors complete what is there, and mark nothing that ``rules validate`` takes."""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests.core.ruleset.conftest import FACTS, RULE
from trueup.authoring.editor_schema import editor_schema
from trueup.authoring.new_rule import new_rule
from trueup.facts.schema import FactSchema
from trueup.ruleset.validation import rule_problems

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[3]
RULES = sorted(path for path in ROOT.glob("rules/*/*.json") if path.name.count(".") == 1)
PUBLISHED = ROOT / "docs" / "rule-editor.schema.json"
EXAMPLE = {FACTS["title"]: FactSchema(FACTS)}


@cache
def shipped() -> Mapping[str, FactSchema]:
    """Give the fact schemas of the services in this repository."""
    files = sorted(ROOT.glob("plugins/*/facts/*.schema.json"))
    return {schema.type: schema for schema in map(FactSchema.load, files)}


@cache
def validator() -> Draft202012Validator:
    """Give the validator of rules about any shipped service."""
    return Draft202012Validator(editor_schema(shipped()))


@cache
def example_validator() -> Draft202012Validator:
    """Give the validator of rules about the example's type."""
    return Draft202012Validator(editor_schema(EXAMPLE))


def marked(document: Any, schema: Draft202012Validator | None = None) -> list[str]:
    """Give what an editor would mark."""
    return [error.json_path for error in (schema or example_validator()).iter_errors(document)]


def about(condition: Any) -> dict[str, Any]:
    """Give the example's rule with another condition."""
    return {**copy.deepcopy(RULE), "expect": condition, "parameters": {}, "remediation": {"action": "set-mode"}}


def test_it_is_a_schema_of_its_own() -> None:
    """Valid by draft 2020-12, and it refers to nothing outside of itself."""
    schema = editor_schema(shipped())
    Draft202012Validator.check_schema(schema)
    references = {part.split('"')[0] for part in json.dumps(schema).split('"$ref": "')[1:]}

    assert set() == {each for each in references if each.removeprefix("#/$defs/") not in schema["$defs"]}


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.stem)
def test_every_shipped_rule_is_right(path: Path) -> None:
    """Nothing is marked in a rule that is right."""
    assert [] == marked(json.loads(path.read_text("utf-8")), validator())


@pytest.mark.parametrize("resource", sorted(shipped()))
def test_a_new_rule_is_right(resource: str) -> None:
    """Nor in one that was just made."""
    assert [] == marked(new_rule("my-new-rule", resource, shipped(), {}).rule, validator())


@pytest.mark.parametrize("resource", sorted(shipped()))
def test_every_fact_completes_with_its_description(resource: str) -> None:
    """What a rule may look at is offered under its path, and what must not be shown is not."""
    schema = shipped()[resource]
    offered = editor_schema(shipped())["$defs"][resource]["properties"]
    facts = {fact.path: fact for fact in schema.facts() if not schema.is_secret(fact.path)}

    assert {*facts, "all", "any", "not", "every", "some"} == offered.keys()
    assert [] == [
        path for path, fact in facts.items() if fact.schema["description"] not in offered[path]["description"]
    ]
    assert [] == [
        path for path, fact in facts.items() if fact.schema.get("x-unit", "") not in offered[path]["description"]
    ]


GOOD: list[Any] = [
    {"thing.Mode": {"const": "BUSY"}},
    {"thing.Mode": {"const": None}},
    {"thing.Mode": {"enum": ["BUSY", "IDLE"]}},
    {"thing.On": {"const": True}},
    {'thing."Mode"': {"const": "BUSY"}},
    {'tags."cost-center"': {"minLength": 1}, "tags.team": {"type": "string"}, "tags": {"minProperties": 1}},
    {"thing.Policy.Statement": {"minItems": 1}, "thing.Policy.Statement.Effect": {"const": "Deny"}},
    {"every": {"in": "thing.Parts", "holds": {"Use": {"maximum": 5}}}},
    {"some": {"in": "thing.Policy.Statement", "holds": {"Effect": {"const": "Deny"}}}},
    {"any": [{"not": {"use.peak": {"minimum": 5}}}, {"all": [{"thing": {"type": "object"}}]}]},
]


@pytest.mark.parametrize("condition", GOOD, ids=json.dumps)
def test_what_validates_is_not_marked(condition: Any) -> None:
    """The editor is never stricter than the check that counts."""
    document = about(condition)
    document["remediation"]["parameters"] = {"mode": "IDLE"}

    assert ((), []) == (rule_problems(document, EXAMPLE), marked(document))


NUMBER = ({"minimum": 5}, {"exclusiveMaximum": {"$param": "gate"}}, {"const": 5}, {"type": ["number", "integer"]})
ANY = ({"const": {"a": [1]}}, {"type": "array", "minItems": 1}, {"enum": ["a", None, 5]})
TOP: dict[str, tuple[Any, ...]] = {
    "thing": ({"type": "object"}, {"required": ["Mode"]}, {"const": None}),
    "thing.Mode": ({"const": "BUSY"}, {"const": None}, {"enum": ["IDLE", None]}, {"not": {"const": "IDLE"}}),
    'thing."Mode"': ({"const": "BUSY"}, {"pattern": "^B"}),
    "thing.On": ({"const": True}, {"const": None}, {"enum": [False]}),
    "thing.Size": (*NUMBER, {"const": None}),
    "thing.Zones": ({"contains": {"const": "a"}}, {"const": ["a"]}, {"minItems": 1, "uniqueItems": True}),
    "thing.Policy": ({"properties": {"Version": {"const": "1"}}}, {"const": None}),
    "thing.Policy.Statement": ANY,
    'thing.Policy."a-b".c': ANY,
    "tags.team": ({"minLength": 1}, {"const": None}),
    'tags."cost-center"': ({"type": "string"},),
    "use.peak": NUMBER,
}
ELEMENT: dict[str, tuple[Any, ...]] = {"Name": ({"const": "a"},), "Size": NUMBER, "Use": NUMBER}
WHOLE: dict[str, tuple[Any, ...]] = {"Effect": ANY, "Principal.AWS": ANY, '"a b"': ANY}


def conditions(facts: dict[str, tuple[Any, ...]], **lists: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Give right conditions about facts, and about lists by the conditions of their elements."""
    leaves = st.one_of([st.sampled_from([{path: schema} for schema in schemas]) for path, schemas in facts.items()])
    quantified = [
        st.builds(
            lambda word, holds, path=path: {word: {"in": path, "holds": holds}},
            st.sampled_from(["every", "some"]),
            each,
        )
        for path, each in lists.items()
    ]
    return st.recursive(
        st.one_of(leaves, *quantified),
        lambda inner: st.one_of(
            st.fixed_dictionaries({"all": st.lists(inner, min_size=1, max_size=2)}),
            st.fixed_dictionaries({"any": st.lists(inner, min_size=1, max_size=2)}),
            st.fixed_dictionaries({"not": inner}),
            st.builds(lambda one, two: {**one, **two}, inner, inner),
        ),
        max_leaves=4,
    )


INSIDE = conditions(WHOLE)
LISTS = {"thing.Parts": conditions(ELEMENT), "thing.Policy.Statement": INSIDE, 'thing.Policy."a-b"': INSIDE}


@settings(max_examples=150, deadline=None)
@given(conditions(TOP, **LISTS))
def test_the_editor_is_never_stricter(condition: Any) -> None:
    """Whatever right condition there is has no mark."""
    parameters = {"gate": {"type": "number", "default": 5}}
    document = {**about(condition), "when": {"use.peak": {"minimum": {"$param": "gate"}}}, "parameters": parameters}
    document.pop("remediation")

    assert ((), []) == (rule_problems(document, EXAMPLE), marked(document))


@pytest.mark.parametrize(
    ("document", "place"),
    [
        (about({"thing.Moed": {"const": "BUSY"}}), "$.expect"),
        (about({"thing.Mode": {"const": "BUSSY"}}), "$.expect['thing.Mode'].const"),
        (about({"thing.On": {"const": "yes"}}), "$.expect['thing.On'].const"),
        (about({"thing.On": {"minimun": 1}}), "$.expect['thing.On']"),
        (about({"not": {"nothing": {"const": 1}}}), "$.expect.not"),
        (about({"any": [{"use.peek": {"minimum": 1}}]}), "$.expect.any[0]"),
        (about({"every": {"in": "thing.Part", "holds": {"Use": {"maximum": 5}}}}), "$.expect.every.in"),
        (about({"some": {"in": "thing.Parts", "holds": {"Usage": {"maximum": 5}}}}), "$.expect.some.holds"),
        ({**about({"use.peak": {"minimum": 1}}), "resource": "example.thign"}, "$.resource"),
        ({**about({"use.peak": {"minimum": 1}}), "remediation": {"action": "set-mood"}}, "$.remediation.action"),
        ({**about({"use.peak": {"minimum": 1}}), "when": {"thing.X": {"const": 1}}}, "$.when"),
    ],
)
def test_mistakes_are_marked_where_they_are(document: Any, place: str) -> None:
    """So is what ``rules validate`` refuses: a path, a value, a keyword, a list, a type or a fix that there is not."""
    assert rule_problems(document, EXAMPLE)
    assert [place] == marked(document)


def test_what_must_not_be_shown_is_not_offered() -> None:
    """A rule may not look at it, at what holds it, nor at it in a list's elements."""
    secret = {"type": "string", "description": "Hidden.", "x-secret": True}
    element = {"type": "object", "description": "One.", "properties": {"Key": secret, "Name": {"type": "string"}}}
    facts = copy.deepcopy(FACTS)
    facts["properties"]["thing"]["properties"] |= {
        "Key": secret,
        "Keys": {"type": "array", "description": "All.", "items": element},
    }
    text = json.dumps(editor_schema({"example.thing": FactSchema(facts)}))

    assert [] == [word for word in ('"thing.Key"', '"thing.Keys"', '"thing"', '"Key"', "Hidden.") if word in text]


def test_the_published_schema_is_the_present_one() -> None:
    """``trueup rules schema --out docs/rule-editor.schema.json``, with the services of this repository alone."""
    assert editor_schema(shipped()) == json.loads(PUBLISHED.read_text("utf-8"))
