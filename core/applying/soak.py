"""The soak: canaries of capacity changes are watched before anything else is changed like them.

All canaries of a run share one soak. A canary that could not be observed proves nothing: what waits for it is not sent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from trueup.applying.busy import breached

if TYPE_CHECKING:
    from trueup.applying.bench import Bench
    from trueup.planning.planned import PlannedChange
    from trueup.ruleset.condition import CompiledCondition

__all__ = ["Soaked", "look", "soak"]


@dataclass(frozen=True, slots=True)
class Soaked:
    """What the soak showed.

    Args:
        breached: changes whose regression condition was breached.
        unobserved: changes of which no data came.
        interrupted: why the soak ended early, None when it did not.
    """

    breached: tuple[PlannedChange, ...] = ()
    unobserved: tuple[PlannedChange, ...] = ()
    interrupted: str | None = None


@dataclass(slots=True)
class _Watch:
    seen: set[str] = field(default_factory=set)


def soak(bench: Bench, run: str, canaries: list[tuple[PlannedChange, CompiledCondition]]) -> Soaked:
    """Watch changes for ``apply.soak_minutes``; end at the first breach or wish to stop."""
    if not canaries:
        return Soaked()
    began = bench.clock.now()
    limit = timedelta(minutes=bench.settings.apply.soak_minutes)
    period = 60 * bench.settings.apply.soak_period_minutes
    watch = _Watch()
    while True:
        bench.interrupt.sleep(period)
        passed = bench.clock.now() - began
        bench.say(f"soak: {int(passed.total_seconds() // 60)} of {bench.settings.apply.soak_minutes} minutes")
        found = look(bench, canaries, passed, watch)
        if found:
            return Soaked(breached=found)
        if why := bench.interrupt.reason(run):
            return Soaked(interrupted=why)
        if passed >= limit:
            return Soaked(unobserved=tuple(change for change, _ in canaries if change.id not in watch.seen))


def look(
    bench: Bench,
    changes: list[tuple[PlannedChange, CompiledCondition]],
    window: timedelta,
    watch: _Watch | None = None,
) -> tuple[PlannedChange, ...]:
    """Give the changes whose regression condition is breached over the last ``window``."""
    answers = breached(bench, changes, window)
    if watch is not None:
        watch.seen.update(change for change, answer in answers.items() if answer is not None)
    return tuple(change for change, _ in changes if answers.get(change.id))
