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
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from trueup.applying.bench import Bench
    from trueup.aws.windows import Window
    from trueup.facts.snapshot import Snapshot
    from trueup.finding import Evidence
    from trueup.resource import Resource
    from trueup.ruleset.condition import CompiledCondition
    from trueup.service.declarations import ResourceType
    from trueup.watching.subjects import Subject

__all__ = ["Sight", "look", "usual"]


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen of a change in one period.

    Args:
        held: whether each of its limits held; None when that is not known.
        texts: which facts decided, limit by limit; empty of one that held.
        evidence: the facts that each limit looks at, with what they were.
    """

    held: tuple[bool | None, ...]
    texts: tuple[str, ...]
    evidence: tuple[tuple[Evidence, ...], ...]

    @property
    def well(self) -> bool | None:
        """Whether all held; None when that is not known."""
        return False if False in self.held else None if None in self.held else True

    def after(self, earlier: Sight) -> Sight:
        """Give this, with what was known of a limit earlier and is not now."""
        pairs = zip(self._limits, earlier._limits, strict=True)
        return Sight.of([new if new[0] is not None else old for new, old in pairs])

    @classmethod
    def of(cls, limits: Iterable[tuple[bool | None, str, tuple[Evidence, ...]]]) -> Sight:
        """Give the sight of limits of each of which it is known whether it held, why not, and by which facts."""
        held, texts, evidence = zip(*limits, strict=True)
        return cls(held, texts, evidence)

    @property
    def _limits(self) -> Iterator[tuple[bool | None, str, tuple[Evidence, ...]]]:
        return zip(self.held, self.texts, self.evidence, strict=True)


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
            window.start: _sight(each.limits, snapshot)
            for window, snapshot in zip(windows, snapshots.get(each.change.resource.arn, ()), strict=False)
            if each.begin <= window.start and window.end <= each.until
        }
        for each in subjects
    }


def usual(
    bench: Bench, breached: Mapping[tuple[Subject, int], Collection[datetime]]
) -> dict[tuple[Subject, int], bool | None]:
    """Tell which limits were breached in the same hours of the days before their change was made, too.

    Args:
        bench: what to read with.
        breached: a change and the number of its limit to the periods in which that was breached; at least one.

    Returns:
        None where nothing is known of any of the days, so that nothing can be compared.
    """
    days = bench.settings.watch.days_before
    hours = {key: same_hours(times, key[0].made, days) for key, times in breached.items()}
    windows = sorted({window for wanted in hours.values() for window in wanted}, key=lambda window: window.start)
    place = {window: number for number, window in enumerate(windows)}
    snapshots = _read(bench, {subject for subject, _ in breached}, windows)
    found: dict[tuple[Subject, int], bool | None] = {}
    for (subject, limit), wanted in hours.items():
        seen = snapshots.get(subject.change.resource.arn, ())
        held = {subject.limits[limit].holds(seen[place[window]].aspects) for window in wanted if seen}
        found[subject, limit] = True if False in held else False if True in held else None
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
        aspects[resource] = aspects.get(resource, frozenset()) | each.aspects
    yield from ((types[resource], resource, wanted) for resource, wanted in aspects.items())


def _sight(limits: Sequence[CompiledCondition], snapshot: Snapshot) -> Sight:
    return Sight.of([_judged(limit, snapshot) for limit in limits])


def _judged(limit: CompiledCondition, snapshot: Snapshot) -> tuple[bool | None, str, tuple[Evidence, ...]]:
    held, evidence = limit.holds(snapshot.aspects), limit.evidence(snapshot.aspects)
    decided = () if held else (leaf for leaf in evidence if leaf.holds is held)
    return held, "; ".join(_told(leaf.path, leaf.actual, leaf.expected) for leaf in decided), evidence


def _told(path: str, actual: object, expected: object) -> str:
    if isinstance(actual, Unknown):
        return f"{path} is not known: {actual.sentence()}"
    return f"{path} was {json.dumps(actual)}, expected {json.dumps(expected)}"
