"""A connection: one set of credentials, its account, and one shared client for each Region and service.

Everything that talks to AWS goes through here, so that guards, endpoint, timeouts and user agent hold without
exception.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trueup.aws.credentials import CredentialSource, credentials_error
from trueup.aws.gate import CallGate
from trueup.aws.guard import ReadingGuard, WritingGuard
from trueup.aws.in_hand import count_attempts
from trueup.aws.regions import check_region, client_region, partition_of, regions_of
from trueup.aws.settings import ClientSettings
from trueup.aws.waiting import tell_waiting
from trueup.errors import TrueupError
from trueup.prices.book import PriceBook
from trueup.resource import Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from trueup.aws.rate import RateLimit
    from trueup.aws.reader import AwsReader
    from trueup.aws.session import GuardedSession
    from trueup.aws.statistics import CallStatistics
    from trueup.aws.writer import Writer
    from trueup.errors import CredentialsError

__all__ = ["Connection", "Identity", "connect"]

_lock = threading.RLock()
"""botocore makes clients safely in one thread at a time only, and they share the process's loader."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the credentials belong to.

    Args:
        account: the twelve-digit account id.
        arn: the ARN of user, role session or root.
        partition: ``aws``, ``aws-cn``, ``aws-us-gov``…
    """

    account: str
    arn: str
    partition: str


def connect(
    profile: str | None = None,
    endpoint_url: str | None = None,
    region: str | None = None,
    settings: ClientSettings | None = None,
    prices: PriceBook | None = None,
    *,
    limiter: RateLimit | None = None,
) -> Connection:
    """Make a connection; nothing is sent yet.

    Args:
        profile: the profile of ~/.aws, None for the environment's or the default one.
        endpoint_url: where every client goes, whatever environment and files say.
        region: the Region to use where none is said; None for the environment's or the profile's, else us-east-1.
        settings: timeouts, attempts, threads, run id.
        prices: the known prices; the shipped ones unless given.
        limiter: how many reads may go out in a second; connections that are given the same one share the rate.

    Raises:
        CredentialsError: there is no such profile, or the files of ~/.aws cannot be read.
        UsageError: there is no such Region.
    """
    import botocore.exceptions

    from trueup.aws.session import GuardedSession

    chosen = settings or ClientSettings()
    source = CredentialSource(profile)
    with _lock:
        try:
            session = GuardedSession(profile, endpoint_url, chosen)
            source.profile = source.profile or session.get_config_variable("profile")
            home = region or session.get_config_variable("region")
            session.get_scoped_config()
        except botocore.exceptions.BotoCoreError as error:
            stop = credentials_error(error, source)
            if stop is None:
                raise
            raise stop from error
    return Connection(session, source, check_region(home or "us-east-1"), chosen, prices or PriceBook(), limiter)


class Connection:
    """One set of credentials; safe to share between threads. Made by ``connect`` or ``assume_role``."""

    def __init__(
        self,
        session: GuardedSession,
        source: CredentialSource,
        region: str,
        settings: ClientSettings,
        prices: PriceBook,
        limiter: RateLimit | None = None,
        gate: CallGate | None = None,
    ) -> None:
        self._session = session
        self._source = source
        self._region = region
        self._settings = settings
        self._prices = prices
        self._guard = ReadingGuard()
        self._limiter = limiter
        self._gate = gate or CallGate(settings.workers, limiter)
        self._readers: dict[tuple[str, str], Any] = {}
        self._writers: dict[tuple[str, str], tuple[Any, WritingGuard]] = {}
        self._identity: Identity | None = None

    @property
    def region(self) -> str:
        """The Region that is used where none is said."""
        return self._region

    @property
    def settings(self) -> ClientSettings:
        """How this connection's clients behave."""
        return self._settings

    @property
    def prices(self) -> PriceBook:
        """The known prices."""
        return self._prices

    def identity(self) -> Identity:
        """Give whose credentials these are, asked once: of a role's AssumeRole tells, and nothing more is sent.

        For others it is ``sts:GetCallerIdentity``, which nobody can be denied.

        Raises:
            CredentialsError: credentials are absent, incomplete, expired or not accepted; says which were tried.
            TrueupError: AWS cannot be reached.

        Source: STS GetCallerIdentity, AssumeRole.
        """
        import botocore.exceptions

        from trueup.aws.failures import unknown_of

        with _lock:
            if self._identity is not None:
                return self._identity
        operation = "sts:AssumeRole"
        try:
            arn = self._session.assumed()
            if arn is None:
                operation = "sts:GetCallerIdentity"
                arn = str(self.reading_client("sts", self._region).get_caller_identity()["Arn"])
        except (botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError) as error:
            stop = self.credentials_error(error, asked_who=True)
            if stop is not None:
                raise stop from error
            why = unknown_of(error, operation).sentence()
            message = f"AWS did not say whose credentials these are: {why}; check the network and the endpoint"
            raise TrueupError(message) from error
        _arn, partition, _service, _region, account, _who = arn.split(":", 5)
        identity = Identity(account, arn, partition)
        with _lock:
            self._identity = identity
        return identity

    def scope(self, region: str | None = None) -> Scope:
        """Give the scope of this account and a Region (or ``global``), checked offline.

        Raises:
            UsageError: there is no such Region.
            CredentialsError: as in ``identity``.
        """
        name = check_region(region or self._region)
        identity = self.identity()
        return Scope(identity.account, name, identity.partition)

    def regions(self) -> tuple[str, ...]:
        """Give the Regions of this connection's partition, offline; the account may not have enabled all of them."""
        return regions_of(self._identity.partition if self._identity else partition_of(self._region))

    def allow(self, operations: Iterable[str]) -> None:
        """Declare operations that plugins read with; ``reader`` does it for the ones that it is given."""
        self._guard.allow(operations)

    def reader(
        self,
        scope: Scope,
        operations: Iterable[str],
        statistics: CallStatistics | None = None,
        resource_type: str | None = None,
        written_back: tuple[str, ...] = (),
    ) -> AwsReader:
        """Give what an aspect reads AWS with.

        Args:
            scope: where to read.
            operations: the operations that the aspect declares, ``service:Operation``.
            statistics: where calls and failures are counted.
            resource_type: what the failures are counted for.
            written_back: the parts of the answers that a fix writes back whole, see ``ReadAspect``.
        """
        from trueup.aws.reader import AwsReader

        declared = frozenset(operations)
        self.allow(declared)
        return AwsReader(self, scope, declared, statistics, resource_type, written_back)

    def writer(self, scope: Scope) -> Writer:
        """Give what sends planned calls of a scope, one by one."""
        from trueup.aws.writer import Writer

        return Writer(self, scope)

    def reading_client(self, service: str, region: str) -> Any:
        """Give the shared client that can only read; reads under way at once are bounded over all of them."""
        key = service, client_region(region, partition_of(self._region))
        found = self._readers.get(key)
        if found is not None:
            return found
        with _lock:
            if key not in self._readers:
                made = self._made(lambda: self._session.reading_client(*key, self._guard))
                count_attempts(made)
                tell_waiting(made)
                self._gate.attach(made)
                self._readers[key] = made
            return self._readers[key]

    def writing_client(self, service: str, region: str) -> tuple[Any, WritingGuard]:
        """Give the shared client that sends what its guard has a permit for, and that guard."""
        key = service, client_region(region, partition_of(self._region))
        with _lock:
            if key not in self._writers:
                guard = WritingGuard()
                self._writers[key] = self._made(lambda: self._session.writing_client(*key, guard)), guard
            return self._writers[key]

    def credentials_error(self, error: Exception, *, asked_who: bool = False) -> CredentialsError | None:
        """Give the error to stop the run with when ``error`` speaks against the credentials, else None."""
        return credentials_error(error, self._source, asked_who=asked_who)

    def assume_role(self, arn: str, external_id: str | None = None) -> Connection:
        """Give a connection of a role; its credentials are got when needed and renewed before they expire.

        It shares this one's gate: reads under way at once are bounded over both.

        Args:
            arn: the role's ARN.
            external_id: the external id that the role's trust policy asks for.

        Source: STS AssumeRole; botocore ``AssumeRoleCredentialFetcher``.
        """
        with _lock:
            session = self._session.with_role(arn, external_id, client_region(self._region))
        source = CredentialSource(self._source.profile, arn)
        return Connection(session, source, self._region, self._settings, self._prices, self._limiter, self._gate)

    def give_up(self) -> None:
        """Let reads that wait for their turn fail now, and send none again: nobody wants their answers any more."""
        self._gate.give_up()
        if self._limiter is not None:
            self._limiter.give_up()

    def drop(self, region: str) -> None:
        """Drop the clients that read a Region, which nobody reads any more; they are made again if somebody does."""
        name = client_region(region, partition_of(self._region))
        with _lock:
            clients = [self._readers.pop(key) for key in [*self._readers] if key[1] == name]
        for client in clients:
            client.close()

    def close(self) -> None:
        """Close the clients' connections."""
        with _lock:
            clients = [*self._readers.values(), *(client for client, _ in self._writers.values())]
            self._readers.clear()
            self._writers.clear()
        for client in clients:
            client.close()

    def _made(self, make: Callable[[], Any]) -> Any:
        """Make a client; making one looks for credentials, and may already fail for them."""
        import botocore.exceptions

        try:
            client = make()
            self._source.method = self._session.credential_method()
        except botocore.exceptions.BotoCoreError as error:
            stop = self.credentials_error(error)
            if stop is None:
                raise
            raise stop from error
        return client
