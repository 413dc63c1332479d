"""The JSON report: the source of truth that every other format can be made from.

One record a line, in an order of keys that never changes, so that two runs can be compared with ``diff``, searched
with ``grep`` and read by a program; written as it is read, so that memory does not grow with
the number of findings.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from importlib.resources import files
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from trueup.journal.view import RunView

__all__ = ["SCHEMA_NAME", "report_schema", "write_json"]

SCHEMA_NAME = "trueup.report/1"


def report_schema() -> dict[str, Any]:
    """Give the JSON Schema (draft 2020-12) of the report."""
    text = files("trueup.reports").joinpath("schema", "report.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def write_json(view: RunView, stream: TextIO, closing: Sequence[str] = ()) -> None:
    """Write the run as ``trueup.report/1``, in ASCII, so that any stream carries it and a terminal shows it unharmed.

    Keys stand in the schema's order, the ones of free documents sorted; what a closed record of the schema does not
    name (how a plan settles a step) is the store's own and left out. What JSON's readers refuse is written so
    that they do not: a lone surrogate as ``⟨U+D800⟩``, a number that is not finite as its name.

    Args:
        view: the run.
        stream: where to.
        closing: lines for people; this format has none.
    """
    del closing
    stream.writelines(_pieces(view))


def _pieces(view: RunView) -> Iterator[str]:
    line = _Line(report_schema())
    rules = sorted(view.rules().items())
    yield f'{{\n  "schema": "{SCHEMA_NAME}",\n'
    yield f'  "run": {line.of(view.run(), "run")},\n'
    yield f'  "summary": {line.of(view.summary(), "summary")},\n'
    yield f'  "costs": {line.of(view.costs(), "costs")},\n'
    yield from _block("scopes", "[]", (line.of(scope, "scope") for scope in view.scopes()))
    yield f',\n  "calls": {line.of(view.calls(), "all_calls")},\n'
    yield from _block("rules", "{}", (f"{line.of(name, None)}: {line.of(rule, 'rule')}" for name, rule in rules))
    yield ",\n"
    yield from _block("findings", "[]", (line.of(finding, "finding") for finding in view.findings()))
    yield ",\n"
    yield from _block("changes", "[]", (line.of(change, "change") for change in view.changes()))
    yield ',\n  "exemptions": {\n'
    lists = ((name, (line.of(each, "exemption_use") for each in listed)) for name, listed in view.exemptions().items())
    yield ",\n".join("".join(_block(name, "[]", lines, "    ")) for name, lines in lists)
    yield "\n  },\n"
    yield from _history(view, line)
    yield "\n}\n"


def _history(view: RunView, line: _Line) -> Iterator[str]:
    history = view.history()
    yield '  "history": {\n'
    for name in ("compared_with", "counts", "baseline"):
        yield f'    "{name}": {line.of(history[name], None)},\n'
    yield from _block("fixed", "[]", (line.of(each, "fixed") for each in view.fixed()), "    ")
    yield ",\n"
    yield from _block("trend", "[]", (line.of(each, "point") for each in history["trend"]), "    ")
    yield "\n  }"


def _block(name: str, brackets: str, lines: Iterable[str], indent: str = "  ") -> Iterator[str]:
    yield f'{indent}"{name}": {brackets[0]}'
    separator, end = "\n", ""
    for line in lines:
        yield f"{separator}{indent}  {line}"
        separator, end = ",\n", f"\n{indent}"
    yield f"{end}{brackets[1]}"


class _Line:
    """Turns a record into one line of JSON, its keys in the order of the schema's definition of it."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._definitions: Mapping[str, Any] = schema["$defs"]

    def of(self, value: Any, definition: str | None) -> str:
        arranged = self._arrange(value, {} if definition is None else self._definitions[definition])
        return json.dumps(arranged, ensure_ascii=True, allow_nan=False)

    def _arrange(self, value: Any, schema: Mapping[str, Any]) -> Any:
        if isinstance(value, str):
            return _scalar_text(value)
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
