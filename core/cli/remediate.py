"""``trueup remediate``: plan, confirm and apply in one go."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trueup.cli.options import (
    account_options,
    approval_options,
    exemptions_option,
    limit_options,
    output_options,
    planning_options,
    selection_options,
)

if TYPE_CHECKING:
    from trueup.cli.start import Start

__all__ = ["command"]


@click.command(name="remediate", epilog="Example: trueup remediate --rule dynamodb-table-pitr-enabled --yes")
@selection_options
@account_options
@exemptions_option
@planning_options
@limit_options
@approval_options
@output_options
@click.option("--plan-out", type=click.Path(path_type=Path, dir_okay=False), default=Path("plan.json"),
              show_default=True, help="The plan file to write on the way.")  # fmt: skip
@click.pass_context
def command(context: click.Context, /, form: str, out: Path | None, plan_out: Path, **options: Any) -> None:
    """Plan the fixes of what fails, show them, ask, and apply them."""
    from trueup.cli.apply import apply_plan
    from trueup.cli.output import format_named, say
    from trueup.cli.plan import make

    start: Start = context.obj
    format_named(start, form)
    planned = make(start, options, plan_out)
    if planned.plan is None:
        say("there is nothing that can be changed")
        context.exit(_without_plan(start, planned.run))
    context.exit(apply_plan(start, planned.plan, planned.plan.digest, form, out, options))


def _without_plan(start: Start, run: str) -> int:
    """Give the exit code when nothing was planned: 0 only when nothing fails, is unknown or was left out."""
    from trueup.cli.exits import BROKEN, FAILED, REFUSED
    from trueup.journal.stored_run import StoredRun

    summary = StoredRun(start.journal, start.journal.runs.get(run)).summary()
    if summary["changes"]["skipped"]:
        return REFUSED
    if summary["fail"]:
        return FAILED
    return BROKEN if summary["unknown"] else 0
