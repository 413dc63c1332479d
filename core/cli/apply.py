"""``trueup apply``: a reviewed plan, applied under the journal and verified."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trueup.cli.options import account_options, approval_options, exemptions_option, limit_options, output_options

if TYPE_CHECKING:
    from trueup.cli.start import Start
    from trueup.journal.changes import ChangeRecord
    from trueup.planning.plan_file import Plan

__all__ = ["apply_plan", "command"]


@click.command(name="apply", epilog="Example: trueup apply plan.json --yes --allow disruptive")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--digest", help="Refuse the plan unless this is its digest.")
@account_options
@exemptions_option
@approval_options
@limit_options
@output_options
@click.pass_context
def command(
    context: click.Context, /, file: Path, digest: str | None, form: str, out: Path | None, **options: Any
) -> None:
    """Apply a plan under the journal: canary, soak, waves; each change verified, wrong ones undone.

    Ends with 0 when all is applied, 5 when something was refused, 6 when something remains to be looked at, 7 when a
    change was rolled back.
    """
    from trueup.cli.output import format_named
    from trueup.planning.plan_file import read_plan

    start: Start = context.obj
    format_named(start, form)
    context.exit(apply_plan(start, read_plan(file), digest, form, out, options))


def apply_plan(
    start: Start, plan: Plan, digest: str | None, form: str, out: Path | None, options: dict[str, Any]
) -> int:
    """Check, ask, apply and report; give the exit code."""
    from trueup.applying.options import ApplyOptions
    from trueup.cli.exemptions import exemptions_of
    from trueup.cli.output import say
    from trueup.cli.show import plan_lines
    from trueup.cli.working import account_of, confirm, with_limits
    from trueup.running.apply_plan import PlanApplier

    with_limits(start, options)
    allowed = ApplyOptions(
        allow=tuple(options["allow"]),
        allow_irreversible=options["allow_irreversible"],
        include_managed=options["include_iac_managed"],
        accept_unobserved=options["accept_unobserved"],
    )
    exemptions = exemptions_of(start, options, resources=plan.resource_types())
    applier = PlanApplier(account_of(start, options), plan, allowed, say, exemptions)
    rules = applier.check(digest)
    for line in plan_lines(plan):
        say(line)
    for change in plan.changes():
        if why := allowed.refusal(change) or applier.exempt(change):
            say(f"not applied: {change.id} on {change.resource.id}: {why}")
    confirm(f"Apply these changes to account {plan.account}?", yes=options["yes"])
    run = applier.go(rules)
    return report_changes(start, run, form, out)


def report_changes(start: Start, run: str, form: str, out: Path | None) -> int:
    """Write the report and the undo script of an apply or rollback; give the exit code."""
    from trueup.cli.exits import changes_code
    from trueup.cli.output import say, show_run
    from trueup.cli.working import closing_lines, write_undo_script
    from trueup.errors import TrueupError

    record = start.journal.runs.get(run)
    if record.kind == "apply":
        try:
            write_undo_script(start, run)
        except TrueupError as error:
            # the changes are made: what became of them must be told all the same
            say(f"the undo script was not written: {error}; print it with `trueup runs show {run} --undo-script`")
    show_run(start, run, form, out, closing_lines(start, run))
    statuses = [each.status for each in start.journal.changes.of(run) if not _undone_by_hand(start, each)]
    return changes_code(statuses, record.status, rollback=record.kind == "rollback")


def _undone_by_hand(start: Start, record: ChangeRecord) -> bool:
    """Tell whether a rollback that somebody asked for undid a change, and not its own run."""
    from trueup.journal.changes import ChangeStatus

    steps = start.journal.changes.steps(record.run, record.change.id)
    by_itself = any(step.direction == "undo" for step in steps)
    return record.status is ChangeStatus.ROLLED_BACK and bool(steps) and not by_itself
