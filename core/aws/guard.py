"""Guards inside botocore's event system: what a client may send, decided before it is sent.

An audit that cannot write is worth more than one that does not: whatever a plugin, a rule or this program's own fault
asks for, a reading client sends declared reads only, and a writing client sends exactly the call of the ticket in
hand, once.
"""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from trueup.aws.iam.operations import is_read_only_operation
from trueup.aws.parameters import copy_of, same
from trueup.errors import GuardError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from trueup.change import Call

__all__ = ["Permit", "ReadingGuard", "WritingGuard", "host_operations", "may_read"]

_HOST_OPERATIONS = "host-operations.json"


@cache
def host_operations() -> frozenset[str]:
    """Give the operations that the host itself may ask on a reading client, ``service:Operation``."""
    data = json.loads(files("trueup.aws").joinpath(_HOST_OPERATIONS).read_text(encoding="utf-8"))
    return frozenset(data["operations"])


def may_read(operation: str) -> bool:
    """Say whether a reading client may be asked for an operation at all, declared or not."""
    return operation in host_operations() or is_read_only_operation(operation)


class ReadingGuard:
    """Lets declared operations of access level Read or List through, and the host's own; nothing else.

    One guard serves all reading clients of a connection; ``allow`` adds what plugins declare.

    Args:
        operations: the declared operations, ``service:Operation``.
    """

    def __init__(self, operations: Iterable[str] = ()) -> None:
        self._lock = threading.Lock()
        self._declared = frozenset(operations)

    def allow(self, operations: Iterable[str]) -> None:
        """Add declared operations; that one is declared does not make it a read."""
        with self._lock:
            self._declared |= frozenset(operations)

    def check(self, operation: str) -> None:
        """Pass or refuse an operation.

        Raises:
            GuardError: it is not declared, or does more than list and read.
        """
        if operation in host_operations():
            return
        if operation not in self._declared:
            message = (
                f"{operation} was refused before sending: expected an operation that a plugin declares, "
                f"found one that none does; add it to the `reads` or `lists` of its resource type"
            )
            raise GuardError(message)
        if not is_read_only_operation(operation):
            message = (
                f"{operation} was refused before sending: expected an operation whose IAM actions all list or read, "
                f"found one that does not or is not known; only an action's steps may write"
            )
            raise GuardError(message)

    def attach(self, client: Any) -> None:
        """Hang the guard into a client's events, before every other handler."""
        service, events = _service_of(client)

        def before_call(event_name: str, **_details: Any) -> None:
            self.check(f"{service}:{_operation_of(event_name)}")

        events.register_first(f"before-call.{_service_id(client)}", before_call)
        events.register_first(f"before-send.{_service_id(client)}", before_call)


@dataclass(slots=True)
class Permit:
    """The ticket for one call, to be sent once, exactly as it is.

    Args:
        call: the call.
        matched: whether its parameters were found in the request that is being built.
        spent: whether it was sent.
    """

    call: Call
    matched: bool = False
    spent: bool = False


class WritingGuard:
    """Lets its client send the call of the permit in hand, parameter for parameter, once; nothing else.

    One guard a client, so that a permit is good for one account and Region. It belongs to the context (thread) that
    holds it, so that threads may share the client.
    """

    @contextmanager
    def permit(self, call: Call) -> Iterator[Permit]:
        """Hold the permit of one call; it ends with the block, sent or not.

        Raises:
            GuardError: another permit is in hand.
        """
        if _in_hand.get() is not None:
            message = f"{call.name} was refused: expected no other call in hand, found one that is not finished"
            raise GuardError(message)
        permit = Permit(call)
        token = _in_hand.set((self, permit))
        try:
            yield permit
        finally:
            _in_hand.reset(token)

    def attach(self, client: Any) -> None:
        """Hang the guard into a client's events: on the parameters as given, as built, and on what is sent."""
        service, events = _service_of(client)
        service_id = _service_id(client)

        def as_given(params: dict[str, Any], event_name: str, **_details: Any) -> None:
            permit = self._permit_for(f"{service}:{_operation_of(event_name)}")
            self._compare(permit, params)
            permit.matched = True

        def as_built(params: dict[str, Any], model: Any, event_name: str, **_details: Any) -> None:
            permit = self._permit_for(f"{service}:{_operation_of(event_name)}")
            self._compare(permit, _without_filled_tokens(params, permit.call, model))

        def before_call(event_name: str, **_details: Any) -> None:
            self._matched_permit_for(f"{service}:{_operation_of(event_name)}")

        def before_send(event_name: str, **_details: Any) -> None:
            self._matched_permit_for(f"{service}:{_operation_of(event_name)}").spent = True

        events.register_first(f"provide-client-params.{service_id}", as_given)
        # Handlers of an operation run before those of all: only here are the parameters as they will be sent.
        events.register_last("before-parameter-build", as_built)
        events.register_first(f"before-call.{service_id}", before_call)
        events.register_first(f"before-send.{service_id}", before_send)

    def _permit_for(self, operation: str) -> Permit:
        guard, permit = _in_hand.get() or (None, None)
        if permit is None or guard is not self:
            message = f"{operation} was refused before sending: expected a planned call in hand, found none"
            raise GuardError(message)
        if permit.call.name != operation:
            message = f"{operation} was refused before sending: expected the planned call {permit.call.name}"
            raise GuardError(message)
        if permit.spent:
            message = (
                f"{operation} was refused before sending: expected to be sent once, found that it was sent already"
            )
            raise GuardError(message)
        return permit

    def _matched_permit_for(self, operation: str) -> Permit:
        permit = self._permit_for(operation)
        if not permit.matched:
            message = (
                f"{operation} was refused before sending: expected that its parameters were compared with the plan"
            )
            raise GuardError(message)
        return permit

    def _compare(self, permit: Permit, parameters: dict[str, Any]) -> None:
        if not same(permit.call.parameters, parameters):
            permit.matched = False
            differing = ", ".join(sorted(_differing(permit.call, parameters)))
            message = (
                f"{permit.call.name} was refused before sending: expected the plan's parameters, "
                f"found others in {differing}"
            )
            raise GuardError(message)


_in_hand: ContextVar[tuple[WritingGuard, Permit] | None] = ContextVar("permit in hand", default=None)


def _differing(call: Call, parameters: dict[str, Any]) -> set[str]:
    """Name the top-level parameters that differ; their values may be secret."""
    missing = object()
    return {
        name
        for name in {*call.parameters, *parameters}
        if not same(call.parameters.get(name, missing), parameters.get(name, missing))
    }


def _without_filled_tokens(parameters: dict[str, Any], call: Call, model: Any) -> dict[str, Any]:
    """Leave out the idempotency tokens that the SDK fills in by itself."""
    filled = [name for name in model.idempotent_members if name not in call.parameters]
    return {name: value for name, value in copy_of(parameters).items() if name not in filled}


def _service_of(client: Any) -> tuple[str, Any]:
    return client.meta.service_model.service_name, client.meta.events


def _service_id(client: Any) -> str:
    return str(client.meta.service_model.service_id.hyphenize())


def _operation_of(event_name: str) -> str:
    return event_name.rpartition(".")[2]
