"""The simulated AWS's clock: real time plus an offset that tests and the demo move.

What takes AWS minutes or days (a switch of billing mode, a soak, a rolling limit) must take a test no time at all.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

__all__ = ["SimulatedClock"]


class SimulatedClock:
    """A clock that runs with real time from ``start`` and can be moved forward; safe to share between threads."""

    def __init__(self, start: datetime | None = None) -> None:
        self._lock = threading.Lock()
        self._offset = timedelta(0)
        self.reset(start)

    def now(self) -> datetime:
        """The simulated time, aware, UTC."""
        with self._lock:
            return datetime.now(UTC) + self._offset

    def advance(self, seconds: float) -> datetime:
        """Move the clock forward.

        Args:
            seconds: how far, at least 0: time does not run backwards.

        Returns:
            The new time.

        Raises:
            ValueError: the number of seconds is negative or not finite.
        """
        if not 0 <= seconds < float("inf"):
            message = f"the simulated clock moves forward only: expected seconds of at least 0, found {seconds}"
            raise ValueError(message)
        with self._lock:
            self._offset += timedelta(seconds=seconds)
            return datetime.now(UTC) + self._offset

    def reset(self, start: datetime | None = None) -> None:
        """Set the clock to ``start`` (aware); None is the real time."""
        if start is not None and start.tzinfo is None:
            message = f"the simulated clock starts at an aware time, found the naive {start.isoformat()}"
            raise ValueError(message)
        with self._lock:
            self._offset = timedelta(0) if start is None else start - datetime.now(UTC)
