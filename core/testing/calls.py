"""The record of every request that reached the simulated AWS.

Tests compare what was sent with what was planned, so the record is taken at the server, where nothing can be hidden.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["Call", "Calls"]


@dataclass(frozen=True, slots=True)
class Call:
    """One request.

    Attributes:
        number: 1 for the first since the last reset.
        service: boto3's client name.
        operation: the operation's name.
        region: the Region of the signature.
        account: the account of the credentials.
        user_agent: the client's user agent.
        parameters: the decoded parameters.
        path: path and query as sent.
        status: the HTTP status of the answer; None when the client got no whole answer.
        took_effect: whether the request reached the service (a refused, throttled or reset one by a fault did not).
    """

    number: int
    service: str
    operation: str
    region: str
    account: str
    user_agent: str
    parameters: Mapping[str, Any]
    path: str
    status: int | None
    took_effect: bool

    @property
    def name(self) -> str:
        """``service:Operation``."""
        return f"{self.service}:{self.operation}"


class Calls:
    """The recorded requests, in the order in which they were answered; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: list[Call] = []
        self._number = 0

    def __iter__(self) -> Iterator[Call]:
        with self._lock:
            return iter(tuple(self._calls))

    def __len__(self) -> int:
        with self._lock:
            return len(self._calls)

    def of(self, name: str) -> tuple[Call, ...]:
        """The calls of one operation, ``"service:Operation"``."""
        return tuple(call for call in self if call.name == name)

    def mutating(self, writes: Callable[[Call], bool]) -> tuple[Call, ...]:
        """The calls that write, by the caller's own rule: the record knows no access levels."""
        return tuple(call for call in self if writes(call))

    def clear(self) -> None:
        """Forget what was recorded; numbers begin at 1 again."""
        with self._lock:
            self._calls.clear()
            self._number = 0

    def record(self, **known: Any) -> Call:
        """Add one request; for the server."""
        with self._lock:
            self._number += 1
            call = Call(number=self._number, **known)
            self._calls.append(call)
        return call
