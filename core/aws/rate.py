"""Lets calls out at a rate, in the order in which they asked: a token bucket that holds one token.

AWS's limits hold for an account and a Region, whoever asks; so who shares an account with others has to be able to
leave them their part. One token and not a second's worth: then no second ever sees more calls than were allowed.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import CancelledError
from typing import TYPE_CHECKING

from trueup.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["RateLimit", "rate_limit"]


class RateLimit:
    """A rate that several connections may share; safe to share between threads.

    Args:
        calls_per_second: how many calls may go out in a second.
        clock: gives seconds that never go back.
        wait: waits until an event is set or some seconds have passed, and tells whether it is set.
    """

    def __init__(
        self,
        calls_per_second: float,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[threading.Event, float], bool] = threading.Event.wait,
    ) -> None:
        self._apart = 1 / calls_per_second
        self._clock = clock
        self._wait = wait
        self._lock = threading.Lock()
        self._next = clock()
        self._given_up = threading.Event()

    def take(self) -> None:
        """Return when it is this call's turn.

        Raises:
            CancelledError: the run ended meanwhile.
        """
        with self._lock:
            given_up, now = self._given_up, self._clock()
            turn = max(now, self._next)
            self._next = turn + self._apart
        while (left := turn - now) > 0:
            if self._wait(given_up, left):
                message = "the run ended before this call's turn came"
                raise CancelledError(message)
            now = self._clock()

    def give_up(self) -> None:
        """Let those who wait now wait no longer, since nobody wants their answers any more."""
        with self._lock:
            self._given_up.set()
            self._given_up = threading.Event()
            self._next = self._clock()


def rate_limit(calls_per_second: float) -> RateLimit | None:
    """Give the limit of so many calls a second; None for 0, which is no limit.

    Raises:
        UsageError: it is no number of calls.
    """
    if not 0 <= calls_per_second < float("inf"):
        message = f"max_calls_per_second: expected 0 or a number above it, found {calls_per_second}"
        raise UsageError(message)
    return RateLimit(calls_per_second) if calls_per_second else None
