"""JSON Schema's types, told apart as JSON Schema does: a boolean is no number, ``5.0`` is an integer.

Facts, conditions and parameters ask here, so that ``True`` is nowhere taken for 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

__all__ = ["Document", "article", "is_type", "json_type", "schema_types", "type_check"]

Document = Mapping[str, Any]
"""A JSON object, as parsed."""

_ARTICLES = {"integer": "an", "array": "an", "object": "an"}


def json_type(value: Any) -> str:  # noqa: PLR0911 - one return a type is the clearest form
    """Give the JSON type of a value; ``number`` for a float, ``not JSON (NAME)`` for what JSON has no type for."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case list() | tuple():
            return "array"
        case Mapping():
            return "object"
        case _:
            return f"not JSON ({type(value).__name__})"


def is_type(value: Any, name: str) -> bool:
    """Tell whether a value is of a JSON Schema type; a float that is not finite is of none."""
    if name == "number":
        return not isinstance(value, bool) and isinstance(value, int | float) and _finite(value)
    if name == "integer":
        if isinstance(value, float):
            return value.is_integer()
        return isinstance(value, int) and not isinstance(value, bool)
    return json_type(value) == name


def schema_types(schema: Document) -> tuple[str, ...]:
    """Give the types that a schema allows by ``type``; empty means any."""
    declared = schema.get("type", ())
    return (declared,) if isinstance(declared, str) else tuple(declared)


def article(name: str) -> str:
    """Give a type's name with its article: ``an integer``, ``a string``, ``null``."""
    return name if name == "null" else f"{_ARTICLES.get(name, 'a')} {name}"


_PLAIN: Mapping[str, frozenset[type]] = {
    "null": frozenset({type(None)}),
    "boolean": frozenset({bool}),
    "integer": frozenset({int}),
    "number": frozenset({int}),
    "string": frozenset({str}),
    "array": frozenset({list, tuple}),
    "object": frozenset({dict}),
}


def type_check(names: Sequence[str]) -> Callable[[Any], bool]:
    """Give a function that tells whether a value is of one of the types; quick where the class alone decides.

    No name at all means any JSON type.
    """
    accepted = tuple(names) or tuple(_PLAIN)
    plain = frozenset[type]().union(*(_PLAIN[name] for name in accepted))
    floats = "number" in accepted

    def check(value: Any) -> bool:
        kind = value.__class__
        if kind in plain:
            return True
        if kind is float and floats:
            return bool(value - value == 0)
        return any(is_type(value, name) for name in accepted)

    return check


def _finite(value: float) -> bool:
    return value - value == 0
