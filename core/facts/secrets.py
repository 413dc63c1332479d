"""Facts that must not be shown, and what stands in their place: a digest, by which two can be told apart, or nothing.

A fact schema marks them with ``x-secret``. They are read because a change must send them again, and go nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from trueup.canonical import digest, plain
from trueup.facts.unknown import Reason, Unknown

if TYPE_CHECKING:
    from trueup.facts.schema import FactSchema

__all__ = ["hide_secrets", "leave_out_secrets"]

_LEFT_OUT = Unknown(Reason.NOT_READ, "it must not be shown")


def hide_secrets(schema: FactSchema, aspects: Mapping[str, Any]) -> dict[str, Any]:
    """Give the aspects with ``{"$secret": digest}`` in place of what must not be shown."""
    properties = schema.document["properties"]
    return {name: _hidden(value, properties.get(name, {})) for name, value in aspects.items()}


def leave_out_secrets(schema: FactSchema, aspects: Mapping[str, Any]) -> dict[str, Any]:
    """Give the aspects without what must not be shown, and without a digest of it: a short secret can be guessed by it.

    Where leaving a value out would make its list another one, it is unknown.
    """
    properties = schema.document["properties"]
    kept = {name: value for name, value in aspects.items() if not _is_secret(properties.get(name))}
    return {name: _left(value, properties.get(name, {})) for name, value in kept.items()}


def _left(value: Any, schema: Any) -> Any:
    if not isinstance(schema, Mapping) or isinstance(value, Unknown):
        return value
    if isinstance(value, Mapping):
        declared, more = schema.get("properties", {}), schema.get("additionalProperties")
        inner = {name: (item, declared.get(name, more)) for name, item in value.items()}
        return {name: _left(item, part) for name, (item, part) in inner.items() if not _is_secret(part)}
    if isinstance(value, list | tuple):
        element = schema.get("items")
        return [_LEFT_OUT if _is_secret(element) else _left(item, element) for item in value]
    return value


def _is_secret(schema: Any) -> bool:
    return isinstance(schema, Mapping) and bool(schema.get("x-secret"))


def _hidden(value: Any, schema: Any) -> Any:
    if not isinstance(schema, Mapping) or isinstance(value, Unknown):
        return value
    if schema.get("x-secret"):
        return {"$secret": digest(plain(value))}
    if isinstance(value, Mapping):
        declared, more = schema.get("properties", {}), schema.get("additionalProperties")
        return {name: _hidden(item, declared.get(name, more)) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_hidden(item, schema.get("items")) for item in value]
    return value
