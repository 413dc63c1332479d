"""Bring what AWS answered into the shape that the fact schema declares.

The one normaliser of audit, plan, settle and verify: the same resource always gives the same facts, so that
comparing two reads compares what a person declared to matter, and a field that nobody declared (an
environment variable, a token) never gets in.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from trueup.facts.json_type import Document, article, json_type, schema_types, type_check
from trueup.facts.unknown import Reason, Unknown

__all__ = ["Normaliser", "compile_normaliser"]

Normaliser = Callable[[Any], Any]

_PLAIN: Mapping[str, type] = {"boolean": bool, "integer": int, "number": int, "string": str}


def compile_normaliser(schema: Document, path: str) -> Normaliser:
    """Give the function that normalises one declared fact.

    It keeps declared properties only (all of them where ``additionalProperties`` is true), sorts lists whose order
    means nothing (``x-unordered``), makes datetimes UTC text, Decimals numbers and tuples lists. ``None`` and
    ``Unknown`` pass through; a value that is not of its declared type, or not JSON at all (bytes), becomes
    ``Unknown`` in its place, since what we do not understand must not be judged.

    Args:
        schema: the fact's schema.
        path: the fact's path, for the reason of an unknown.
    """
    if "properties" in schema or "additionalProperties" in schema:
        convert = _object(schema, path)
    elif "items" in schema:
        convert = _array(schema, path)
    else:
        convert = _whole if not schema_types(schema) else _scalar
    return _typed(convert, schema, path)


def _typed(convert: Normaliser, schema: Document, path: str) -> Normaliser:
    types = schema_types(schema)
    accepted = type_check(types)
    integer = "integer" in types and "number" not in types
    # Most values are plain and as declared: they need nothing but this look.
    plain = frozenset(kind for name, kind in _PLAIN.items() if name in types)

    def normalise(value: Any) -> Any:
        kind = value.__class__
        if kind in plain or value is None or kind is Unknown:
            return value
        value = convert(value)
        if value.__class__ is Unknown:
            return value
        if not accepted(value):
            return _unexpected(path, types, value)
        return int(value) if integer and value.__class__ is float else value

    return normalise


def _object(schema: Document, path: str) -> Normaliser:
    declared = {
        name: compile_normaliser(child, f"{path}.{name}") for name, child in schema.get("properties", {}).items()
    }
    additional = schema.get("additionalProperties", False)
    rest: Normaliser | None = None
    if additional is True:
        rest = _whole
    elif isinstance(additional, Mapping):
        rest = compile_normaliser(additional, f"{path}.*")

    def project(value: Any) -> Any:
        if not isinstance(value, Mapping):
            return _whole(value)
        if rest is None:
            return {name: convert(value[name]) for name, convert in declared.items() if name in value}
        if not all(isinstance(name, str) for name in value):
            return Unknown(Reason.UNEXPECTED, f"{path} has a name that is no text")
        return {name: declared.get(name, rest)(item) for name, item in value.items()}

    return project


def _array(schema: Document, path: str) -> Normaliser:
    element = compile_normaliser(schema["items"], f"{path}[]")
    key = schema.get("x-unordered")

    def collect(value: Any) -> Any:
        if not isinstance(value, list | tuple):
            return _whole(value)
        items = [element(item) for item in value]
        if key is not None and len(items) > 1:
            items.sort(key=lambda item: _order(item, key))
        return items

    return collect


def _order(item: Any, key: str) -> tuple[str, str]:
    """Order by the key property first, for people; by the whole element after it, so that no tie is left to chance."""
    first = item.get(key) if key and isinstance(item, Mapping) else None
    return _text(first), _text(item)


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=repr)


def _whole(value: Any) -> Any:
    """Keep a document whole, its order too; only its Python types become JSON's."""
    if isinstance(value, Mapping):
        if not all(isinstance(name, str) for name in value):
            return Unknown(Reason.UNEXPECTED, "expected JSON data, found a name that is no text")
        return {name: _whole(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_whole(item) for item in value]
    return _scalar(value)


def _scalar(value: Any) -> Any:  # noqa: PLR0911 - one return a type is the clearest form
    match value:
        case None | Unknown() | bool():
            return value
        case Enum():
            return _scalar(value.value)
        case int() | str():
            return value
        case float():
            return value if value - value == 0 else Unknown(Reason.UNEXPECTED, f"expected a number, found {value}")
        case Decimal():
            return int(value) if value.is_finite() and value == value.to_integral_value() else _scalar(float(value))
        case datetime():
            aware = value if value.tzinfo else value.replace(tzinfo=UTC)
            return aware.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case Mapping() | list() | tuple():
            return _whole(value)
        case _:
            return Unknown(Reason.UNEXPECTED, f"expected JSON data, found {type(value).__name__}")


def _unexpected(path: str, types: tuple[str, ...], value: Any) -> Unknown:
    expected = " or ".join(article(name) for name in types)
    return Unknown(Reason.UNEXPECTED, f"{path}: expected {expected}, found {article(json_type(value))}")
