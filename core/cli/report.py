"""``trueup report``: a run's report again, in any format."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from trueup.cli.options import output_options
from trueup.cli.output import show_run

if TYPE_CHECKING:
    from pathlib import Path

    from trueup.cli.start import Start

__all__ = ["command"]


@click.command(name="report", epilog="Example: trueup report last --format html --out report.html")
@click.argument("run", default="last")
@output_options
@click.pass_obj
def command(start: Start, run: str, form: str, out: Path | None) -> None:
    """Write the report of a run again (the last one, if none is named)."""
    show_run(start, start.journal.runs.get(run).id, form, out)
