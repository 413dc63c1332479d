"""The connections of a run: one an account, made when it is first used and closed when nothing more is read there.

Fifty accounts in seventeen Regions would otherwise keep thousands of clients.
"""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING

from trueup.errors import CredentialsError

if TYPE_CHECKING:
    from trueup.accounts.account_spec import AccountSpec
    from trueup.aws.connection import Connection
    from trueup.resource import Scope

__all__ = ["Connections"]


class Connections:
    """Connections by account; safe to share between threads.

    Args:
        base: the connection of the credentials in hand, which assume the roles.
        keep: so many accounts of which nothing more is to be read stay connected, for whoever may come back.
    """

    def __init__(self, base: Connection, keep: int = 0) -> None:
        self.base = base
        self._keep = keep
        self._lock = threading.Lock()
        self._made: dict[AccountSpec, Connection] = {}
        self._scopes: Counter[AccountSpec] = Counter()

    def of(self, spec: AccountSpec) -> Connection:
        """Give the connection of an account; nothing is sent yet but what tells the partition.

        Raises:
            CredentialsError: the credentials in hand are not accepted.
        """
        arn = spec.role_arn(self.base.identity().partition)
        if arn is None:
            return self.base
        with self._lock:
            if spec not in self._made:
                self._made[spec] = self.base.assume_role(arn, spec.external_id)
            return self._made[spec]

    def checked(self, spec: AccountSpec) -> Connection:
        """Give the connection of an account, once it is known that its credentials are of that account.

        Raises:
            CredentialsError: the role cannot be assumed, or its credentials are of another account.
        """
        connection = self.of(spec)
        found = connection.identity().account
        if spec.id is not None and found != spec.id:
            message = f"account {spec.id}: expected credentials of it, found those of {found}; give --role"
            raise CredentialsError(message)
        return connection

    def enter(self, spec: AccountSpec, scopes: int = 1) -> None:
        """Note that so many more scopes of an account are to be read."""
        with self._lock:
            self._scopes[spec] += scopes

    def leave(self, spec: AccountSpec, scope: Scope) -> None:
        """Note that a scope was read: its clients are dropped, and with an account's last scope its connection."""
        self.of(spec).drop(scope.region)
        with self._lock:
            self._scopes[spec] -= 1
            idle = [each for each in self._made if self._scopes[each] <= 0]
            ended = [self._made.pop(each) for each in idle[: max(0, len(idle) - self._keep)]]
        for connection in ended:
            connection.close()
