"""The report as JSON Lines: one record a line, each saying what it is and of which run.

For what takes lines: ``jq``, ``split``, tables of Athena and BigQuery. The records are those of the JSON report, to the
byte; each stands under its kind's name, since a rule's ``resource`` is a word and a finding's is an object, and a table
wants one type a column. Lines of several runs may stand in one file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TextIO

from trueup.reports.record_line import RecordLine, report_schema, shipped_schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trueup.journal.view import RunView

__all__ = ["LINE_SCHEMA_NAME", "line_schema", "write_jsonl"]

LINE_SCHEMA_NAME = "trueup.line/1"


def line_schema() -> dict[str, Any]:
    """Give the JSON Schema (draft 2020-12) of one line; it refers to that of the report, ``urn:trueup:report:1``."""
    return shipped_schema("line.schema.json")


def write_jsonl(view: RunView, stream: TextIO, closing: Sequence[str] = ()) -> None:
    """Write the run as lines of ``trueup.line/1``, in ASCII, each as it is read from the store.

    Args:
        view: the run.
        stream: where to.
        closing: lines for people; this format has none.
    """
    del closing
    stream.writelines(_lines(view))


def _lines(view: RunView) -> Iterator[str]:
    line, run = RecordLine(report_schema()), view.run()
    head = f'{{"schema": "{LINE_SCHEMA_NAME}", "run_id": {line.of(run["id"], None)}, "kind": '
    yield f'{head}"run", "run": {line.of(run, "run")}}}\n'
    yield f'{head}"summary", "summary": {line.of(view.summary(), "summary")}}}\n'
    yield f'{head}"costs", "costs": {line.of(view.costs(), "costs")}}}\n'
    for scope in view.scopes():
        yield f'{head}"scope", "scope": {line.of(scope, "scope")}}}\n'
    yield f'{head}"calls", "calls": {line.of(view.calls(), "all_calls")}}}\n'
    for name, rule in sorted(view.rules().items()):
        yield f'{head}"rule", "rule_id": {line.of(name, None)}, "rule": {line.of(rule, "rule")}}}\n'
    for finding in view.findings():
        yield f'{head}"finding", "finding": {line.of(finding, "finding")}}}\n'
    for change in view.changes():
        yield f'{head}"change", "change": {line.of(change, "change")}}}\n'
    for state, exemptions in view.exemptions().items():
        for each in exemptions:
            yield f'{head}"exemption", "state": "{state}", "exemption": {line.of(each, "exemption_use")}}}\n'
    history = {name: value for name, value in view.history().items() if name != "fixed"}
    yield f'{head}"history", "history": {line.of(history, "history")}}}\n'
    for each in view.fixed():
        yield f'{head}"fixed", "fixed": {line.of(each, "fixed")}}}\n'
