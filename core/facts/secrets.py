"""Facts that must not be shown, and what is shown instead of them: a digest, by which two can be told apart.

A fact schema marks them with ``x-secret``. They are read because a change must send them again, and go nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from trueup.canonical import digest, plain
from trueup.facts.unknown import Unknown

if TYPE_CHECKING:
    from trueup.facts.schema import FactSchema

__all__ = ["hide_secrets"]


def hide_secrets(schema: FactSchema, aspects: Mapping[str, Any]) -> dict[str, Any]:
    """Give the aspects with ``{"$secret": digest}`` in place of what must not be shown."""
    properties = schema.document["properties"]
    return {name: _hidden(value, properties.get(name, {})) for name, value in aspects.items()}


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
