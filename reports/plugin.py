"""The built-in report formats: JSON and JSON Lines for programs, HTML and the console summary for people.

Registered as a stranger's plugin would be. Jinja2 and rich are loaded when a report is written with them, not before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from trueup.hosting.markers import hookimpl
from trueup.report_format import ReportFormat
from trueup.reports.json_report import write_json
from trueup.reports.jsonl_report import write_jsonl

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.journal.view import RunView

__all__ = ["report_formats"]


@hookimpl
def report_formats() -> Sequence[ReportFormat]:
    """Give the formats that come with trueup."""
    return (
        ReportFormat("console", "txt", "a summary for people, worst first", _write_console),
        ReportFormat("html", "html", "one self-contained page for people, with filters", _write_html),
        ReportFormat("json", "json", "everything, for programs (trueup.report/1)", write_json, for_programs=True),
        ReportFormat("jsonl", "jsonl", "the same, one record a line (trueup.line/1)", write_jsonl, for_programs=True),
    )


def _write_console(view: RunView, stream: TextIO, closing: Sequence[str] = ()) -> None:
    from trueup.reports.console import write_console

    write_console(view, stream, closing)


def _write_html(view: RunView, stream: TextIO, closing: Sequence[str] = ()) -> None:
    from trueup.reports.html.page import write_html

    write_html(view, stream, closing)
