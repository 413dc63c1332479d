"""Lets so many calls be under way at once, over all connections that share the gate, however many threads make them.

There are more threads than calls: some only wait for clients that AWS throttles, others assume roles or list Regions.
"""

from __future__ import annotations

import queue
import threading
import time
from concurrent.futures import CancelledError
from typing import TYPE_CHECKING, Any

from trueup.aws.in_hand import call_in_hand

if TYPE_CHECKING:
    from trueup.aws.in_hand import CallInHand
    from trueup.aws.rate import RateLimit

__all__ = ["CallGate"]


class CallGate:
    """One gate for the clients of a connection.

    Args:
        calls: how many calls may be under way at once.
        limit: how many may go out in a second, retries included, over all connections that share it; None for any.
    """

    def __init__(self, calls: int, limit: RateLimit | None = None) -> None:
        # A queue of as many tokens is a semaphore that is written in C, at a fraction of the switches of threads.
        self._free: queue.SimpleQueue[None] = queue.SimpleQueue()
        for _ in range(calls):
            self._free.put(None)
        self._limit = limit
        self._mine = threading.local()
        self._given_up = 0

    def attach(self, client: Any) -> None:
        """Hang the gate into a client's events, inside of everything that may refuse or delay a call."""
        events = client.meta.events
        events.register_last("before-send", self._enter)
        events.register_first("before-parse", self._leave)
        # Comes after every attempt, also one that nothing answered.
        events.register_first("response-received", self._leave)
        # Comes where an answer was refused or not understood: the thread may end with it, and take its token along.
        events.register_first("after-call-error", self._leave)

    def _enter(self, **_details: Any) -> None:
        if self._is_inside():
            return
        began, call = time.perf_counter(), call_in_hand.get()
        self._check_wanted(call)
        # The slot first: were it waited for afterwards, calls whose turn has passed would go out in a burst.
        self._free.get()
        self._mine.inside = True
        if self._limit is not None:
            try:
                self._limit.take()
            except BaseException:
                self._leave()
                raise
        if call is not None:
            call.waited += time.perf_counter() - began

    def give_up(self) -> None:
        """Let no call that is under way be sent again, since nobody wants its answer any more."""
        self._given_up += 1

    def _check_wanted(self, call: CallInHand | None) -> None:
        """Let a call's first attempt through, and further ones unless it was given up meanwhile.

        Raises:
            CancelledError: it was.
        """
        mine = self._mine
        if getattr(mine, "call", None) is not call:
            mine.call, mine.since = call, self._given_up
        elif call is not None and mine.since != self._given_up:
            message = f"{call.operation} was not sent again: the run ended meanwhile"
            raise CancelledError(message)

    def _leave(self, **_details: Any) -> None:
        if self._is_inside():
            self._mine.inside = False
            self._free.put(None)

    def _is_inside(self) -> bool:
        return getattr(self._mine, "inside", False)
