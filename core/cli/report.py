"""``trueup report``: a run's report again, in any format."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import click

from trueup.cli.options import min_savings_option, output_options, sort_option
from trueup.cli.output import show_run

if TYPE_CHECKING:
    from pathlib import Path

    from trueup.cli.start import Start

__all__ = ["command"]


@click.command(name="report", epilog="Example: trueup report last --format html --out report.html")
@click.argument("run", default="last")
@output_options
@sort_option
@min_savings_option
@click.pass_obj
def command(
    start: Start,
    run: str,
    form: str,
    out: Path | None,
    sort: Literal["severity", "savings"],
    min_savings: float | None,
) -> None:
    """Write the report of a run again (the last one, if none is named)."""
    from trueup.journal.stored_run import Shown

    show_run(start, start.journal.runs.get(run).id, form, out, shown=Shown(sort, min_savings))
