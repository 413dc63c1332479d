"""What became of a scope's calls: counts and times an operation, and errors, in the report's shape.

An audit that could not read something must say so with numbers; counting beside the calls themselves is the one
place that sees all of them.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

from trueup.facts.unknown import Reason

if TYPE_CHECKING:
    from collections.abc import Callable

    from trueup.facts.unknown import Unknown

__all__ = ["CallStatistics"]

_OUTCOMES = ("made", "denied", "throttled", "failed", "retries", "throttles", "seconds", "slowest_seconds")
_BY_REASON = {Reason.ACCESS_DENIED: "denied", Reason.THROTTLED: "throttled"}

# Milliseconds: what is smaller differs from one machine to the next.
_DECIMALS = 3


class CallStatistics:
    """Counts of one scope; safe to share between threads.

    Args:
        timer: gives seconds that never go back, to time calls by.
    """

    def __init__(self, timer: Callable[[], float] = time.perf_counter) -> None:
        self.timer = timer
        self._lock = threading.Lock()
        self._calls: dict[str, dict[str, float]] = {}
        self._errors: dict[tuple[str | None, str, str, str | None], str | None] = {}

    def made(self, operation: str) -> None:
        """Count one call (one page) of ``service:Operation``, whatever becomes of it; retries are not counted here."""
        with self._lock:
            self._row(operation)["made"] += 1

    def took(self, operation: str, seconds: float, retries: int = 0, throttles: int = 0) -> None:
        """Add what a call took when it has ended: its time, retries included, and the answers that said "too fast"."""
        with self._lock:
            row = self._row(operation)
            row["seconds"] += seconds
            row["retries"] += retries
            row["throttles"] += throttles
            row["slowest_seconds"] = max(row["slowest_seconds"], seconds)

    def failed(
        self, operation: str, unknown: Unknown, resource_type: str | None = None, request_id: str | None = None
    ) -> None:
        """Count a call that failed for good, and keep why, once for each resource type and reason.

        Args:
            operation: ``service:Operation``.
            unknown: why.
            resource_type: what it was made for.
            request_id: AWS's id of the request; the first one that there is is kept.
        """
        key = resource_type, operation, str(unknown.reason), unknown.missing_action
        with self._lock:
            self._row(operation)[_BY_REASON.get(unknown.reason, "failed")] += 1
            self._errors[key] = self._errors.get(key) or request_id

    def calls(self) -> dict[str, dict[str, float]]:
        """Give operation to counts, ``seconds`` in all and ``slowest_seconds`` of one call, sorted by operation.

        ``made`` are calls; ``denied``, ``throttled`` and ``failed`` those that failed for good; ``retries`` attempts
        beyond each call's first; ``throttles`` answers that said "too fast", also those that a retry overcame.
        """
        with self._lock:
            return {
                operation: {name: round(value, _DECIMALS) for name, value in row.items()}
                for operation, row in sorted(self._calls.items())
            }

    def total(self, name: str) -> float:
        """Give the sum of one of the counts over all operations."""
        with self._lock:
            return sum(row[name] for row in self._calls.values())

    def errors(self) -> list[dict[str, Any]]:
        """Give ``{"resource_type", "operation", "reason", "missing_action", "request_id"}`` once each, sorted."""
        with self._lock:
            rows = sorted(self._errors.items(), key=lambda row: tuple(item or "" for item in row[0]))
        names = ("resource_type", "operation", "reason", "missing_action")
        return [{**dict(zip(names, key, strict=True)), "request_id": request_id} for key, request_id in rows]

    def _row(self, operation: str) -> dict[str, float]:
        row = self._calls.get(operation)
        if row is None:
            row = self._calls[operation] = dict.fromkeys(_OUTCOMES, 0)
        return row
