"""``trueup resume``: go on with an audit, apply or rollback that was stopped or killed."""

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
    """Go on with a run that was interrupted, stopped or killed.

    Of an apply or rollback, what was sent is found out by reading, what was not is applied as it was approved. Of an
    audit, scopes that were read are not read again.
    """
    from trueup.cli.apply import report_changes
    from trueup.cli.exemptions import exemptions_of
    from trueup.cli.output import format_named, say
    from trueup.cli.working import account_of
    from trueup.running.apply_plan import resume

    start: Start = context.obj
    format_named(start, form)
    record = _newest(start) if run == "last" else start.journal.runs.get(run)
    if record.kind == "audit":
        from trueup.cli.audit import resume_audit

        context.exit(resume_audit(start, record, form, out, options))
    exemptions = exemptions_of(start, options, resources=_resource_types(start, record))
    account = account_of(start, options)
    account.run = record.id
    resume(account, record, say, exemptions)
    context.exit(report_changes(start, record.id, form, out))


def _newest(start: Start) -> RunRecord:
    """Give the newest run that can go on: an audit that has finished cannot."""
    for record in start.journal.runs.listing():
        if record.kind in {"apply", "rollback"} or (record.kind == "audit" and record.status != "finished"):
            return record
    return start.journal.runs.get("last", "apply", "rollback")


def _resource_types(start: Start, record: RunRecord) -> dict[str, str]:
    """Give the rules of the run's plan, where it has one, and what each judges."""
    from trueup.planning.plan_file import Plan

    return Plan(start.journal.plans.get(record.plan_digest)).resource_types() if record.plan_digest else {}
