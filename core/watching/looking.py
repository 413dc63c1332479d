"""Looking at changes: whether their regression conditions held, period by period, in as few calls as AWS allows.

All that is watched is read together; the days before are read only of what is breached now.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trueup.facts.unknown import Unknown
from trueup.watching.periods import same_hours

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from trueup.applying.bench import Bench
    from trueup.aws.windows import Window
    from trueup.facts.snapshot import Snapshot
    from trueup.resource import Resource
    from trueup.ruleset.condition import CompiledCondition
    from trueup.service.declarations import ResourceType
    from trueup.watching.subjects import Subject

__all__ = ["Sight", "look", "usual"]


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen of a change in one period.

    Args:
        held: whether its regression condition held; None when that is not known.
        text: which facts decided, empty when it held.
    """

    held: bool | None
    text: str = ""


def look(bench: Bench, subjects: Collection[Subject], windows: Sequence[Window]) -> dict[str, dict[datetime, Sight]]:
    """Give by change id what was seen in each period that lies in its watch.

    Args:
        bench: what to read with.
        subjects: the changes.
        windows: the periods, at least one.
    """
    snapshots = _read(bench, subjects, windows)
    return {
        each.change.id: {
            window.start: _sight(each.regression, snapshot)
            for window, snapshot in zip(windows, snapshots.get(each.change.resource.arn, ()), strict=False)
            if each.begin <= window.start and window.end <= each.until
        }
        for each in subjects
    }


def usual(bench: Bench, breached: Mapping[Subject, Collection[datetime]]) -> dict[str, bool | None]:
    """Tell by change id whether its limit was breached in the same hours of the days before it was made, too.

    Args:
        bench: what to read with.
        breached: the changes with the periods in which they were breached; at least one.

    Returns:
        None where nothing is known of any of the days, so that nothing can be compared.
    """
    days = bench.settings.watch.days_before
    hours = {each.change.id: same_hours(times, each.made, days) for each, times in breached.items()}
    windows = sorted({window for wanted in hours.values() for window in wanted}, key=lambda window: window.start)
    place = {window: number for number, window in enumerate(windows)}
    snapshots = _read(bench, breached, windows)
    found: dict[str, bool | None] = {}
    for each in breached:
        seen = snapshots.get(each.change.resource.arn, ())
        held = {each.regression.holds(seen[place[w]].aspects) for w in hours[each.change.id] if seen}
        found[each.change.id] = True if False in held else False if True in held else None
    return found


def _read(bench: Bench, subjects: Collection[Subject], windows: Sequence[Window]) -> dict[str, tuple[Snapshot, ...]]:
    """Read every resource once, whatever the number of its changes; give the snapshots of each by its ARN."""
    read = bench.reader.read_slices(_wanted(bench, subjects), windows)
    return {snapshots[0].resource.arn: snapshots for snapshots in read}


def _wanted(bench: Bench, subjects: Collection[Subject]) -> Iterator[tuple[ResourceType, Resource, frozenset[str]]]:
    aspects: dict[Resource, frozenset[str]] = {}
    types: dict[Resource, ResourceType] = {}
    for each in subjects:
        resource = each.change.resource
        types[resource] = bench.type_of(each.change)
        aspects[resource] = aspects.get(resource, frozenset()) | each.regression.aspects
    yield from ((types[resource], resource, wanted) for resource, wanted in aspects.items())


def _sight(regression: CompiledCondition, snapshot: Snapshot) -> Sight:
    held = regression.holds(snapshot.aspects)
    if held:
        return Sight(held)
    leaves = [leaf for leaf in regression.evidence(snapshot.aspects) if leaf.holds is held]
    return Sight(held, "; ".join(_told(leaf.path, leaf.actual, leaf.expected) for leaf in leaves))


def _told(path: str, actual: object, expected: object) -> str:
    if isinstance(actual, Unknown):
        return f"{path} is not known: {actual.sentence()}"
    return f"{path} was {json.dumps(actual)}, expected {json.dumps(expected)}"
