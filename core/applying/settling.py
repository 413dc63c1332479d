"""Waiting until a step has settled, within its limit, and telling a slow step from a wrong one.

A resource that says it is done but is not as planned is looked at again for a while before it counts as wrong:
AWS's reads lag behind its writes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from trueup.applying.image import aspects_of, match

if TYPE_CHECKING:
    from datetime import datetime

    from trueup.applying.bench import Bench
    from trueup.applying.image import Match
    from trueup.change import Step
    from trueup.facts.snapshot import Snapshot
    from trueup.planning.planned import PlannedChange

__all__ = ["Settled", "SettledKind", "decide", "settle"]

# How long a resource that is not moving may still show the old facts before they are believed.
LAG_SECONDS = 60


class SettledKind(Enum):
    """How waiting ended."""

    AS_PLANNED = auto()
    AS_BEFORE = auto()
    OTHERWISE = auto()
    STILL_MOVING = auto()
    NOT_KNOWN = auto()


@dataclass(frozen=True, slots=True)
class Settled:
    """How waiting ended, with the last look and why."""

    kind: SettledKind
    snapshot: Snapshot | None = None
    reason: str = ""


class _Watcher:
    """Looks at one step's resource again and again."""

    def __init__(self, bench: Bench, change: PlannedChange, position: int) -> None:
        self.bench, self.change = bench, change
        self.step: Step = change.steps[position]
        self.base = change.base_of(position)
        self.still = bench.compile(change, self.step.settled)
        self.aspects = aspects_of(self.step.effect) | self.still.aspects
        self.began = bench.clock.now()

    def look(self) -> tuple[Snapshot, Match, bool | None]:
        """Read; give the facts, how they compare with the effect, and whether the resource stands still."""
        snapshot = self.bench.reader.read(self.bench.type_of(self.change), self.change.resource, self.aspects)
        return snapshot, match(snapshot, self.step.effect), self.still.holds(snapshot.aspects)

    def seconds(self, since: datetime | None = None) -> float:
        return (self.bench.clock.now() - (since or self.began)).total_seconds()

    def wait(self) -> None:
        self.bench.interrupt.sleep(self.change.poll_seconds)


def settle(bench: Bench, change: PlannedChange, position: int) -> Settled:
    """Wait until a step that was sent has settled.

    Returns:
        ``AS_PLANNED``; ``OTHERWISE`` when it stands still and is neither as planned nor as before;
        ``STILL_MOVING`` or ``NOT_KNOWN`` at the change's settle limit or when the run is interrupted meanwhile. A call
        that was accepted and still reads as before is waited for until the limit: reads may lag by many minutes, and
        there would be nothing to undo.
    """
    watcher = _Watcher(bench, change, position)
    wrong_since: datetime | None = None
    while True:
        snapshot, found, still = watcher.look()
        if found.equal and still:
            return Settled(SettledKind.AS_PLANNED, snapshot)
        moved = found.unknown is None and bool(found.differs) and not match(snapshot, watcher.base).equal
        stands_wrong = still is True and moved
        wrong_since = (wrong_since or bench.clock.now()) if stands_wrong else None
        if wrong_since is not None and watcher.seconds(wrong_since) >= LAG_SECONDS:
            return Settled(SettledKind.OTHERWISE, snapshot, found.sentence())
        if watcher.seconds() >= change.settle_seconds or bench.interrupt.signalled:
            return _unsettled(watcher, snapshot, found)
        watcher.wait()


def _unsettled(watcher: _Watcher, snapshot: Snapshot, found: Match) -> Settled:
    unknown = found.unknown or watcher.still.unknown(snapshot.aspects)
    if unknown is not None:
        return Settled(SettledKind.NOT_KNOWN, snapshot, unknown.sentence())
    waited = round(watcher.seconds())
    return Settled(SettledKind.STILL_MOVING, snapshot, f"not settled after {waited} s; {found.sentence()}".rstrip("; "))


def decide(bench: Bench, change: PlannedChange, position: int) -> Settled:
    """Find out by reading what became of a call whose answer is not known.

    Returns:
        ``AS_PLANNED``: it took effect (it may still be moving). ``AS_BEFORE``: it surely did not, since the
        resource stands still with the old facts. ``OTHERWISE``: neither. ``STILL_MOVING``, ``NOT_KNOWN``: cannot tell.
    """
    watcher = _Watcher(bench, change, position)
    if not watcher.step.effect:
        if watcher.step.repeatable:
            return Settled(SettledKind.AS_BEFORE)
        return Settled(SettledKind.OTHERWISE, None, "the effect of this call cannot be read back")
    still_since: datetime | None = None
    while True:
        snapshot, found, still = watcher.look()
        if found.equal:
            return Settled(SettledKind.AS_PLANNED, snapshot)
        known = still is True and found.unknown is None
        still_since = (still_since or bench.clock.now()) if known else None
        if still_since is not None and watcher.seconds(still_since) >= LAG_SECONDS:
            if match(snapshot, watcher.base).equal:
                return Settled(SettledKind.AS_BEFORE, snapshot)
            return Settled(SettledKind.OTHERWISE, snapshot, found.sentence())
        if watcher.seconds() >= change.settle_seconds or bench.interrupt.signalled:
            return _unsettled(watcher, snapshot, found)
        watcher.wait()
