"""Whether a resource is to be left alone right now.

Not available, being changed, in alarm, or breaching its own regression condition already: a change then would hide
whose fault what follows is. What cannot be read counts as busy.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from trueup.facts.unknown import Unknown

if TYPE_CHECKING:
    from collections.abc import Collection

    from trueup.applying.bench import Bench
    from trueup.facts.snapshot import Snapshot
    from trueup.planning.planned import PlannedChange
    from trueup.resource import Resource
    from trueup.ruleset.condition import CompiledCondition
    from trueup.ruleset.rule import BoundRule
    from trueup.service.declarations import ResourceType

__all__ = ["breached", "busy"]

# The regression condition is judged over this long before the change, at one-minute points.
BEFORE = timedelta(minutes=30)
MINUTE = 60


def busy(bench: Bench, change: PlannedChange, rule: BoundRule, snapshot: Snapshot) -> str | None:
    """Give why the resource is to be left alone now, None when it need not be."""
    declared = bench.type_of(change)
    if declared.busy:
        moving = bench.compile(change, declared.busy)
        held = moving.holds(snapshot.aspects)
        if held:
            return "busy: the resource is being changed or is not available"
        if held is None:
            why = moving.unknown(snapshot.aspects)
            return f"busy: the resource cannot be seen to be at rest{f': {why.sentence()}' if why else ''}"
    for step in change.steps[:1]:
        if bench.compile(change, step.ready).holds(snapshot.aspects) is not True:
            return f"busy: not ready for {step.call.name}"
    if ringing := _in_alarm(bench, declared, change.resource, snapshot):
        return f"busy: {ringing}"
    if rule.regression is not None and breached(bench, [(change, rule.regression)], BEFORE).get(change.id):
        return "busy: its regression condition is breached already"
    return None


def _in_alarm(bench: Bench, declared: ResourceType, resource: Resource, snapshot: Snapshot) -> str | None:
    """Give which alarms are in ALARM about a resource or its members, None when none is."""
    members = snapshot.get(declared.alarm_fact) if declared.alarm_fact else ()
    alarms: tuple[str, ...] | Unknown
    if isinstance(members, Unknown):
        alarms = members
    else:
        own = {name: text.format(id=resource.id) for name, text in declared.alarm_dimensions.items()}
        alarms = bench.alarms(resource, [*([own] if own else []), *(members or ())])
    if isinstance(alarms, Unknown):
        return f"whether an alarm is in ALARM is not known ({alarms.sentence()})"
    return f"in ALARM: {', '.join(alarms)}" if alarms else None


def breached(
    bench: Bench, changes: Collection[tuple[PlannedChange, CompiledCondition]], window: timedelta
) -> dict[str, bool | None]:
    """Tell by change id whether regression conditions are breached over the last ``window``; None where unknown.

    All resources are read together, so that the metrics of many changes are few calls.
    """
    wanted: dict[Resource, tuple[ResourceType, frozenset[str]]] = {}
    for change, regression in changes:
        declared, aspects = wanted.get(change.resource, (bench.type_of(change), frozenset[str]()))
        wanted[change.resource] = declared, aspects | regression.aspects
    read = bench.reader.read_all(
        [(declared, resource, aspects) for resource, (declared, aspects) in wanted.items()],
        window=max(window, timedelta(seconds=MINUTE)),
        period=MINUTE,
    )
    facts = {snapshot.resource: snapshot.aspects for snapshot in read}
    held = {change.id: regression.holds(facts[change.resource]) for change, regression in changes}
    return {change: None if holds is None else not holds for change, holds in held.items()}
