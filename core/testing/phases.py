"""Which resources are in an asynchronous phase: "UPDATING until then, afterwards as stored".

AWS answers a write before it has taken effect and refuses others meanwhile; moto does everything at once. A correction
enters a phase when it accepts a write and asks for it when the resource is described; the clock settles it.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from trueup.testing.clock import SimulatedClock

__all__ = ["Phase", "Phases"]


@dataclass(frozen=True, slots=True)
class Phase:
    """A state that a resource shows until a time, and what the correction wants to know of it (old values, say)."""

    state: str
    until: datetime
    details: Mapping[str, Any]


class Phases:
    """The running phases, by service and resource; a resource may have several, one a ``part``."""

    def __init__(self, clock: SimulatedClock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._phases: dict[tuple[str, str, str], Phase] = {}

    def enter(
        self, service: str, resource: str, state: str, seconds: float, *, part: str = "", **details: Any
    ) -> Phase:
        """Let a resource (or a part of it) show ``state`` for so many seconds of the simulated clock."""
        phase = Phase(state, self._clock.now() + timedelta(seconds=seconds), details)
        with self._lock:
            self._phases[service, resource, part] = phase
        return phase

    def current(self, service: str, resource: str, *, part: str = "") -> Phase | None:
        """The phase that a resource is in now, None when it has settled."""
        with self._lock:
            phase = self._phases.get((service, resource, part))
        return phase if phase is not None and self._clock.now() < phase.until else None

    def leave(self, service: str, resource: str) -> None:
        """End every phase of a resource at once: it was deleted."""
        with self._lock:
            for key in [key for key in self._phases if key[:2] == (service, resource)]:
                del self._phases[key]

    def reset(self) -> None:
        """Forget everything."""
        with self._lock:
            self._phases.clear()
