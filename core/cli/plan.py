"""``trueup plan``: audit, and write the fixes as a plan file; nothing is changed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trueup.cli.options import (
    account_options,
    exemptions_option,
    limit_options,
    min_savings_option,
    planning_options,
    selection_options,
    sort_option,
)

if TYPE_CHECKING:
    from trueup.cli.start import Start
    from trueup.running.plan_run import Planned

__all__ = ["command", "make"]


@click.command(name="plan", epilog="Example: trueup plan --rule 'dynamodb-*' --out plan.json")
@selection_options
@account_options
@exemptions_option
@planning_options
@limit_options
@sort_option
@min_savings_option
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), default=Path("plan.json"), show_default=True,
              help="The plan file to write.")  # fmt: skip
@click.option("--format", "form", default="console", help="Form of what is shown: console, json, html…")
@click.pass_context
def command(context: click.Context, /, out: Path, form: str, **options: Any) -> None:
    """Audit, and write the fixes as a plan file; change nothing.

    The plan names every call exactly, is valid for a day, and is applied once.
    """
    from trueup.cli.output import format_named, show_run
    from trueup.journal.stored_run import Shown

    start: Start = context.obj
    format_named(start, form)
    planned = make(start, options, out)
    show_run(start, planned.run, form, None, closing(planned, out), Shown(options["sort"]))


def make(start: Start, options: dict[str, Any], out: Path) -> Planned:
    """Plan, and write the plan file; say what exceeds the limits of one apply."""
    from trueup.canonical import canonical
    from trueup.cli.exemptions import warn_of_exemptions
    from trueup.cli.output import say
    from trueup.cli.working import auditor_of, managed_arns, progress, with_limits
    from trueup.planning.plan_file import write_private
    from trueup.running.plan_run import PlanRun

    with_limits(start, options)
    arns = managed_arns(options.get("terraform_state"))
    with progress("planning") as told:
        auditor = auditor_of(start, options, told)
        retry = bool(options.get("retry_rolled_back"))
        least = options.get("min_savings")
        planned = PlanRun(auditor, arns, retry_rolled_back=retry, min_savings=least, say=say).go()
    if planned.left_out:
        say(f"left out {planned.left_out} of the changes by --min-savings {least:g}: each says why, as skipped")
    warn_of_exemptions(start, planned.run)
    if planned.plan is not None:
        write_private(out, canonical(planned.plan.document) + "\n")
        for sentence in planned.over_limits:
            say(f"apply would refuse this plan: {sentence}")
    return planned


def closing(planned: Planned, out: Path) -> list[str]:
    """Give the last lines: the digest to pin and the commands for what comes next."""
    if planned.plan is None:
        return ["there is nothing to change, so no plan was written"]
    count = len(planned.plan.document["changes"])
    return [
        (
            f"wrote {out}: {count} change{'' if count == 1 else 's'}, valid until "
            f"{planned.plan.document['expires_at']}, digest {planned.plan.digest}"
        ),
        f"  review   trueup show {out}",
        f"  apply    trueup apply {out} --digest {planned.plan.digest}",
    ]
