"""A small JSON Schema in words: ``a number of at least 0``.

For error messages and for people who read a rule's parameters; what has no words is shown as JSON.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from trueup.facts.json_type import Document, article, schema_types

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["describe"]


def describe(schema: Document) -> str:
    """Give a schema in words, to stand after "expected"."""
    types = " or ".join(article(name) for name in schema_types(schema))
    parts: list[str] = []
    for keyword, operand in schema.items():
        words = _WORDS.get(keyword)
        if words is not None:
            parts.append(words(operand))
        elif keyword != "type":
            parts.append(f"{keyword} {_json(operand)}")
    if not types:
        return " and ".join(parts) or "any value"
    return f"{types} {' and '.join(parts)}".rstrip()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=repr)


def _count(word: str, one: str, many: str) -> Callable[[Any], str]:
    return lambda bound: f"with at {word} {bound} {one if bound == 1 else many}"


_WORDS: Mapping[str, Callable[[Any], str]] = {
    "const": _json,
    "enum": lambda values: f"one of {', '.join(map(_json, values))}",
    "minimum": lambda bound: f"of at least {bound}",
    "maximum": lambda bound: f"of at most {bound}",
    "exclusiveMinimum": lambda bound: f"above {bound}",
    "exclusiveMaximum": lambda bound: f"below {bound}",
    "multipleOf": lambda bound: f"that is a multiple of {bound}",
    "pattern": lambda expression: f"that matches {expression}",
    "minLength": _count("least", "character", "characters"),
    "maxLength": _count("most", "character", "characters"),
    "minItems": _count("least", "item", "items"),
    "maxItems": _count("most", "item", "items"),
    "minProperties": _count("least", "property", "properties"),
    "maxProperties": _count("most", "property", "properties"),
}
