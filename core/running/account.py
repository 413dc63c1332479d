"""The account that a command works on: connection, scopes, and the ways to read and to write it.

Made once a run, so that every call of the run carries its id and goes through the same guards.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from trueup.accounts.account_spec import ALL_REGIONS
from trueup.accounts.opening import enabled_regions
from trueup.applying.bench import Bench
from trueup.applying.interrupt import Interrupt
from trueup.auditing.resource_reader import ResourceReader
from trueup.aws.alarms import read_alarms
from trueup.aws.connection import connect
from trueup.aws.rate import rate_limit
from trueup.aws.settings import ClientSettings
from trueup.clock import VARIABLE, RemoteClock
from trueup.errors import RefusedError, UnreadableError
from trueup.prices.book import PriceBook, price_folder
from trueup.resource import Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from trueup.applying.bench import Sender
    from trueup.aws.connection import Connection
    from trueup.aws.rate import RateLimit
    from trueup.aws.statistics import CallStatistics
    from trueup.clock import Clock
    from trueup.facts.unknown import Unknown
    from trueup.hosting.host import Host
    from trueup.journal.journal import Journal
    from trueup.resource import Resource
    from trueup.settings import Settings

__all__ = ["Account", "Target"]

_THIS_MACHINE = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Target:
    """Which account, as the options of the command line say it.

    Args:
        profile: the profile of ~/.aws.
        regions: the Regions, ``all`` for every enabled one, none for the profile's own.
        endpoint_url: where every call goes instead of to AWS.
        role_arn: the role to assume.
        external_id: the external id for it.
    """

    profile: str | None = None
    regions: tuple[str, ...] = ()
    endpoint_url: str | None = None
    role_arn: str | None = None
    external_id: str | None = None


@dataclass
class Account:
    """One account during one run.

    Args:
        target: which.
        run: the run's id, for the user agent of every call.
        host: the plugin host.
        journal: the journal.
        clock: the time.
        settings: the settings.
    """

    target: Target
    run: str
    host: Host
    journal: Journal
    clock: Clock
    settings: Settings

    @cached_property
    def limiter(self) -> RateLimit | None:
        """The rate that all reads of the run share, whichever connection they go through; None for any rate."""
        return rate_limit(self.settings.audit.max_calls_per_second)

    @cached_property
    def connection(self) -> Connection:
        """The connection; nothing is sent when it is made.

        Raises:
            CredentialsError: there is no such profile.
            UsageError: there is no such Region.
        """
        target = self.target
        made = connect(
            target.profile,
            target.endpoint_url,
            next((each for each in target.regions if each != ALL_REGIONS), None),
            ClientSettings(workers=self.settings.audit.workers, run_id=self.run),
            PriceBook(price_folder(self.settings.prices.folder)),
            limiter=self.limiter,
        )
        return made.assume_role(target.role_arn, target.external_id) if target.role_arn else made

    @cached_property
    def scopes(self) -> tuple[Scope, ...]:
        """The scopes: the account, which is asked for here, in each Region; of ``all`` in each that is enabled.

        Raises:
            CredentialsError: the credentials are absent, expired or not accepted.
            UnreadableError: the enabled Regions cannot be listed.
            UsageError: there is no such Region.
        """
        regions = self.target.regions or (self.connection.region,)
        if ALL_REGIONS in regions:
            regions = enabled_regions(self.connection)
        return tuple(self.connection.scope(region) for region in dict.fromkeys(regions))

    def check_account(self, expected: str | None, what: str) -> None:
        """Check that these credentials are for the account that a plan or run is for.

        Raises:
            RefusedError: they are for another, it names none, or the clock is the simulated AWS's and AWS is not.
        """
        self._check_clock(what)
        identity = self.connection.identity()
        if expected is None:
            message = f"{what}: expected the account that it is for, found none; it is not used"
            raise RefusedError(message)
        if identity.account != expected:
            message = (
                f"{what} is for account {expected}, expected credentials for it, "
                f"found {identity.arn}; choose another --profile"
            )
            raise RefusedError(message)

    def _check_clock(self, what: str) -> None:
        """A clock that jumps over soaks and settle limits is for the simulated AWS only."""
        host = urlsplit(self.connection.reading_client("sts", self.connection.region).meta.endpoint_url).hostname
        if isinstance(self.clock, RemoteClock) and host not in _THIS_MACHINE:
            message = (
                f"{what} is not used: the clock is the simulated AWS's ({VARIABLE}), expected its endpoint too, "
                f"found {host}; unset {VARIABLE}"
            )
            raise RefusedError(message)

    def reader(self, statistics: CallStatistics | None = None, *, for_fixes: bool = False) -> ResourceReader:
        """Give what reads single resources.

        Args:
            statistics: where calls and failures are counted.
            for_fixes: whether fixes are made of what is read, which must be whole then where it is written back.
        """
        connection, scopes = self.connection, self.scopes
        give_up = connection.give_up
        return ResourceReader(self.host, connection, self.clock, scopes, statistics, give_up, for_fixes=for_fixes)

    def bench(self, say: Callable[[str], None]) -> Bench:
        """Give what applying and rolling back work with."""
        return Bench(
            journal=self.journal,
            clock=self.clock,
            settings=self.settings,
            plugins=self.host,
            reader=self.reader(for_fixes=True),
            sender=self._sender,
            alarms=self._alarms_of,
            interrupt=Interrupt(self.journal, self.clock, self.settings.apply),
            say=say,
        )

    def _scope_of(self, resource: Resource) -> Scope:
        return Scope(resource.account, resource.region, self.connection.identity().partition)

    def _sender(self, resource: Resource) -> Sender:
        return self.connection.writer(self._scope_of(resource))

    def _alarms_of(self, resource: Resource, dimensions: Sequence[Mapping[str, str]]) -> tuple[str, ...] | Unknown:
        """Give the alarms in ALARM on some dimensions; read anew each time, since alarms change while a run goes on."""
        if not dimensions:
            return ()
        reader = self.connection.reader(self._scope_of(resource), ["cloudwatch:DescribeAlarms"])
        try:
            alarms = read_alarms(reader)
        except UnreadableError as error:
            return error.unknown
        return tuple(sorted({name for each in dimensions for name in alarms.about(each)}))
