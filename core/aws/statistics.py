"""What became of a scope's calls: counts an operation, and errors, in the report's shape.

An audit that could not read something must say so with numbers; counting beside the calls themselves is the one
place that sees all of them.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from trueup.facts.unknown import Reason

if TYPE_CHECKING:
    from trueup.facts.unknown import Unknown

__all__ = ["CallStatistics"]

_OUTCOMES = ("made", "denied", "throttled", "failed")
_BY_REASON = {Reason.ACCESS_DENIED: "denied", Reason.THROTTLED: "throttled"}


class CallStatistics:
    """Counts of one scope; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: dict[str, dict[str, int]] = {}
        self._errors: dict[tuple[str | None, str, str, str | None], None] = {}

    def made(self, operation: str) -> None:
        """Count one call (one page) of ``service:Operation``, whatever becomes of it; retries are not counted."""
        self._count(operation, "made")

    def failed(self, operation: str, unknown: Unknown, resource_type: str | None = None) -> None:
        """Count a call that failed for good, and keep why, once for each resource type and reason."""
        self._count(operation, _BY_REASON.get(unknown.reason, "failed"))
        with self._lock:
            self._errors[resource_type, operation, str(unknown.reason), unknown.missing_action] = None

    def calls(self) -> dict[str, dict[str, int]]:
        """Give operation to ``{"made", "denied", "throttled", "failed"}``, sorted by operation."""
        with self._lock:
            return {operation: dict(counts) for operation, counts in sorted(self._calls.items())}

    def errors(self) -> list[dict[str, Any]]:
        """Give ``{"resource_type", "operation", "reason", "missing_action"}`` once each, sorted."""
        with self._lock:
            rows = sorted(self._errors, key=lambda row: tuple(item or "" for item in row))
        return [
            {"resource_type": resource_type, "operation": operation, "reason": reason, "missing_action": action}
            for resource_type, operation, reason, action in rows
        ]

    def _count(self, operation: str, outcome: str) -> None:
        with self._lock:
            counts = self._calls.setdefault(operation, dict.fromkeys(_OUTCOMES, 0))
            counts[outcome] += 1
