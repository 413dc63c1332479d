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
        self._definitions: Mapping[str, Any] = schema["$defs"]

    def of(self, value: Any, definition: str | None) -> str:
        """Give the value as one line of JSON, by the definition of that name (None for a free document)."""
        return json.dumps(self.arranged(value, definition), ensure_ascii=True, allow_nan=False)

    def arranged(self, value: Any, definition: str | None) -> Any:
        """Give what ``of`` writes as a value still."""
        return self._arrange(value, {} if definition is None else self._definitions[definition])

    def _arrange(self, value: Any, schema: Mapping[str, Any]) -> Any:
        if isinstance(value, str):
            return _scalar_text(value)
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, Mapping):
            schema = self._resolved(schema, "object")
            known, rest = schema.get("properties", {}), schema.get("additionalProperties", {})
            names = [name for name in known if name in value]
            if rest is not False:
                names += sorted(name for name in value if name not in known)
            return {_scalar_text(name): self._arrange(value[name], known.get(name, rest)) for name in names}
        if isinstance(value, list | tuple):
            items = self._resolved(schema, "array").get("items", {})
            return [self._arrange(item, items) for item in value]
        if isinstance(value, float) and not math.isfinite(value):
            return str(value)
        return value

    def _resolved(self, schema: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
        """Give the definition behind a reference, or of a choice the alternative of that kind."""
        for choice in (schema, *schema.get("anyOf", ())):
            option: Mapping[str, Any] = choice
            while "$ref" in option:
                option = self._definitions[option["$ref"].rpartition("/")[2]]
            if option.get("type") == kind:
                return option
        return {}


def _scalar_text(text: str) -> str:
    if text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text):
        return text
    return "".join(
        f"⟨U+{ord(character):04X}⟩" if "\ud800" <= character <= "\udfff" else character for character in text
    )
