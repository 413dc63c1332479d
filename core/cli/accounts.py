"""Options that say which accounts are audited, and by which engine; and what becomes of them.

Only audits have them: a plan, and so an apply, is of one account.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from trueup.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from trueup.accounts.account_spec import AccountSpec
    from trueup.cli.start import Start
    from trueup.engines.engine import AuditEngine, EngineOptions
    from trueup.running.account import Account

__all__ = ["accounts_of", "accounts_options", "engine_named", "engine_of", "engine_options"]

F = TypeVar("F", bound="Callable[..., Any]")

LOCAL = "local"
_DASK = "dask"


def accounts_options(function: F) -> F:
    """Add which accounts are audited."""
    for option in (
        click.option(
            "--accounts-file",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="JSON file of accounts, each with role, external id and Regions of its own.",
        ),
        click.option("--exclude", multiple=True, metavar="ID", help="Not this account of --organization. Repeatable."),
        click.option("--ou", "units", multiple=True, metavar="ID", help="Only accounts of this unit. Repeatable."),
        click.option("--organization", is_flag=True, help="Audit every account of the organisation, by --role."),
        click.option("--role", metavar="NAME", help="Role to assume in each account: its name, or path and name."),
        click.option("--account", "accounts", multiple=True, metavar="ID", help="Account to audit. Repeatable."),
    ):
        function = option(function)
    return function


def engine_options(function: F) -> F:
    """Add by which engine scopes are audited."""
    for option in (
        click.option("--scheduler", metavar="URL", help="Scheduler of a dask cluster, such as tcp://10.0.0.5:8786."),
        click.option("--processes", type=click.IntRange(min=1), metavar="N", help="Audit in N processes (needs dask)."),
        click.option("--engine", metavar="NAME", help="local, dask, or a plugin's.  [local]"),
    ):
        function = option(function)
    return function


def accounts_of(account: Account, options: Mapping[str, Any]) -> tuple[AccountSpec, ...]:
    """Give the accounts that are audited; what can be wrong with them is found before one is asked.

    Raises:
        UsageError: the options contradict each other, or the accounts cannot be listed.
        AccountsFileError: the file of accounts is wrong.
    """
    from trueup.accounts.account_spec import AccountSpec
    from trueup.accounts.accounts_file import read_accounts
    from trueup.accounts.organization import accounts_of_organization
    from trueup.running.carrier import ONLY_ACCOUNT

    ids, file, role = tuple(dict.fromkeys(options["accounts"])), options["accounts_file"], options["role"]
    _check(options)
    external_id = options.get("external_id") if not options.get("role_arn") else None
    if options["organization"]:
        return accounts_of_organization(
            account.connection, role=role, external_id=external_id, units=options["units"], exclude=options["exclude"]
        )
    if file is not None:
        return read_accounts(file, role=role, external_id=external_id)
    return tuple(AccountSpec(each, role, external_id) for each in ids) or ONLY_ACCOUNT


def _check(options: Mapping[str, Any]) -> None:
    ways = {
        "--account": bool(options["accounts"]),
        "--organization": options["organization"],
        "--accounts-file": options["accounts_file"] is not None,
    }
    given = [name for name, is_given in ways.items() if is_given]
    if len(given) > 1:
        message = f"expected one of {', '.join(ways)}, found {' and '.join(given)}"
        raise UsageError(message)
    for name, values in (("--ou", options["units"]), ("--exclude", options["exclude"])):
        if values and not options["organization"]:
            message = f"{name}: expected with --organization, found without it"
            raise UsageError(message)
    if options["role"] and not given:
        message = f"--role: expected with one of {', '.join(ways)}, found without; for one role give --role-arn"
        raise UsageError(message)
    if given and given != ["--accounts-file"] and not options["role"]:
        message = f"{given[0]}: expected the role to assume in each account, found none; give --role NAME"
        raise UsageError(message)
    for each in options["accounts"]:
        if not (each.isascii() and each.isdigit() and len(each) == len("123456789012")):
            message = f"--account: expected a twelve-digit account id, found {each!r}"
            raise UsageError(message)


def engine_of(start: Start, options: Mapping[str, Any]) -> tuple[AuditEngine, EngineOptions]:
    """Give the engine that is asked for, and what it is told.

    Raises:
        UsageError: no plugin has it, or it does not fit the other options.
    """
    from trueup.engines.engine import EngineOptions

    processes, scheduler = options["processes"], options["scheduler"]
    if processes and scheduler:
        message = "expected --processes of this machine or --scheduler of a cluster, found both"
        raise UsageError(message)
    name = options["engine"] or (_DASK if processes or scheduler else LOCAL)
    if name == LOCAL and (processes or scheduler):
        message = f"--engine {LOCAL}: expected without --processes and --scheduler, found with; use --engine {_DASK}"
        raise UsageError(message)
    return engine_named(start, name), EngineOptions(processes, scheduler)


def engine_named(start: Start, name: str) -> AuditEngine:
    """Give the engine of a name.

    Raises:
        UsageError: no plugin has it.
    """
    from trueup.ruleset.suggest import did_you_mean

    engines = start.host.audit_engines()
    if name not in engines:
        known = ", ".join(sorted(engines)) or "none, since the plugin `engines` is blocked"
        message = f"--engine: expected one of {known}, found {name!r}{did_you_mean(name, engines)}"
        raise UsageError(message)
    return engines[name]
