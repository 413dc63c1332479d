"""The shipped schemas say the same as the code, and their errors are plain sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import pytest
from jsonschema import Draft202012Validator

from trueup.facts.json_type import json_type
from trueup.ruleset import condition, leaf
from trueup.ruleset.problem import Problem
from trueup.ruleset.shipped import Form, form_problems, schema_problems, shipped_schema
from trueup.ruleset.validation import rule_problems

if TYPE_CHECKING:
    from trueup.facts.schema import FactSchema


@pytest.mark.parametrize("form", get_args(Form))
def test_each_schema_is_a_schema(form: Form) -> None:
    """All are good JSON Schemas of draft 2020-12, titled and described."""
    schema = shipped_schema(form)
    Draft202012Validator.check_schema(schema)

    assert "https://json-schema.org/draft/2020-12/schema" == schema["$schema"]
    assert schema["title"]
    assert schema["description"]


def test_the_schema_knows_the_keywords_of_the_code() -> None:
    """What a condition and a leaf may say is the same for an editor and for the loader."""
    definitions = shipped_schema("rule")["$defs"]

    assert set(condition.KEYWORDS) == set(definitions["condition"]["properties"])
    assert leaf.KEYWORDS == set(definitions["leaf"]["properties"])


def test_no_aspect_may_be_called_like_a_keyword() -> None:
    """A path can never be taken for a combination."""
    aspect = {"type": "string", "description": "x", "x-kind": "observed", "x-reads": []}
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "a.thing",
        "description": "x",
        "type": "object",
        "properties": dict.fromkeys((*condition.KEYWORDS, "fine"), aspect),
    }

    assert set(condition.KEYWORDS) == {problem.pointer[-1] for problem in form_problems("facts", document)}


@pytest.mark.parametrize("value", [None, True, 1, "x", "(", [], [1], {}, {"a": 1}, -1, 1.5])
@pytest.mark.parametrize("keyword", sorted(leaf.KEYWORDS - {"const"}))
def test_the_schema_refuses_no_operand_that_the_code_accepts(
    document: dict[str, Any], schema: FactSchema, keyword: str, value: Any
) -> None:
    """Whatever the loader lets through, an editor shows no error for."""
    document["expect"] = {"all": [document["expect"], {"thing.Policy.any": {keyword: value}}]}
    told = form_problems("rule", document)
    understood = condition.check_condition(document["expect"], schema=schema, parameters={"gate": 1})

    assert not told or understood, told


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        ({"type": "integer", "minimum": 1}, 0, Problem((), "expected an integer of at least 1, found 0")),
        ({"minimum": 1}, 0, Problem((), "expected a number of at least 1, found 0")),
        ({"items": {"const": 1}}, [2], Problem((0,), "expected 1, found 2")),
        ({"anyOf": [{"type": "string"}, {"enum": [1, 2]}]}, 3, Problem((), "expected one of 1, 2, found 3")),
        ({"anyOf": [{"enum": ["a"]}, {"minimum": 5}]}, 3, Problem((), "expected one of a or minimum 5, found 3")),
        ({"type": ["string", "null"]}, {}, Problem((), "expected a string or null, found {}")),
        ({"type": "string"}, {"a": 1}, Problem((), "expected a string, found an object of 1")),
        ({"type": "null"}, "x" * 100, Problem((), f'expected null, found "{"x" * 79}…')),
        (
            {"dependentRequired": {"a": ["b"]}},
            {"a": 1},
            Problem((), 'expected an object dependentRequired {"a": ["b"]}, found an object of 1'),
        ),
        (
            {"required": ["size"], "properties": {"size": {}}},
            {"sise": 1},
            Problem((), "expected 'size', which is missing (found 'sise')"),
        ),
        (
            {"additionalProperties": False},
            {"a": 1},
            Problem(("a",), "unknown property 'a'; expected none", at_key=True),
        ),
    ],
)
def test_an_error_is_a_plain_sentence(schema: dict[str, Any], value: Any, expected: Problem) -> None:
    """What was expected, what was found, and where."""
    assert (expected,) == schema_problems(schema, value)


@pytest.mark.parametrize(
    ("change", "count"),
    [
        (
            lambda rule: (
                rule["remediation"].pop("action") and rule["remediation"].update(regression={"x.y": {"const": 1}})
            ),
            2,
        ),
        (lambda rule: rule.update(expect={"any": [], "thing.X": {"const": 1}}), 2),
        (lambda rule: rule.update(remediation=5), 1),
        (lambda rule: rule.update(parameters=5), 2),
        (lambda rule: rule.update(parameters={"gate": 5}), 2),
        (lambda rule: rule.update(resource=5), 1),
        (lambda rule: rule.update(when=None), 1),
    ],
)
def test_problems_beside_each_other_are_all_told(
    document: dict[str, Any], schema: FactSchema, change: Any, count: int
) -> None:
    """Neither hides the other, and whatever JSON stands there, it ends in sentences."""
    change(document)
    found = rule_problems(document, {schema.type: schema})

    assert count <= len(found), found


def test_json_types_are_named() -> None:
    """Each value has the name that JSON gives its type."""
    expected = ["null", "boolean", "integer", "number", "string", "array", "array", "object", "not JSON (bytes)"]
    values: tuple[Any, ...] = (None, True, 1, 1.5, "", [], (), {}, b"")

    assert expected == [json_type(value) for value in values]
