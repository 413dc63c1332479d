"""Opens accounts while the workers are busy, and finds for each worker what suits it: scopes of an account it knows.

A worker assumes the roles itself, so one that goes on with an account it has read before need not ask again.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Self

from trueup.auditing.job import ScopeAudit
from trueup.auditing.pool import SECONDS_TO_END, join_all

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import TracebackType

    from trueup.accounts.account_spec import AccountSpec
    from trueup.accounts.opening import OpenScope

__all__ = ["ScopesAhead"]


class ScopesAhead:
    """Scopes that were opened and wait for a worker; a context, in which a thread opens more of them.

    Args:
        scopes: gives the scopes, as they are opened.
        most: so many wait at most.
    """

    def __init__(self, scopes: Iterator[OpenScope | ScopeAudit], most: int) -> None:
        self._scopes = scopes
        self._most = most
        self._changed = threading.Condition()
        self._waiting: list[OpenScope | ScopeAudit] = []
        self._ended = False
        self._stopped = False
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._open, name="trueup-open", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        join_all([self._thread], None if kind is None else SECONDS_TO_END)

    def take(self, known: AccountSpec | None, under_way: Mapping[AccountSpec, int]) -> OpenScope | ScopeAudit | None:
        """Wait for a scope, and give the one that suits best; None when none is left.

        Args:
            known: the account that the worker has just read; its scopes come first.
            under_way: how many scopes of an account are being read; else the account with the fewest is next, the
                earlier opened one of several.

        Raises:
            BaseException: what opening an account raised, once all that was opened before it has been taken.
        """
        with self._changed:
            while not self._waiting and not self._ended:
                self._changed.wait()
            if not self._waiting:
                if self._error is not None:
                    raise self._error
                return None
            chosen = min(range(len(self._waiting)), key=lambda place: self._rank(place, known, under_way))
            self._changed.notify_all()
            return self._waiting.pop(chosen)

    def _rank(self, place: int, known: AccountSpec | None, under_way: Mapping[AccountSpec, int]) -> int:
        waiting = self._waiting[place]
        if isinstance(waiting, ScopeAudit):
            return -2
        return -1 if waiting.account == known else under_way.get(waiting.account, 0)

    def _open(self) -> None:
        try:
            for opened in self._scopes:
                with self._changed:
                    while len(self._waiting) >= self._most and not self._stopped:
                        self._changed.wait()
                    if self._stopped:
                        return
                    self._waiting.append(opened)
                    self._changed.notify_all()
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that takes the scopes
            self._error = error
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify_all()
