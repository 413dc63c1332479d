"""``trueup audit``: judge resources by rules; nothing is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import click

from trueup.cli.accounts import accounts_options, engine_options
from trueup.cli.options import account_options, exemptions_option, output_options, selection_options, sort_option

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trueup.cli.start import Start
    from trueup.journal.runs import RunRecord
    from trueup.journal.stored_run import Shown
    from trueup.running.audit_run import Audited

__all__ = ["command", "resume_audit"]


@click.command(name="audit", epilog="Example: trueup audit --region eu-west-1 --service dynamodb --format json")
@selection_options
@account_options
@accounts_options
@engine_options
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

    Without --account, --organization or --accounts-file it is the account of the credentials. An account that cannot be
    read is in the report with the reason, and the others go on.

    An audit plans nothing and so knows no savings: by savings, failing resources come by what they cost.

    Ends with 0 when everything passes, 3 when something fails, 4 when something is not known. With `--baseline`, what
    failed in that run already does not count; `last` is the last audit or plan.
    """
    from dataclasses import replace

    from trueup.cli.baseline import baseline_of
    from trueup.cli.output import format_named
    from trueup.cli.working import progress, requested_audit
    from trueup.journal.stored_run import Shown

    start: Start = context.obj
    format_named(start, form)
    with progress("auditing") as told:
        auditor, request = requested_audit(start, options, told)
        if baseline is not None:
            auditor = replace(auditor, baseline=baseline_of(start, baseline, auditor))
        audited = _going_on(lambda: auditor.go(request.to_json()), auditor.account.run)
    context.exit(show_audit(start, audited, form, out, Shown(sort), exit_zero=exit_zero))


def resume_audit(start: Start, record: RunRecord, form: str, out: Path | None, options: dict[str, Any]) -> int:
    """Go on with an audit that was interrupted or killed; give the exit code."""
    from trueup.cli.working import progress, resumed_audit

    with progress("auditing") as told:
        auditor = resumed_audit(start, record, options, told)
        audited = _going_on(auditor.resume, record.id)
    return show_audit(start, audited, form, out)


def show_audit(
    start: Start, audited: Audited, form: str, out: Path | None, shown: Shown | None = None, *, exit_zero: bool = False
) -> int:
    """Write the report of an audit; give the exit code."""
    from trueup.cli.exemptions import warn_of_exemptions
    from trueup.cli.exits import audit_code
    from trueup.cli.output import show_run
    from trueup.journal.stored_run import StoredRun

    show_run(start, audited.run, form, out, shown=shown)
    warn_of_exemptions(start, audited.run)
    stored = StoredRun(start.journal, start.journal.runs.get(audited.run))
    known = stored.history()["baseline"]
    code = audit_code(stored.summary(), broken=audited.broken, new=known["new"] if known else None)
    return 0 if exit_zero else code


def _going_on(audit: Callable[[], Audited], run: str) -> Audited:
    """Audit; somebody who interrupts it is told how to go on."""
    from trueup.cli.output import say

    try:
        return audit()
    except KeyboardInterrupt:
        say(f"interrupted; scopes that were read are kept, go on with `trueup resume {run}`")
        raise
