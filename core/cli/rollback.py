"""``trueup rollback``: undo a run, or one change or resource of it, against what is there now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from trueup.cli.options import account_options, output_options

if TYPE_CHECKING:
    from pathlib import Path

    from trueup.applying.rollback import Undo
    from trueup.cli.start import Start

__all__ = ["command"]


@click.command(name="rollback", epilog="Example: trueup rollback last --change c0123456789 --yes")
@click.argument("run")
@click.option("--change", metavar="ID", help="Only this change.")
@click.option("--resource", "arn", metavar="ARN", help="Only changes of this resource.")
@click.option("--override-drift", is_flag=True, help="Undo what others changed since, too; the difference is shown.")
@click.option("--yes", is_flag=True, help="Do it without asking; needed where there is no terminal.")
@account_options
@output_options
@click.pass_context
def command(  # noqa: PLR0913 - click gives each option by name
    context: click.Context,
    /,
    run: str,
    *,
    change: str | None,
    arn: str | None,
    override_drift: bool,
    yes: bool,
    form: str,
    out: Path | None,
    **options: Any,
) -> None:
    """Undo a run: last change first, planned against what is there now; an expired plan does not hinder it.

    `last` is the last apply.
    """
    from trueup.cli.apply import report_changes
    from trueup.cli.output import format_named, say
    from trueup.cli.working import account_of, confirm
    from trueup.running.undo_run import UndoRun

    start: Start = context.obj
    format_named(start, form)
    undo_run = UndoRun(account_of(start, options), start.journal.runs.get(run, "apply"), say)
    undos = undo_run.plan(change=change, arn=arn, override_drift=override_drift)
    for undo in undos:
        for line in _lines(undo):
            say(line)
    if not undos:
        say("nothing of this run is in effect, so there is nothing to undo")
        context.exit(0)
    if any(undo.inverse for undo in undos):
        confirm(f"Undo this in account {undo_run.record.account}?", yes=yes)
    context.exit(report_changes(start, undo_run.go(undos), form, out))


def _lines(undo: Undo) -> list[str]:
    from trueup.cli.show import change_lines

    change = undo.original.change
    if undo.refused:
        return [f"{change.id}  {change.resource.arn}", f"  not undone: {undo.refused}"]
    if undo.inverse is None:
        return [f"{change.id}  {change.resource.arn}", "  is as it was before; there is nothing to send"]
    return list(change_lines(undo.inverse))
