"""``trueup resume``: go on with an apply or rollback that was stopped or killed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from trueup.cli.options import account_options, output_options

if TYPE_CHECKING:
    from pathlib import Path

    from trueup.cli.start import Start

__all__ = ["command"]


@click.command(name="resume", epilog="Example: trueup resume last")
@click.argument("run")
@account_options
@output_options
@click.pass_context
def command(context: click.Context, /, run: str, form: str, out: Path | None, **options: Any) -> None:
    """Go on with a run: what was sent is found out by reading, what was not is applied as it was approved."""
    from trueup.cli.apply import report_changes
    from trueup.cli.output import format_named, say
    from trueup.cli.working import account_of
    from trueup.running.apply_plan import resume

    start: Start = context.obj
    format_named(start, form)
    record = start.journal.runs.get(run)
    account = account_of(start, options)
    account.run = record.id
    resume(account, record, say)
    context.exit(report_changes(start, record.id, form, out))
