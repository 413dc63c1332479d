"""A compiled leaf means what its JSON Schema means, and never holds by accident for another type."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from trueup.facts.json_type import is_type
from trueup.facts.snapshot import freeze
from trueup.ruleset.leaf import KEYWORD_TYPES, compile_leaf, strengthen

NUMBERS = st.integers(-50, 50) | st.floats(-50, 50)
TEXTS = st.text(alphabet="ab1\n", max_size=4)
SCALARS = st.none() | st.booleans() | NUMBERS | TEXTS
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "c"]), inner, max_size=3),
    max_leaves=6,
)
TYPES = st.sampled_from(["null", "boolean", "integer", "number", "string", "array", "object"])
COUNTS = st.integers(0, 4)
OPERANDS: dict[str, st.SearchStrategy[Any]] = {
    "type": TYPES | st.lists(TYPES, min_size=1, max_size=3, unique=True),
    "const": VALUES,
    "enum": st.lists(VALUES, min_size=1, max_size=3) | st.lists(TEXTS, min_size=1, max_size=3),
    "minimum": NUMBERS,
    "maximum": NUMBERS,
    "exclusiveMinimum": NUMBERS,
    "exclusiveMaximum": NUMBERS,
    "multipleOf": st.integers(1, 7) | st.sampled_from([0.5, 0.25]),
    "minLength": COUNTS,
    "maxLength": COUNTS,
    "pattern": st.sampled_from(["a", "^a", "b$", "^[ab]+$", "1|b"]),
    "minItems": COUNTS,
    "maxItems": COUNTS,
    "uniqueItems": st.booleans(),
    "minProperties": COUNTS,
    "maxProperties": COUNTS,
    "required": st.lists(st.sampled_from(["a", "b"]), min_size=1, unique=True),
}
FLAT = st.lists(st.sampled_from(sorted(OPERANDS)), min_size=1, max_size=3, unique=True).flatmap(
    lambda names: st.fixed_dictionaries({name: OPERANDS[name] for name in names})
)


def _nest(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    lists = st.lists(inner, min_size=1, max_size=2)
    names = st.sampled_from(["a", "b"])
    return st.one_of(
        st.fixed_dictionaries({"not": inner}),
        st.fixed_dictionaries({"allOf": lists}),
        st.fixed_dictionaries({"anyOf": lists, "maximum": NUMBERS}),
        st.fixed_dictionaries({"oneOf": lists}),
        st.fixed_dictionaries({"if": inner, "then": inner, "else": inner}),
        st.fixed_dictionaries({"items": inner}),
        st.fixed_dictionaries({"contains": inner, "minContains": COUNTS}),
        st.fixed_dictionaries({"properties": st.dictionaries(names, inner), "additionalProperties": inner}),
        st.fixed_dictionaries({"prefixItems": lists, "items": st.booleans()}),
    )


SCHEMAS = st.recursive(FLAT, _nest, max_leaves=4)


@given(SCHEMAS, VALUES)
def test_a_leaf_agrees_with_jsonschema(schema: dict[str, Any], value: Any) -> None:
    """Closures and fallback together give what the reference gives for the schema with its types demanded."""
    assert Draft202012Validator(strengthen(schema)).is_valid(value) is compile_leaf(schema)(value)


@given(FLAT, VALUES)
def test_for_a_value_of_the_right_type_nothing_is_added(schema: dict[str, Any], value: Any) -> None:
    """Where every keyword speaks of the value's type, the leaf is the plain JSON Schema."""
    spoken = {KEYWORD_TYPES[name] for name in schema if name in KEYWORD_TYPES}
    if all(is_type(value, name) for name in spoken):
        assert Draft202012Validator(schema).is_valid(value) is compile_leaf(schema)(value)


@given(SCHEMAS, VALUES)
def test_a_frozen_value_is_judged_alike(schema: dict[str, Any], value: Any) -> None:
    """Tuples of a frozen snapshot are lists."""
    test = compile_leaf(schema)

    assert test(value) is test(freeze(value))


@pytest.mark.parametrize("keyword", sorted(set(KEYWORD_TYPES) & set(OPERANDS)))
@given(st.data())
def test_a_typed_keyword_never_holds_for_another_type(keyword: str, data: st.DataObject) -> None:
    """Null is not at most 5, a number has no length, and so on."""
    value = data.draw(VALUES.filter(lambda value: not is_type(value, KEYWORD_TYPES[keyword])))

    assert compile_leaf({keyword: data.draw(OPERANDS[keyword])})(value) is False


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        ({"const": 1}, True, False),
        ({"const": True}, 1, False),
        ({"const": 1}, 1.0, True),
        ({"const": [1, {"a": True}]}, (1, {"a": 1}), False),
        ({"enum": ["a", 0]}, False, False),
        ({"exclusiveMinimum": 5}, 5, False),
        ({"exclusiveMaximum": 5}, 5, False),
        ({"exclusiveMaximum": 5}, 4.9, True),
        ({"type": "integer"}, 5.0, True),
        ({"type": "number"}, True, False),
        ({"maximum": 5}, None, False),
        ({"anyOf": [{"maximum": 5}]}, None, False),
        ({"items": {"maximum": 5}}, [None], False),
        ({"type": ["number", "null"], "anyOf": [{"type": "null"}, {"maximum": 5}]}, None, True),
    ],
)
def test_types_are_told_apart(schema: dict[str, Any], value: Any, expected: bool) -> None:
    """The mistakes that are easily made are not."""
    assert expected is compile_leaf(schema)(value)
