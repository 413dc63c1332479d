"""Where results go: reports and tables to stdout or a file, whole or not at all.

Every command that shows a run ends here.
"""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING, Any

import click

from trueup.display import clean
from trueup.errors import UsageError
from trueup.events import emit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from trueup.cli.start import Start
    from trueup.journal.stored_run import Shown
    from trueup.report_format import ReportFormat

__all__ = ["format_named", "say", "show_json", "show_run", "show_table"]


def say(line: str) -> None:
    """Tell a person something on stderr, beside the result; through the log where one is asked for."""
    context = click.get_current_context(silent=True)
    if context is not None and getattr(context.find_root().obj, "logs", False):
        emit("said", message=line)
    else:
        click.echo(clean(line), err=True)


def format_named(start: Start, name: str) -> ReportFormat:
    """Give the report format of a name.

    Raises:
        UsageError: no plugin has it.
    """
    from trueup.ruleset.suggest import did_you_mean

    formats = start.host.report_formats()
    if name not in formats:
        known = ", ".join(sorted(formats)) or "none, since the plugin `reports` is blocked"
        message = f"--format: expected one of {known}, found {name!r}{did_you_mean(name, formats)}"
        raise UsageError(message)
    return formats[name]


def show_run(
    start: Start, run: str, form: str, out: Path | None, closing: Sequence[str] = (), shown: Shown | None = None
) -> None:
    """Write the report of a run to stdout or to a file; all of it unless ``shown`` says otherwise."""
    from trueup.journal.stored_run import StoredRun

    view = StoredRun(start.journal, start.journal.runs.get(run), shown)
    chosen = format_named(start, form)
    if out is None:
        # Python's own stdout may be ASCII in a bare environment; a report is always UTF-8.
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8", errors="replace")
        chosen.write(view, sys.stdout, closing)
        return
    write_report(view, chosen, out, closing)
    say(f"wrote {out}")
    for line in closing:
        say(line)


def write_report(view: Any, chosen: ReportFormat, out: Path, closing: Sequence[str] = ()) -> None:
    """Write a run's report to a file that only its owner can read.

    Raises:
        UsageError: it cannot be written.
    """
    import os
    import secrets

    beside = out.with_name(f".{out.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(beside, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace", newline="") as stream:
            chosen.write(view, stream, closing)
        beside.replace(out)
    except OSError as error:
        message = f"{out}: cannot be written ({error.strerror}); free some space, or choose another --out"
        raise UsageError(message) from error
    finally:
        beside.unlink(missing_ok=True)


def show_json(document: Any) -> None:
    """Print a JSON document for programs."""
    click.echo(json.dumps(document, indent=2, ensure_ascii=True))


def show_table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows in columns, two spaces apart; the last column may be of any width."""
    table = [[clean(str(cell)) for cell in row] for row in (head, *rows)]
    widths = [max(len(row[column]) for row in table) for column in range(len(head) - 1)]
    for row in table:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        click.echo("  ".join([*cells, row[-1]]).rstrip())
