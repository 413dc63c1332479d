"""A leaf that cannot mean what its author meant is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from trueup.ruleset.leaf_check import leaf_problems

if TYPE_CHECKING:
    from trueup.facts.schema import FactSchema


@pytest.mark.parametrize(
    ("path", "leaf", "pointer", "message"),
    [
        ("thing.Size", {"minimun": 1}, ("minimun",), "unknown keyword 'minimun'; did you mean 'minimum'"),
        ("thing.Name", {"format": "date"}, ("format",), "'format' is refused"),
        ("thing.Name", {"$ref": "#/a"}, ("$ref",), "'$ref' is refused; write the schema out in full"),
        ("thing.Name", {"$id": "a"}, ("$id",), "'$id' is refused"),
        ("thing.Name", {"pattern": "("}, ("pattern",), "which does not compile: missing )"),
        ("thing.Name", {"pattern": 1}, ("pattern",), "expected a regular expression, found 1"),
        ("thing.Size", {"minimum": "1"}, ("minimum",), "expected a number, found '1'"),
        ("thing.Size", {"minimum": True}, ("minimum",), "expected a number, found True"),
        ("thing.Size", {"multipleOf": 0}, ("multipleOf",), "expected a number above 0, found 0"),
        ("thing.Name", {"minLength": -1}, ("minLength",), "expected a count, found -1"),
        ("thing.Name", {"enum": []}, ("enum",), "expected a list with items, found []"),
        ("thing.Name", {"type": "strin"}, ("type",), "unknown type 'strin'"),
        ("thing.Name", {"type": []}, ("type",), "expected a type or a list of types, found []"),
        ("thing.Zones", {"uniqueItems": 1}, ("uniqueItems",), "expected true or false, found 1"),
        ("thing.Policy", {"properties": []}, ("properties",), "expected an object, found []"),
        ("thing.Name", {"minimum": 1}, ("minimum",), "'minimum' is for a number, but thing.Name is a string"),
        ("thing.Size", {"pattern": "a"}, ("pattern",), "'pattern' is for a string, but thing.Size is an integer"),
        ("thing.Size", {"const": "5"}, ("const",), "expected an integer for thing.Size, found a string '5'"),
        ("thing.Size", {"const": True}, ("const",), "expected an integer for thing.Size, found a boolean True"),
        ("thing.Size", {"enum": [1, "2"]}, ("enum", 1), "expected an integer for thing.Size, found a string '2'"),
        ("thing.Size", {"type": "string"}, ("type",), "found a string, which it never is"),
        ("use.peak", {"const": None}, ("const",), "expected a number for use.peak, found null"),
        (
            "thing.Mode",
            {"const": "BUSSY"},
            ("const",),
            "thing.Mode is never 'BUSSY': expected one of 'IDLE', 'BUSY'; did",
        ),
        ("thing.Size", {"not": {"pattern": "a"}}, ("not", "pattern"), "'pattern' is for a string"),
        ("thing.Size", {"anyOf": [{"const": 1}, {"const": "a"}]}, ("anyOf", 1, "const"), "found a string 'a'"),
        ("thing.Zones", {"items": {"minimum": 1}}, ("items", "minimum"), "thing.Zones[] is a string"),
        ("thing.Zones", {"prefixItems": [{"const": 1}]}, ("prefixItems", 0, "const"), "expected a string"),
        (
            "thing.Parts",
            {"contains": {"properties": {"Name": {"const": 1}}}},
            ("contains", "properties", "Name", "const"),
            "found an integer 1",
        ),
        (
            "thing.Policy",
            {"patternProperties": {"a": {"minimun": 1}}},
            ("patternProperties", "a", "minimun"),
            "unknown",
        ),
        ("thing.Policy", {"additionalProperties": {"x": 1}}, ("additionalProperties", "x"), "unknown keyword 'x'"),
        ("thing.Name", "text", (), "expected a JSON Schema for thing.Name, found 'text'"),
        ("thing.Name", {}, (), "expected a JSON Schema with at least one keyword"),
    ],
)
def test_a_mistake_is_found_where_it_stands(
    schema: FactSchema, path: str, leaf: Any, pointer: tuple[str | int, ...], message: str
) -> None:
    """Each mistake has its place and a sentence."""
    (problem,) = leaf_problems(leaf, schema.fact(path))

    assert pointer == problem.pointer
    assert message in problem.message


@pytest.mark.parametrize(
    ("path", "leaf"),
    [
        ("thing.Size", {"const": None}),
        ("thing.Size", {"const": 5.0}),
        ("thing.Size", {"type": "number"}),
        ("thing.Size", {"type": ["integer", "null"], "minimum": 1.5}),
        ("use.peak", {"type": "integer"}),
        ("thing.Mode", {"enum": ["IDLE", None]}),
        ("thing.Zones", {"items": False}),
        ("thing.Policy", {"properties": {"a": True}, "required": ["a"]}),
        ("thing.Policy.Anything", {"minimum": 1}),
        ("thing.Zones", {"contains": {"const": "a"}, "minContains": 2}),
        ("thing.Policy", {"if": {"required": ["a"]}, "then": {"required": ["b"]}, "propertyNames": {"pattern": "a"}}),
    ],
)
def test_what_makes_sense_is_let_through(schema: FactSchema, path: str, leaf: Any) -> None:
    """Nothing is wrong with what fits the fact."""
    assert [] == list(leaf_problems(leaf, schema.fact(path)))


def test_every_mistake_of_a_leaf_is_found(schema: FactSchema) -> None:
    """The second is not hidden by the first."""
    assert 2 == len(list(leaf_problems({"minimun": 1, "pattern": "("}, schema.fact("thing.Name"))))
