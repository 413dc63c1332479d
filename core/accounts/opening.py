"""From accounts to scopes: the role of each is assumed, its Regions are found out, and what cannot be had is said.

An account that cannot be read is one scope of the report, with the reason; the others go on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trueup.accounts.account_spec import ALL_REGIONS, AccountSpec
from trueup.auditing.job import ScopeAudit
from trueup.aws.regions import check_region
from trueup.errors import CredentialsError, TrueupError, UnreadableError, UsageError
from trueup.facts.unknown import Reason, Unknown
from trueup.resource import GLOBAL, Scope

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from trueup.accounts.connections import Connections
    from trueup.aws.connection import Connection

__all__ = ["EVERY_REGION", "OpenScope", "Opening", "enabled_regions"]

EVERY_REGION = "*"
"""The Region of the scope that stands for an account of which nothing could be read."""

_REGIONS = "account:ListRegions"
_ENABLED = ("ENABLED", "ENABLED_BY_DEFAULT")


@dataclass(frozen=True, slots=True)
class OpenScope:
    """A scope that may be read.

    Args:
        account: whose it is, and how to get there.
        scope: account and Region.
    """

    account: AccountSpec
    scope: Scope


@dataclass(frozen=True, slots=True)
class Opening:
    """Opens accounts, one after the other.

    Args:
        connections: the connections of the run.
        accounts: the accounts.
        regions: the Regions of accounts that name none; none for the credentials' own.
        once: whether something is audited that an account has once, whatever the Region.
        regional: whether something is audited that each Region has.
        finished: account id and Region of the scopes that were audited before the run was interrupted.
    """

    connections: Connections
    accounts: tuple[AccountSpec, ...]
    regions: tuple[str, ...] = ()
    once: bool = False
    regional: bool = True
    finished: Collection[tuple[str, str]] = frozenset()

    @property
    def one(self) -> bool:
        """Whether all that is audited is the account of the credentials in hand."""
        return self.accounts == (AccountSpec(),)

    def scopes(self) -> Iterator[OpenScope | ScopeAudit]:
        """Yield the scopes of each account that are still to be read; an account that cannot be read as its audit.

        Raises:
            CredentialsError: the credentials in hand are not accepted.
            UnreadableError: of the only account, the Regions cannot be listed.
        """
        self.connections.base.identity()
        for account in self.accounts:
            try:
                found = self._scopes_of(account)
            except TrueupError as error:
                if self.one:
                    raise
                yield ScopeAudit.unreadable(self._whole(account), _why(error))
                continue
            self.connections.enter(account, sum(isinstance(each, OpenScope) for each in found))
            yield from found

    def _scopes_of(self, account: AccountSpec) -> list[OpenScope | ScopeAudit]:
        if account.left_out:
            return [ScopeAudit.unreadable(self._whole(account), Unknown(Reason.REFUSED, account.left_out))]
        connection = self.connections.checked(account)
        wanted = account.regions or self.regions or (connection.region,)
        regional = enabled_regions(connection) if ALL_REGIONS in wanted else wanted
        names = [*(regional if self.regional else ()), *((GLOBAL,) if self.once else ())]
        owner = connection.identity()
        left = (name for name in dict.fromkeys(names) if (owner.account, name) not in self.finished)
        return [_opened(account, Scope(owner.account, name, owner.partition)) for name in left]

    def _whole(self, account: AccountSpec) -> Scope:
        identity = self.connections.base.identity()
        return Scope(account.id or identity.account, EVERY_REGION, identity.partition)


def enabled_regions(connection: Connection) -> tuple[str, ...]:
    """Give the Regions that are enabled in a connection's account, sorted.

    Needs ``account:ListRegions``.

    Raises:
        UnreadableError: they cannot be listed.

    Source: Account Management ListRegions, ``RegionOptStatusContains``.
    """
    reader = connection.reader(connection.scope(GLOBAL), (_REGIONS,))
    listed = reader.paginate(_REGIONS, "Regions[].RegionName", RegionOptStatusContains=list(_ENABLED))
    return tuple(sorted(listed))


def _opened(account: AccountSpec, scope: Scope) -> OpenScope | ScopeAudit:
    """Give a scope, or that nothing can be asked there: AWS may have a Region that botocore does not know yet."""
    try:
        check_region(scope.region)
    except UsageError as error:
        return ScopeAudit.unreadable(scope, Unknown(Reason.REFUSED, f"{error}; or install a newer botocore"))
    return OpenScope(account, scope)


def _why(error: TrueupError) -> Unknown:
    if isinstance(error, UnreadableError):
        return error.unknown
    refused = isinstance(error, CredentialsError)
    return Unknown(
        Reason.ACCESS_DENIED if refused else Reason.CONNECTION,
        str(error),
        "sts:AssumeRole" if refused else None,
        "sts:AssumeRole" if refused else None,
    )
