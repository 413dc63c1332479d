"""Says when a thread only waits for its turn: AWS throttles its client, and the client holds its calls back.

Such a thread does nothing for seconds; whoever owns it may let another one work meanwhile. botocore sleeps in two
places: in its rate limiter, right before it sends, and between two attempts.

Source: botocore ``retries/adaptive.py`` (``before-send``) and ``endpoint.py`` (``_needs_retry``).
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Protocol

from trueup.aws.failures import is_throttled

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Waiter", "current_waiter", "tell_waiting"]


class Waiter(Protocol):
    """Hears that its thread waits; telling it the same twice changes nothing."""

    def begin(self) -> None:
        """The thread waits from now on."""

    def end(self) -> None:
        """The thread goes on."""


current_waiter: ContextVar[Waiter | None] = ContextVar("who hears that this thread waits", default=None)
"""Whoever owns the thread sets it there."""

_LEAST_FAULT_STATUS = 500


def tell_waiting(client: Any) -> None:
    """Let a client's events tell the waiter of the thread that makes a call; before a gate is hung into them."""
    turns, events = _Turns(), client.meta.events
    events.register_first("before-send", turns.begin)
    events.register_last("before-send", _end)
    events.register_last(f"needs-retry.{client.meta.service_model.service_id.hyphenize()}", turns.begin_after_error)
    events.register_first("after-call", _end)
    events.register_first("after-call-error", _end)


class _Turns:
    """Whether AWS has throttled a client: until then its limiter lets every call through at once."""

    __slots__ = ("_throttled",)

    def __init__(self) -> None:
        self._throttled = False

    def begin(self, **_details: Any) -> None:
        """A call is about to be sent, and waits for its turn."""
        if self._throttled:
            _begin()

    def begin_after_error(self, response: tuple[Any, Mapping[str, Any]] | None = None, **_details: Any) -> None:
        """An attempt failed: unless it was the last one, botocore sleeps before the next."""
        if response is not None:
            http, parsed = response
            throttled = is_throttled(parsed.get("Error", {}).get("Code", ""), http.status_code)
            self._throttled = self._throttled or throttled
            if not throttled and http.status_code < _LEAST_FAULT_STATUS:
                return
        _begin()


def _begin() -> None:
    waiter = current_waiter.get()
    if waiter is not None:
        waiter.begin()


def _end(**_details: Any) -> None:
    waiter = current_waiter.get()
    if waiter is not None:
        waiter.end()
