"""Who has the scopes of an audit audited, and what that engine is told.

Apart from the audit itself, so that it is the same whoever carries it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trueup.accounts.account_spec import AccountSpec
from trueup.accounts.connections import Connections
from trueup.accounts.opening import Opening
from trueup.auditing.job import AuditJob
from trueup.auditing.schedule import home_of
from trueup.engines.brief import AuditBrief, packed_rules
from trueup.engines.engine import AuditEngine, EngineOptions, EngineWork
from trueup.engines.local import run_local

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from trueup.ruleset.rule import BoundRule
    from trueup.ruleset.selection import Selection
    from trueup.running.account import Account

__all__ = ["ONLY_ACCOUNT", "THIS_PROCESS", "Carrier"]

ONLY_ACCOUNT = (AccountSpec(),)
"""The account of the credentials in hand, and no other."""

NO_OPTIONS = EngineOptions()


@dataclass(frozen=True, slots=True)
class Carrier:
    """Who has the scopes audited.

    Args:
        engine: the engine.
        options: what it is told.
        plugins: the values of ``-p``, for other processes.
        say: tells a person something.
    """

    engine: AuditEngine
    options: EngineOptions = NO_OPTIONS
    plugins: tuple[str, ...] = ()
    say: Callable[[str], None] = lambda _line: None

    def work(
        self,
        account: Account,
        accounts: tuple[AccountSpec, ...],
        *,
        rules: Iterable[BoundRule],
        selection: Selection,
        tagged: frozenset[str],
        done: frozenset[tuple[str, str]],
    ) -> EngineWork:
        """Give what the engine is given.

        Args:
            account: whose credentials are in hand.
            accounts: what is audited.
            rules: the selected rules.
            selection: which resources are meant.
            tagged: the resource types whose tags are read too.
            done: account id and Region of scopes that were audited before.
        """
        job = AuditJob(
            host=account.host,
            rules=tuple(rules),
            clock=account.clock,
            selection=selection,
            workers=account.settings.audit.workers,
            tagged=tagged,
            tolerant=accounts != ONLY_ACCOUNT,
            run=account.run,
            give_up=account.connection.give_up,
        )
        return EngineWork(
            job, _opening(account, accounts, job, done), self._brief(account, job), self.options, self.say
        )

    def _brief(self, account: Account, job: AuditJob) -> AuditBrief:
        target, connection = account.target, account.connection
        return AuditBrief(
            rules=packed_rules(job.rules),
            selection=job.selection,
            tagged=job.tagged,
            plugins=self.plugins,
            client=connection.settings,
            profile=target.profile,
            region=connection.region,
            endpoint_url=target.endpoint_url,
            role_arn=target.role_arn,
            external_id=target.external_id,
            price_folder=account.settings.prices.folder,
            calls_per_second=account.settings.audit.max_calls_per_second,
        )


THIS_PROCESS = Carrier(AuditEngine("local", "this process", run_local))
"""What audits unless something else is asked for."""


def _opening(
    account: Account, accounts: tuple[AccountSpec, ...], job: AuditJob, done: frozenset[tuple[str, str]]
) -> Opening:
    homes = [once for each in home_of(job).values() for once in each]
    # Of the only account the Regions were asked for already.
    only = accounts == ONLY_ACCOUNT
    return Opening(
        connections=Connections(account.connection),
        accounts=accounts,
        regions=tuple(each.region for each in account.scopes) if only else account.target.regions,
        once=True in homes,
        regional=False in homes,
        finished=done,
    )
