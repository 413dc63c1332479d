"""Whether a resource is to be left alone right now.

Not available, being changed, in alarm, or breaching its own regression condition already: a change then would hide
whose fault what follows is. What cannot be read counts as busy.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from trueup.facts.unknown import Unknown

if TYPE_CHECKING:
    from datetime import datetime

    from trueup.applying.bench import Bench
    from trueup.facts.snapshot import Snapshot
    from trueup.planning.planned import PlannedChange
    from trueup.ruleset.condition import CompiledCondition
    from trueup.ruleset.rule import BoundRule

__all__ = ["breached", "busy"]

# The regression condition is judged over this long before the change, at one-minute points.
BEFORE = timedelta(minutes=30)
MINUTE = 60


def busy(bench: Bench, change: PlannedChange, rule: BoundRule, snapshot: Snapshot) -> str | None:
    """Give why the resource is to be left alone now, None when it need not be."""
    declared = bench.type_of(change)
    if declared.busy:
        held = bench.compile(change, declared.busy).holds(snapshot.aspects)
        if held is not False:
            state = "is being changed or is not available" if held else "cannot be seen to be at rest"
            return f"busy: the resource {state}"
    for step in change.steps[:1]:
        if bench.compile(change, step.ready).holds(snapshot.aspects) is not True:
            return f"busy: not ready for {step.call.name}"
    alarms = bench.alarms(declared, change.resource)
    if isinstance(alarms, Unknown):
        return f"busy: whether an alarm is in ALARM is not known ({alarms.sentence()})"
    if alarms:
        return f"busy: in ALARM: {', '.join(alarms)}"
    if rule.regression is not None and breached(bench, change, rule.regression, bench.clock.now() - BEFORE) is True:
        return "busy: its regression condition is breached already"
    return None


def breached(bench: Bench, change: PlannedChange, regression: CompiledCondition, since: datetime) -> bool | None:
    """Tell whether a regression condition is breached over the time since a moment; None when it is not known."""
    window = max(bench.clock.now() - since, timedelta(seconds=MINUTE))
    snapshot = bench.reader.read(
        bench.type_of(change), change.resource, regression.aspects, window=window, period=MINUTE
    )
    held = regression.holds(snapshot.aspects)
    return None if held is None else not held
