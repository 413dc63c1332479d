"""What the canned AWS was asked: counts by account, Region and operation, and when each service was asked last."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from canned.metrics import Windows

if TYPE_CHECKING:
    from collections.abc import Callable

    from canned.request import Request

__all__ = ["Asked"]


class Asked:
    """The counts.

    Args:
        account: the account of credentials that name none.
        clock: gives seconds.
    """

    def __init__(self, account: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.windows = Windows()
        self._account = account
        self._clock = clock
        self._counts: Counter[tuple[str, str, str]] = Counter()
        self._outcomes: Counter[tuple[str, str]] = Counter()
        self._times: dict[str, list[float]] = {}
        self._listed_by: dict[str, str] = {}
        self._began: float | None = None

    def note(self, request: Request, operation: str, outcome: str) -> None:
        """Count one request; ``answered``, ``throttled``, or the fault that befell it."""
        self._counts[request.account, request.region, operation] += 1
        service = operation.partition(":")[0]
        self._outcomes[service, outcome] += 1
        now = self._clock()
        if self._began is None:
            self._began = now
        first_and_last = self._times.setdefault(service, [now, now])
        first_and_last[1] = now
        if operation == "s3:ListBuckets":
            self._listed_by = self._listed_by or request.query

    def to_json(self) -> dict[str, Any]:
        """Give all of it; times are seconds since the first request, and CPU time is that of the server."""
        calls: Counter[str] = Counter()
        for (_, _, operation), number in self._counts.items():
            calls[operation] += number
        return {
            "account": self._account,
            "cpu_seconds": time.process_time(),
            "calls": calls,
            "by_scope": [[*key, number] for key, number in sorted(self._counts.items())],
            "services": {service: self._service(service) for service in sorted(self._times)},
            "listed_by": self._listed_by,
            "metrics": self.windows.to_json(),
        }

    def _service(self, service: str) -> dict[str, Any]:
        first, last = (round(each - (self._began or 0.0), 4) for each in self._times[service])
        outcomes = {kind: number for (name, kind), number in sorted(self._outcomes.items()) if name == service}
        return {"calls": sum(outcomes.values()), "first": first, "last": last, "outcomes": outcomes}
