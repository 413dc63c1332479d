"""Throttling: so many requests a second of one service, in one account and Region, as AWS counts them.

Source: EC2's "Request throttling for the Amazon EC2 API", which describes AWS's token buckets.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Throttles", "TokenBucket"]


class TokenBucket:
    """Lets so many requests a second through, and as many at once after a pause.

    Args:
        rate: requests a second.
        clock: gives seconds.
    """

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._clock = clock
        self._most = max(rate, 1.0)
        self._tokens = self._most
        self._filled = clock()

    def take(self) -> bool:
        """Say whether one more request is let through."""
        now = self._clock()
        self._tokens = min(self._most, self._tokens + (now - self._filled) * self._rate)
        self._filled = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class Throttles:
    """The token buckets of every throttled service in every account and Region.

    Args:
        rates: service to requests a second; the others are never throttled.
        clock: gives seconds.
    """

    def __init__(self, rates: Mapping[str, float], clock: Callable[[], float] = time.monotonic) -> None:
        self._rates = rates
        self._clock = clock
        self._buckets: dict[tuple[str, str, str], TokenBucket] = {}

    def let_through(self, account: str, region: str, service: str) -> bool:
        """Say whether a request is answered and not refused."""
        if service not in self._rates:
            return True
        key = account, region, service
        if key not in self._buckets:
            self._buckets[key] = TokenBucket(self._rates[service], self._clock)
        return self._buckets[key].take()
