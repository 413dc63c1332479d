"""Whether a change may be rolled back without asking anyone.

Everything that is not surely an improvement is left to a person, who is told why and which command does it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from trueup.applying.image import aspects_of
from trueup.change import Risk
from trueup.facts.unknown import Unknown

if TYPE_CHECKING:
    from collections.abc import Collection

    from trueup.applying.bench import Bench
    from trueup.planning.planned import PlannedChange

__all__ = ["why_not"]

# The present peak: of so long, by the minute.
_PRESENT = timedelta(minutes=15)
_MINUTE = 60


def why_not(bench: Bench, change: PlannedChange, allow: Collection[str]) -> str | None:
    """Give why the undo of a change is not sent by itself, None when it may be.

    Args:
        bench: what to read with.
        change: the change.
        allow: risks that may be taken, besides ``safe``.
    """
    if why := bench.interrupt.held():
        return why
    if change.risk is not Risk.SAFE and change.risk not in allow:
        return f"its undo is {change.risk} ({change.risk_reason}): needs --allow {change.risk}"
    if any(step.stays for step in change.steps):
        return f"it cannot be undone: {change.reversible_reason}"
    for other in bench.journal.changes.frozen(change.resource.arn):
        return f"a change of run {other.run} is {other.status}; run `trueup resume {other.run}` first"
    return _carries_too_little(bench, change)


def _carries_too_little(bench: Bench, change: PlannedChange) -> str | None:
    """Give which present load the state before the change could not carry; what is not known, it could not."""
    if not change.undo_carries:
        return None
    margin = bench.settings.watch.undo_margin
    snapshot = bench.reader.read(
        bench.type_of(change), change.resource, aspects_of(change.undo_carries), window=_PRESENT, period=_MINUTE
    )
    for path, carried in change.undo_carries.items():
        peak = snapshot.get(path)
        if isinstance(peak, Unknown):
            return f"its undo lowers capacity, and the present {path} is not known: {peak.sentence()}"
        if isinstance(peak, bool) or not isinstance(peak, int | float):
            return f"its undo lowers capacity, and the present {path} is no number: {peak!r}"
        if carried < margin * peak:
            return (
                f"its undo lowers capacity: expected that the state before carries {margin:g} x the present "
                f"{path}, {peak:g}, found that it carries {carried:g}"
            )
    return None
