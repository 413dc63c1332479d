"""What the commands that talk to AWS share: the account from the options, progress, asking a person."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trueup.cli.output import say
from trueup.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from trueup.cli.start import Start
    from trueup.finding import Finding
    from trueup.journal.runs import RunRecord
    from trueup.ruleset.load import BrokenFile
    from trueup.running.account import Account, Target
    from trueup.running.audit_request import AuditRequest
    from trueup.running.audit_run import Auditor
    from trueup.settings import Settings

__all__ = [
    "account_of",
    "auditor_of",
    "closing_lines",
    "confirm",
    "managed_arns",
    "progress",
    "requested_audit",
    "resumed_audit",
]


def account_of(start: Start, options: Mapping[str, Any]) -> Account:
    """Give the account that the options of ``account_options`` name, for a new run."""
    from trueup.running.account import Target

    target = Target(
        profile=options.get("profile"),
        regions=tuple(options.get("regions") or ()),
        endpoint_url=options.get("endpoint_url"),
        role_arn=options.get("role_arn"),
        external_id=options.get("external_id"),
    )
    return account_for(start, target, options)


def account_for(start: Start, target: Target, options: Mapping[str, Any]) -> Account:
    """Give the account of a target, for a new run, read at the rate that the options ask for."""
    from trueup.cli.memory import share_arenas
    from trueup.running.account import Account

    share_arenas()
    run = start.journal.runs.new_id()
    return Account(target, run, start.host, start.journal, start.clock, _paced(start.settings, options))


def _paced(settings: Settings, options: Mapping[str, Any]) -> Settings:
    """Put ``--max-calls-per-second`` in force for this command."""
    from dataclasses import replace

    from trueup.aws.rate import rate_limit

    pace = options.get("max_calls_per_second")
    if pace is None:
        return settings
    rate_limit(pace)  # says what is wrong with it before AWS is asked
    return replace(settings, audit=replace(settings.audit, max_calls_per_second=pace))


def auditor_of(start: Start, options: Mapping[str, Any], told: Callable[[Finding], None]) -> Auditor:
    """Give the audit that the options ask for, of the account of the credentials.

    Everything a user can get wrong is found here, before AWS is asked.
    """
    from trueup.cli.chosen import choose
    from trueup.cli.exemptions import exemptions_of
    from trueup.running.audit_run import Auditor

    chosen = choose(start, options)
    exemptions = exemptions_of(start, options, chosen.ruleset)
    account = account_of(start, options)
    account.scopes  # noqa: B018 - asks who and where, so that wrong credentials end the command here
    return Auditor(account, chosen.rules, chosen.selection, chosen.broken, told, exemptions)


def requested_audit(
    start: Start, options: Mapping[str, Any], told: Callable[[Finding], None]
) -> tuple[Auditor, AuditRequest]:
    """Give the audit that the options ask for, of whichever accounts, and what to keep of it for resuming it."""
    from trueup.cli.accounts import accounts_of, engine_of
    from trueup.cli.chosen import choose
    from trueup.cli.exemptions import exemptions_of
    from trueup.running.audit_request import AuditRequest
    from trueup.running.carrier import ONLY_ACCOUNT

    engine, told_engine = engine_of(start, options)
    chosen = choose(start, options)
    exemptions = exemptions_of(start, options, chosen.ruleset)
    account = account_of(start, options)
    accounts = accounts_of(account, options)
    if accounts == ONLY_ACCOUNT:
        account.scopes  # noqa: B018 - asks who and where, so that wrong credentials end the command here
    request = AuditRequest(
        account.target, accounts, chosen.rules, chosen.selection, exemptions, engine.name, told_engine
    )
    return _auditor(start, request, account, told, chosen.broken), request


def resumed_audit(
    start: Start, record: RunRecord, options: Mapping[str, Any], told: Callable[[Finding], None]
) -> Auditor:
    """Give the audit of a run that was interrupted, with the credentials that the options name, if they name any.

    Raises:
        UsageError: the run has finished, or cannot go on here.
        RefusedError: the credentials are of another account than the run's.
    """
    from dataclasses import replace

    from trueup.journal.run_history import BASELINE
    from trueup.running.audit_request import AuditRequest

    names = ("profile", "endpoint_url", "role_arn", "external_id")
    request = AuditRequest.of_run(record, start.host.fact_schemas()).with_target(
        **{name: options.get(name) for name in names}
    )
    account = account_for(start, request.target, options)
    account.run = record.id
    account.check_account(record.account, f"run {record.id}")
    auditor = _auditor(start, request, account, told)
    return replace(auditor, baseline=record.options.get(BASELINE))


def _auditor(
    start: Start,
    request: AuditRequest,
    account: Account,
    told: Callable[[Finding], None],
    broken: tuple[BrokenFile, ...] = (),
) -> Auditor:
    from trueup.cli.accounts import engine_named
    from trueup.running.audit_run import Auditor
    from trueup.running.carrier import Carrier

    return Auditor(
        account,
        request.rules,
        request.selection,
        broken,
        told,
        request.exemptions,
        accounts=request.accounts,
        carrier=Carrier(engine_named(start, request.engine), request.options, start.plugins, say),
    )


def managed_arns(terraform_state: Path | None) -> frozenset[str]:
    """Give the ARNs that a Terraform state manages."""
    from trueup.planning.iac import terraform_arns

    return terraform_arns(terraform_state) if terraform_state else frozenset()


def with_limits(start: Start, options: Mapping[str, Any]) -> None:
    """Put ``--max-changes`` and ``--max-share`` in force for this command."""
    from dataclasses import replace

    given = {name: options[name] for name in ("max_changes", "max_share") if options.get(name) is not None}
    if given:
        settings = start.settings
        start.settings = replace(settings, plan=replace(settings.plan, **given))


@contextmanager
def progress(title: str) -> Iterator[Callable[[Finding], None]]:
    """Show how many findings there are so far, on a terminal only."""
    if not sys.stderr.isatty():
        yield lambda _finding: None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.completed} judged"),
               TextColumn("{task.fields[failed]} fail"), TimeElapsedColumn())  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task, failed = bar.add_task(title, total=None, failed=0), 0

        def told(finding: Finding) -> None:
            nonlocal failed
            failed += finding.judgement.verdict == "fail"
            bar.update(task, advance=1, failed=failed)

        yield told


def confirm(question: str, *, yes: bool, otherwise: str = "nothing was sent") -> None:
    """Ask a person; the default is no.

    Args:
        question: what to ask.
        yes: whether the answer was given already.
        otherwise: what is said when the answer is no.

    Raises:
        RefusedError: the answer is no, or there is no terminal to ask at and no ``--yes``.
    """
    if yes:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        message = f"{otherwise}: expected --yes or a terminal to ask at, found neither"
        raise RefusedError(message)
    if not click.confirm(question, default=False, err=True):
        message = f"{otherwise}: the answer was no"
        raise RefusedError(message)


def closing_lines(start: Start, run: str) -> list[str]:
    """Give the last lines after an apply or rollback: a count a status, and the commands for what comes next."""
    from collections import Counter

    counts = Counter(str(each.status) for each in start.journal.changes.of(run))
    counted = ", ".join(f"{number} {status.replace('_', ' ')}" for status, number in sorted(counts.items()))
    lines = [
        f"run {run}: {counted or 'no changes'}",
        f"  look        trueup runs show {run}",
        f"  go on       trueup resume {run}",
    ]
    if start.journal.runs.get(run).kind == "apply":
        say_undo = Path(f"undo-{run}.sh")
        lines += [f"  watch       trueup watch {run}", f"  roll back   trueup rollback {run}"]
        lines += [f"  by hand     sh {say_undo}"] if say_undo.exists() else []
    return lines


def write_undo_script(start: Start, run: str) -> None:
    """Write the undo script of an apply beside the user, readable by its owner only."""
    from trueup.applying.undo_script import undo_script
    from trueup.planning.plan_file import write_private

    path = Path(f"undo-{run}.sh")
    write_private(path, undo_script(start.journal, run))
    say(f"wrote {path}")
