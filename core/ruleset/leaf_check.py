"""Whether the leaf of a condition makes sense: known keywords, operands of the right form, types that the fact has.

Found when rules are loaded, since a typo in a keyword would otherwise let everything pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from trueup.facts.json_type import article, is_type, json_type
from trueup.facts.schema import Fact
from trueup.ruleset.leaf import KEYWORD_TYPES, KEYWORDS
from trueup.ruleset.problem import Pointer, Problem
from trueup.ruleset.suggest import did_you_mean

__all__ = ["leaf_problems"]

_TYPES = ("null", "boolean", "integer", "number", "string", "array", "object")
_REFUSED: Mapping[str, str] = {
    "format": "'format' is refused, since it checks nothing by itself; use 'pattern'",
    **{
        name: f"{name!r} is refused; write the schema out in full"
        for name in ("$ref", "$id", "$defs", "$anchor", "$dynamicRef", "$dynamicAnchor", "$schema")
    },
}
_COUNTS = frozenset(
    {"minLength", "maxLength", "minItems", "maxItems", "minContains", "maxContains", "minProperties", "maxProperties"}
)
_BOUNDS = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"})
_ALIKE = frozenset({"not", "if", "then", "else"})
_ALIKE_LISTS = frozenset({"allOf", "anyOf", "oneOf"})


def leaf_problems(schema: Any, fact: Fact) -> Iterator[Problem]:
    """Yield what is wrong with a leaf's schema, parameters filled in, for the fact that it is held against."""
    if isinstance(schema, bool):
        yield Problem((), "expected a JSON Schema with at least one keyword, found a boolean")
        return
    if not isinstance(schema, Mapping):
        yield Problem((), f"expected a JSON Schema for {fact.path or 'the fact'}, found {schema!r}")
        return
    if not schema:
        yield Problem((), 'expected a JSON Schema with at least one keyword, such as {"const": true}')
    for keyword, operand in schema.items():
        if keyword not in KEYWORDS:
            why = _REFUSED.get(keyword, f"unknown keyword {keyword!r}{did_you_mean(keyword, KEYWORDS)}")
            yield Problem((keyword,), why, at_key=True)
            continue
        malformed = _malformed(keyword, operand)
        if malformed:
            yield Problem((keyword,), f"{keyword!r}: {malformed}")
            continue
        yield from _mismatch(keyword, operand, fact)
        yield from _below(keyword, operand, fact)


def _malformed(keyword: str, operand: Any) -> str | None:  # noqa: C901, PLR0911 - one return a form is the clearest
    if keyword in _BOUNDS:
        return None if is_type(operand, "number") else f"expected a number, found {operand!r}"
    if keyword in _COUNTS:
        return None if is_type(operand, "integer") and operand >= 0 else f"expected a count, found {operand!r}"
    if keyword == "multipleOf":
        return None if is_type(operand, "number") and operand > 0 else f"expected a number above 0, found {operand!r}"
    if keyword == "pattern":
        return _broken_pattern(operand)
    if keyword == "type":
        return _unknown_types(operand)
    if keyword == "uniqueItems":
        return None if isinstance(operand, bool) else f"expected true or false, found {operand!r}"
    if keyword == "required":
        return None if _is_names(operand) and operand else f"expected a list of names, found {operand!r}"
    if keyword == "dependentRequired":
        fits = isinstance(operand, Mapping) and all(map(_is_names, operand.values()))
        return None if fits else f"expected an object of lists of names, found {operand!r}"
    if keyword in {"enum"} | _LISTS:
        return (
            None if isinstance(operand, list | tuple) and operand else f"expected a list with items, found {operand!r}"
        )
    if keyword in _MAPS:
        return None if isinstance(operand, Mapping) else f"expected an object, found {operand!r}"
    return None


def _is_names(operand: Any) -> bool:
    return isinstance(operand, list | tuple) and all(isinstance(name, str) for name in operand)


def _broken_pattern(operand: Any) -> str | None:
    if not isinstance(operand, str):
        return f"expected a regular expression, found {operand!r}"
    try:
        re.compile(operand)
    except re.error as error:
        return f"expected a regular expression, found {operand!r}, which does not compile: {error}"
    return None


def _unknown_types(operand: Any) -> str | None:
    names = (operand,) if isinstance(operand, str) else operand
    if not isinstance(names, list | tuple) or not names:
        return f"expected a type or a list of types, found {operand!r}"
    for name in names:
        if name not in _TYPES:
            return f"unknown type {name!r}, expected one of {', '.join(_TYPES)}{did_you_mean(str(name), _TYPES)}"
    return None


def _mismatch(keyword: str, operand: Any, fact: Fact) -> Iterator[Problem]:
    """Yield what the fact's declared type makes impossible."""
    if not fact.types:
        return
    declared = " or ".join(article(name) for name in fact.types)
    allowed = {*fact.types, *(("null",) if fact.kind == "configuration" else ())}
    needed = KEYWORD_TYPES.get(keyword)
    if needed and not allowed & ({"number", "integer"} if needed == "number" else {needed}):
        yield Problem((keyword,), f"{keyword!r} is for {article(needed)}, but {fact.path} is {declared}", at_key=True)
    if keyword == "type":
        names = (operand,) if isinstance(operand, str) else operand
        if not any(_overlap(name, allowed) for name in names):
            wanted = " or ".join(article(name) for name in names)
            yield Problem((keyword,), f"expected {declared} for {fact.path}, found {wanted}, which it never is")
    if keyword in {"const", "enum"}:
        values = {(keyword,): operand} if keyword == "const" else {(keyword, at): one for at, one in enumerate(operand)}
        for pointer, value in values.items():
            yield from _impossible(pointer, value, fact, allowed)


def _impossible(pointer: Pointer, value: Any, fact: Fact, allowed: set[str]) -> Iterator[Problem]:
    if not any(is_type(value, name) for name in allowed):
        declared = " or ".join(article(name) for name in fact.types)
        found = f"{article(json_type(value))} {value!r}" if value is not None else "null"
        yield Problem(pointer, f"expected {declared} for {fact.path}, found {found}")
        return
    known = fact.schema.get("enum")
    if known and value is not None and value not in known:
        near = did_you_mean(str(value), [str(name) for name in known])
        yield Problem(pointer, f"{fact.path} is never {value!r}: expected one of {', '.join(map(repr, known))}{near}")


def _overlap(name: str, allowed: set[str]) -> bool:
    return name in allowed or (name in {"integer", "number"} and bool(allowed & {"integer", "number"}))


def _below(keyword: str, operand: Any, fact: Fact) -> Iterator[Problem]:
    """Yield what is wrong with the schemas inside a keyword."""
    inner: list[tuple[Pointer, Any, Fact]]
    if keyword in _ALIKE:
        inner = [((keyword,), operand, fact)]
    elif keyword in _ALIKE_LISTS:
        inner = [((keyword, index), item, fact) for index, item in enumerate(operand)]
    elif keyword in {"items", "contains"}:
        inner = [((keyword,), operand, fact.element())]
    elif keyword == "prefixItems":
        inner = [((keyword, index), item, fact.element()) for index, item in enumerate(operand)]
    elif keyword == "properties":
        inner = [((keyword, name), item, _property(fact, name)) for name, item in operand.items()]
    elif keyword in {"patternProperties", "dependentSchemas"}:
        inner = [((keyword, name), item, _UNTYPED) for name, item in operand.items()]
    elif keyword in {"additionalProperties", "propertyNames"}:
        inner = [((keyword,), operand, _UNTYPED)]
    else:
        return
    for pointer, schema, part in inner:
        if not (isinstance(schema, bool) and keyword in _MAY_BE_BOOLEAN):
            yield from (problem.inside(*pointer) for problem in leaf_problems(schema, part))


def _property(fact: Fact, name: str) -> Fact:
    return fact.part(name) or _UNTYPED


_UNTYPED = Fact("", {}, "configuration")
_LISTS = _ALIKE_LISTS | {"prefixItems"}
_MAPS = frozenset({"properties", "patternProperties", "dependentSchemas"})
_MAY_BE_BOOLEAN = frozenset({"items", "contains", "additionalProperties", "propertyNames", "properties"})
