"""``trueup audit``: judge resources by rules; nothing is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import click

from trueup.cli.options import account_options, exemptions_option, output_options, selection_options, sort_option

if TYPE_CHECKING:
    from pathlib import Path

    from trueup.cli.start import Start

__all__ = ["command"]


@click.command(name="audit", epilog="Example: trueup audit --region eu-west-1 --service dynamodb --format json")
@selection_options
@account_options
@exemptions_option
@output_options
@sort_option
@click.option("--baseline", metavar="RUN", help="End with 3 only when something fails that did not fail in this run.")
@click.option("--exit-zero", is_flag=True, help="End with 0 whatever was found, for reporting jobs.")
@click.pass_context
def command(
    context: click.Context,
    /,
    *,
    form: str,
    out: Path | None,
    sort: Literal["severity", "savings"],
    baseline: str | None,
    exit_zero: bool,
    **options: Any,
) -> None:
    """Judge resources by rules; change nothing.

    An audit plans nothing and so knows no savings: by savings, failing resources come by what they cost.

    Ends with 0 when everything passes, 3 when something fails, 4 when something is not known. With `--baseline`, what
    failed in that run already does not count; `last` is the last audit or plan.
    """
    from dataclasses import replace

    from trueup.cli.baseline import baseline_of
    from trueup.cli.exemptions import warn_of_exemptions
    from trueup.cli.exits import audit_code
    from trueup.cli.output import format_named, show_run
    from trueup.cli.working import auditor_of, progress
    from trueup.journal.stored_run import Shown, StoredRun

    start: Start = context.obj
    format_named(start, form)
    with progress("auditing") as told:
        auditor = auditor_of(start, options, told)
        if baseline is not None:
            auditor = replace(auditor, baseline=baseline_of(start, baseline, auditor))
        audited = auditor.go()
    show_run(start, audited.run, form, out, shown=Shown(sort))
    warn_of_exemptions(start, audited.run)
    stored = StoredRun(start.journal, start.journal.runs.get(audited.run))
    known = stored.history()["baseline"]
    code = audit_code(stored.summary(), broken=audited.broken, new=known["new"] if known else None)
    context.exit(0 if exit_zero else code)
