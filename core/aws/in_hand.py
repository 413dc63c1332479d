"""The call that a thread has in hand: how often it was sent, and how often AWS said "too fast", retries included.

botocore tells of the attempts of a call only in its events, and those belong to a client that scopes and accounts
share. botocore makes a call in the thread that asked for it, so what that thread has in hand says whose call it is.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from trueup.aws.failures import is_throttled
from trueup.events import emit

if TYPE_CHECKING:
    from trueup.resource import Scope

__all__ = ["CallInHand", "call_in_hand", "count_attempts"]

call_in_hand: ContextVar[CallInHand | None] = ContextVar("the read that this thread has in hand", default=None)


class CallInHand:
    """One read of one scope, while it is made.

    Attributes:
        run: the id of the run.
        scope: whose call it is.
        operation: ``service:Operation``.
        resource_type: what it is made for.
        written_back: the parts of its answer that a fix writes back whole, see ``ReadAspect``.
        sent: how often it was sent.
        throttles: how many answers were "too fast".
        waited: seconds that it waited for its turn among this program's own calls.
    """

    __slots__ = ("operation", "resource_type", "run", "scope", "sent", "throttles", "waited", "written_back")

    def __init__(
        self,
        run: str | None,
        scope: Scope,
        operation: str,
        resource_type: str | None,
        written_back: tuple[str, ...] = (),
    ) -> None:
        self.run = run
        self.scope = scope
        self.operation = operation
        self.resource_type = resource_type
        self.written_back = written_back
        self.sent = 0
        self.throttles = 0
        self.waited = 0.0

    @property
    def retries(self) -> int:
        """The attempts beyond the first."""
        return max(self.sent - 1, 0)

    def tell(self, event: str, **more: Any) -> None:
        """Emit an event about this call."""
        emit(
            event,
            run=self.run,
            account=self.scope.account,
            region=self.scope.region,
            service=self.operation.partition(":")[0],
            operation=self.operation,
            resource_type=self.resource_type,
            **more,
        )


def count_attempts(client: Any) -> None:
    """Let a client count the attempts of the calls that are made with it."""
    events = client.meta.events
    events.register_last("before-send", _count_sent)
    events.register_first("response-received", _count_answer)


def _count_sent(**_details: Any) -> None:
    call = call_in_hand.get()
    if call is not None:
        call.sent += 1
        if call.sent > 1:
            call.tell("retry", attempt=call.sent)


def _count_answer(parsed_response: Any, **_details: Any) -> None:
    call = call_in_hand.get()
    if call is None or not parsed_response or "Error" not in parsed_response:
        return
    metadata = parsed_response.get("ResponseMetadata", {})
    code = str(parsed_response["Error"].get("Code", ""))
    if is_throttled(code, metadata.get("HTTPStatusCode", 0)):
        call.throttles += 1
        call.tell("throttled", attempt=call.sent, code=code, request_id=metadata.get("RequestId"))
