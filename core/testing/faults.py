"""Faults: what goes wrong between a client and AWS, injected by operation and resource.

A test of "unknown is never pass" needs each read to be denied, throttled, timed out, broken off and cut off; a test of
"nothing is written twice" needs an answer that is lost after the call took effect.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from trueup.testing.exchange import ApiRequest

__all__ = ["KINDS", "Fault", "FaultKind", "Faults"]

FaultKind = Literal[
    "denied",
    "throttled",
    "timeout",
    "reset",
    "server_error",
    "response_lost",
    "cut_off",
    "newer",
    "slow",
]

KINDS: tuple[FaultKind, ...] = get_args(FaultKind)

HELD_SECONDS = 120.0
"""How long a timed-out connection is held: longer than any client's read timeout (botocore's default is 60 s)."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One injected fault.

    Attributes:
        kind: denied (AccessDenied of the service), throttled (its throttling code), timeout (no answer), reset (the
            connection is reset before the call takes effect), server_error (500), response_lost (the call takes
            effect, the connection is reset without an answer), cut_off (half of the body), newer (with members that the
            installed botocore does not know), slow (answers late).
        operation: ``service:Operation``; ``*`` stands for any letters (``sqs:Get*``).
        resource: text that the request's path, query or body must contain; None is every resource.
        times: how many requests it befalls; None is all until it is cleared.
        skip: how many such requests are let through first: the second page of a list is ``skip=1``.
        seconds: for ``slow`` how late, for ``timeout`` how long the connection is held.
    """

    kind: FaultKind
    operation: str = "*"
    resource: str | None = None
    times: int | None = None
    seconds: float = HELD_SECONDS
    skip: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            message = f"fault kind: expected one of {', '.join(KINDS)}, found {self.kind!r}"
            raise ValueError(message)

    def befalls(self, request: ApiRequest) -> bool:
        """Whether this request is one that the fault is for; never one whose operation cannot be told."""
        return (
            request.model is not None
            and fnmatchcase(request.name, self.operation)
            and (self.resource is None or request.mentions(self.resource))
        )


@dataclass(slots=True)
class _Injected:
    """A fault with how often it is still let pass, and still befalls."""

    fault: Fault
    skip: int
    left: int | None

    def strikes(self, request: ApiRequest) -> bool:
        """Whether it befalls this request, which is then counted."""
        if self.left == 0 or not self.fault.befalls(request):
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.left = None if self.left is None else self.left - 1
        return True


class Faults:
    """The faults that are injected now; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._injected: list[_Injected] = []

    def inject(
        self,
        operation: str,
        kind: FaultKind,
        *,
        resource: str | None = None,
        times: int | None = None,
        seconds: float = HELD_SECONDS,
        skip: int = 0,
    ) -> Fault:
        """Let a fault befall the requests of an operation from now on; see ``Fault`` for the arguments."""
        fault = Fault(kind, operation, resource, times, seconds, skip)
        with self._lock:
            self._injected.append(_Injected(fault, skip, times))
        return fault

    def clear(self, fault: Fault | None = None) -> None:
        """Take one fault away, or all."""
        with self._lock:
            self._injected = [] if fault is None else [each for each in self._injected if each.fault is not fault]

    def next_for(self, request: ApiRequest) -> Fault | None:
        """The first fault that befalls this request, counted as used."""
        with self._lock:
            return next((each.fault for each in self._injected if each.strikes(request)), None)
