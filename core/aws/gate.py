"""Lets so many calls of a connection be under way at once, however many threads prepare them and digest the answers.

A call costs botocore a millisecond or two before it is sent and after it was answered. Threads that wait their turn
do that work while others wait for AWS; were each call a thread's from end to end, that time would be lost.
"""

from __future__ import annotations

import threading
from typing import Any

__all__ = ["CallGate"]


class CallGate:
    """One gate for the clients of a connection.

    Args:
        calls: how many calls may be under way at once.
    """

    def __init__(self, calls: int) -> None:
        self._free = threading.Semaphore(calls)
        self._mine = threading.local()

    def attach(self, client: Any) -> None:
        """Hang the gate into a client's events, inside of everything that may refuse or delay a call."""
        events = client.meta.events
        events.register_last("before-send", self._enter)
        events.register_first("before-parse", self._leave)
        # Comes after every attempt, also one that nothing answered.
        events.register_first("response-received", self._leave)

    def _enter(self, **_details: Any) -> None:
        if not self._is_inside():
            self._free.acquire()
            self._mine.inside = True

    def _leave(self, **_details: Any) -> None:
        if self._is_inside():
            self._mine.inside = False
            self._free.release()

    def _is_inside(self) -> bool:
        return getattr(self._mine, "inside", False)
