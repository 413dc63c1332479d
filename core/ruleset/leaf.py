"""The leaf of a condition, compiled: a JSON Schema that tells whether one value is as it must be.

The keywords that rules use most are plain Python closures; the others are left to jsonschema, which is imported
at their first use. Unlike in plain JSON Schema a keyword for one type (``minimum``, ``pattern``) does not hold for
a value of another: what is null is neither small enough nor large enough.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from trueup.facts.json_type import Document, is_type, type_check

__all__ = ["KEYWORDS", "KEYWORD_TYPES", "Test", "compile_leaf", "strengthen"]

Test = Callable[[Any], bool]

KEYWORD_TYPES: Mapping[str, str] = {
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"), "number"),
    **dict.fromkeys(("minLength", "maxLength", "pattern"), "string"),
    **dict.fromkeys(("items", "prefixItems", "contains", "minContains", "maxContains"), "array"),
    **dict.fromkeys(("minItems", "maxItems", "uniqueItems"), "array"),
    **dict.fromkeys(("properties", "patternProperties", "additionalProperties", "required"), "object"),
    **dict.fromkeys(("minProperties", "maxProperties", "propertyNames"), "object"),
    **dict.fromkeys(("dependentRequired", "dependentSchemas"), "object"),
}
"""The type that each keyword speaks of; the keywords that are not here speak of every type."""

KEYWORDS = frozenset(KEYWORD_TYPES) | {
    "type", "const", "enum", "not", "allOf", "anyOf", "oneOf", "if", "then", "else",
}  # fmt: skip

_SCHEMA = frozenset(
    {"not", "if", "then", "else", "items", "contains", "additionalProperties", "propertyNames"},
)
_SCHEMA_LIST = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_SCHEMA_MAP = frozenset({"properties", "patternProperties", "dependentSchemas"})


def compile_leaf(schema: Document) -> Test:
    """Give the function that tells whether a value is as ``schema`` says.

    Args:
        schema: keywords of ``KEYWORDS`` with parameters filled in, already checked.
    """
    quick: list[Test] = []
    slow: dict[str, Any] = {}
    for keyword, operand in schema.items():
        make = _QUICK.get(keyword)
        test = make(operand) if make else None
        if test is None:
            slow[keyword] = operand
        else:
            quick.append(test)
    if slow:
        quick.append(_Slow(slow).__call__)
    return _both(quick)


def strengthen(schema: Any) -> Any:
    """Give the plain JSON Schema that means what the schema means here: each typed keyword demands its type."""
    if not isinstance(schema, Mapping):
        return schema
    strong: dict[str, Any] = {}
    for keyword, operand in schema.items():
        if keyword in _SCHEMA:
            strong[keyword] = strengthen(operand)
        elif keyword in _SCHEMA_LIST:
            strong[keyword] = [strengthen(item) for item in operand]
        elif keyword in _SCHEMA_MAP:
            strong[keyword] = {name: strengthen(item) for name, item in operand.items()}
        else:
            strong[keyword] = operand
    types = sorted({KEYWORD_TYPES[keyword] for keyword in schema if keyword in KEYWORD_TYPES})
    if types:
        strong["allOf"] = [*strong.get("allOf", ()), *({"type": name} for name in types)]
    return strong


class _Slow:
    """What no closure covers, by jsonschema; made at first use, since most rules never need it."""

    __slots__ = ("_schema", "_valid")

    def __init__(self, schema: Document) -> None:
        self._schema = schema
        self._valid: Test | None = None

    def __call__(self, value: Any) -> bool:
        if self._valid is None:
            self._valid = _validator(strengthen(self._schema))
        return self._valid(value)


def _validator(schema: Document) -> Test:
    from jsonschema import Draft202012Validator
    from jsonschema.validators import extend

    # A frozen snapshot has tuples for lists.
    types = Draft202012Validator.TYPE_CHECKER.redefine_many(
        {"array": lambda _, value: is_type(value, "array"), "object": lambda _, value: is_type(value, "object")}
    )
    kind = extend(Draft202012Validator, type_checker=types)  # type: ignore[no-untyped-call]  # its stub leaves out the return type
    test: Test = kind(schema).is_valid
    return test


def _both(tests: list[Test]) -> Test:
    if len(tests) == 1:
        return tests[0]
    return lambda value: all(test(value) for test in tests)


def _const(expected: Any) -> Test:
    if isinstance(expected, list | tuple | Mapping):
        return lambda value: _equal(value, expected)
    if expected is None or isinstance(expected, bool):
        return lambda value: value is expected
    if isinstance(expected, str):
        return lambda value: bool(value == expected)
    return lambda value: value.__class__ is not bool and bool(value == expected)


def _enum(expected: list[Any]) -> Test:
    if all(isinstance(item, str) for item in expected):
        words = frozenset(expected)
        return lambda value: isinstance(value, str) and value in words
    tests = [_const(item) for item in expected]
    return lambda value: any(test(value) for test in tests)


def _equal(one: Any, two: Any) -> bool:
    """Compare as JSON does: 1 is 1.0 but not true, and a tuple is a list."""
    if isinstance(one, Mapping) and isinstance(two, Mapping):
        return one.keys() == two.keys() and all(_equal(one[name], two[name]) for name in one)
    if isinstance(one, list | tuple) and isinstance(two, list | tuple):
        return len(one) == len(two) and all(map(_equal, one, two))
    return isinstance(one, bool) is isinstance(two, bool) and bool(one == two)


def _number(compare: Callable[[Any, Any], bool]) -> Callable[[Any], Test]:
    def make(bound: Any) -> Test:
        def test(value: Any) -> bool:
            kind = value.__class__
            return (kind is float or kind is int or is_type(value, "number")) and compare(value, bound)

        return test

    return make


def _multiple_of(divisor: Any) -> Test | None:
    if not isinstance(divisor, int):  # jsonschema knows how to divide by fractions
        return None
    return lambda value: is_type(value, "number") and value % divisor == 0


def _length(name: str, compare: Callable[[int, int], bool]) -> Callable[[int], Test]:
    return lambda bound: lambda value: is_type(value, name) and compare(len(value), bound)


def _pattern(expression: str) -> Test:
    search = re.compile(expression).search
    return lambda value: isinstance(value, str) and search(value) is not None


def _type(names: str | list[str]) -> Test:
    return type_check((names,) if isinstance(names, str) else names)


def _at_least(value: Any, bound: Any) -> bool:
    return bool(value >= bound)


def _at_most(value: Any, bound: Any) -> bool:
    return bool(value <= bound)


def _above(value: Any, bound: Any) -> bool:
    return bool(value > bound)


def _below(value: Any, bound: Any) -> bool:
    return bool(value < bound)


_QUICK: Mapping[str, Callable[[Any], Test | None]] = {
    "const": _const,
    "enum": _enum,
    "type": _type,
    "minimum": _number(_at_least),
    "maximum": _number(_at_most),
    "exclusiveMinimum": _number(_above),
    "exclusiveMaximum": _number(_below),
    "multipleOf": _multiple_of,
    "pattern": _pattern,
    "minLength": _length("string", _at_least),
    "maxLength": _length("string", _at_most),
    "minItems": _length("array", _at_least),
    "maxItems": _length("array", _at_most),
    "minProperties": _length("object", _at_least),
    "maxProperties": _length("object", _at_most),
}
