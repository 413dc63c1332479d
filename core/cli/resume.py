"""``trueup resume``: go on with an apply or rollback that was stopped or killed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from trueup.cli.options import account_options, exemptions_option, output_options

if TYPE_CHECKING:
    from pathlib import Path

    from trueup.cli.start import Start
    from trueup.journal.runs import RunRecord

__all__ = ["command"]


@click.command(name="resume", epilog="Example: trueup resume last")
@click.argument("run")
@account_options
@exemptions_option
@output_options
@click.pass_context
def command(context: click.Context, /, run: str, form: str, out: Path | None, **options: Any) -> None:
    """Go on with a run: what was sent is found out by reading, what was not is applied as it was approved."""
    from trueup.cli.apply import report_changes
    from trueup.cli.exemptions import exemptions_of
    from trueup.cli.output import format_named, say
    from trueup.cli.working import account_of
    from trueup.running.apply_plan import resume

    start: Start = context.obj
    format_named(start, form)
    record = start.journal.runs.get(run, "apply", "rollback")
    exemptions = exemptions_of(start, options, resources=_resource_types(start, record))
    account = account_of(start, options)
    account.run = record.id
    resume(account, record, say, exemptions)
    context.exit(report_changes(start, record.id, form, out))


def _resource_types(start: Start, record: RunRecord) -> dict[str, str]:
    """Give the rules of the run's plan, where it has one, and what each judges."""
    from trueup.planning.plan_file import Plan

    return Plan(start.journal.plans.get(record.plan_digest)).resource_types() if record.plan_digest else {}
