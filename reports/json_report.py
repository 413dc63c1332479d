"""The JSON report: the source of truth that every other format can be made from.

One record a line, in an order of keys that never changes, so that two runs can be compared with ``diff``, searched
with ``grep`` and read by a program; written as it is read, so that memory does not grow with
the number of findings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from trueup.reports.record_line import RecordLine, report_schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from trueup.journal.view import RunView

__all__ = ["SCHEMA_NAME", "report_schema", "write_json"]

SCHEMA_NAME = "trueup.report/1"


def write_json(view: RunView, stream: TextIO, closing: Sequence[str] = ()) -> None:
    """Write the run as ``trueup.report/1``, in ASCII, so that any stream carries it and a terminal shows it unharmed.

    Args:
        view: the run.
        stream: where to.
        closing: lines for people; this format has none.
    """
    del closing
    stream.writelines(_pieces(view))


def _pieces(view: RunView) -> Iterator[str]:
    line = RecordLine(report_schema())
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


def _history(view: RunView, line: RecordLine) -> Iterator[str]:
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
