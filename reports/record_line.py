"""A record of the report as one line of JSON, the same in every format that programs read.

Keys stand in the schema's order, the ones of free documents sorted; what a closed record of the schema does not name
(how a plan settles a step) is the store's own and left out. What JSON's readers refuse is written so that they do not:
a lone surrogate as ``⟨U+D800⟩``, a number that is not finite as its name.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

__all__ = ["RecordLine", "report_schema", "shipped_schema"]


def report_schema() -> dict[str, Any]:
    """Give the JSON Schema (draft 2020-12) of the report."""
    return shipped_schema("report.schema.json")


def shipped_schema(name: str) -> dict[str, Any]:
    """Give a schema that comes with the reports."""
    text = files("trueup.reports").joinpath("schema", name).read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


class RecordLine:
    """Turns a record into one line of JSON, its keys in the order of the schema's definition of it."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        """Arrange by ``schema``, the report's."""
        self._shapes = _Shapes(schema["$defs"])
        self._encode = json.JSONEncoder(ensure_ascii=True, allow_nan=False).encode

    def of(self, value: Any, definition: str | None) -> str:
        """Give the value as one line of JSON, by the definition of that name (None for a free document)."""
        return self._encode(self.arranged(value, definition))

    def arranged(self, value: Any, definition: str | None) -> Any:
        """Give what ``of`` writes as a value still."""
        return _arranged(value, self._shapes.named(definition))


class _Shape:
    """What a schema says of a value that is an object or an array, worked out once and not for every record.

    Attributes:
        known: the keys that the schema names, in its order, and what they hold.
        rest: what other keys hold, None where there may be none.
        items: what an array holds.
    """

    __slots__ = ("items", "known", "rest")

    def __init__(self) -> None:
        self.known: dict[str, _Shape] = {}
        self.rest: _Shape | None = self
        self.items: _Shape = self


class _Shapes:
    """The shapes of a schema's definitions, each made when it is first asked for: they may hold themselves."""

    def __init__(self, definitions: Mapping[str, Any]) -> None:
        self._definitions = definitions
        self._free = _Shape()
        self._made: dict[int, _Shape] = {}

    def named(self, definition: str | None) -> _Shape:
        """Give the shape of the definition of that name, of a free document for None."""
        return self._free if definition is None else self._of(self._definitions[definition])

    def _of(self, schema: Mapping[str, Any]) -> _Shape:
        made = self._made.get(id(schema))
        if made is None:
            made = self._made[id(schema)] = _Shape()
            of_object, of_array = self._option(schema, "object"), self._option(schema, "array")
            rest = of_object.get("additionalProperties", {})
            made.known = {name: self._of(each) for name, each in of_object.get("properties", {}).items()}
            made.rest = None if rest is False else self._of(rest) if rest else self._free
            made.items = self._of(of_array["items"]) if of_array.get("items") else self._free
        return made

    def _option(self, schema: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
        """Give the definition behind a reference, or of a choice the alternative of that kind."""
        for choice in (schema, *schema.get("anyOf", ())):
            option: Mapping[str, Any] = choice
            while "$ref" in option:
                option = self._definitions[option["$ref"].rpartition("/")[2]]
            if option.get("type") == kind:
                return option
        return {}


def _arranged(value: Any, shape: _Shape) -> Any:
    # The plain kinds first: asking whether something is a Mapping costs more than all the rest.
    kind = type(value)
    if kind is str:
        return value if value.isascii() else _scalar_text(value)
    if value is None or kind is bool or kind is int:
        return value
    if kind is dict or isinstance(value, Mapping):
        known, rest = shape.known, shape.rest
        arranged = {name: _arranged(value[name], each) for name, each in known.items() if name in value}
        if rest is not None and len(arranged) < len(value):
            for name in sorted(name for name in value if name not in known):
                arranged[_scalar_text(name)] = _arranged(value[name], rest)
        return arranged
    if isinstance(value, list | tuple):
        items = shape.items
        return [_arranged(item, items) for item in value]
    return _scalar_text(value) if isinstance(value, str) else _number(value)


def _number(value: Any) -> Any:
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _scalar_text(text: str) -> str:
    if text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text):
        return text
    return "".join(
        f"⟨U+{ord(character):04X}⟩" if "\ud800" <= character <= "\udfff" else character for character in text
    )
