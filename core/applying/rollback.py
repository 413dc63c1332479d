"""Rolling a run back: its own run, planned against what is there now, last change first.

What trueup wrote and nobody touched since is undone; what somebody else changed is shown and left.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from trueup.applying.applier import in_effect
from trueup.applying.image import aspects_of, match, overlaid
from trueup.applying.references import answered
from trueup.applying.settling import LAG_SECONDS
from trueup.applying.stepping import EndKind, Stepper
from trueup.errors import UsageError
from trueup.journal.changes import ChangeStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from trueup.applying.bench import Bench
    from trueup.applying.stepping import End
    from trueup.journal.changes import ChangeRecord
    from trueup.planning.planned import PlannedChange

__all__ = ["Undo", "plan_rollback", "rollback_run"]

# Statuses in which something of a change is, or may be, in effect.
STANDING = frozenset(
    {
        ChangeStatus.APPLIED,
        ChangeStatus.SETTLING,
        ChangeStatus.UNVERIFIED,
        ChangeStatus.INDETERMINATE,
        ChangeStatus.FAILED,
    }
)


@dataclass(frozen=True, slots=True)
class Undo:
    """What rolling one change back would do.

    Args:
        original: the change as its run left it.
        inverse: the calls that undo it; None when there is nothing to send.
        refused: why it is not rolled back, None when it is.
    """

    original: ChangeRecord
    inverse: PlannedChange | None
    refused: str | None = None


def plan_rollback(
    bench: Bench, run: str, *, change: str | None = None, arn: str | None = None, override_drift: bool = False
) -> list[Undo]:
    """Plan the rollback of a run, or of one change or resource of it, against what is there now; last change first.

    Raises:
        UsageError: the run has no such change.
    """
    records = [
        each
        for each in reversed(bench.journal.changes.of(run))
        if (change is None or each.change.id == change) and (arn is None or each.change.resource.arn == arn)
    ]
    if not records and (change or arn):
        message = f"run {run} has no change {change or arn}; see `trueup runs show {run}`"
        raise UsageError(message)
    chosen = {(each.run, each.change.id) for each in records}
    undos: list[Undo] = []
    restored: dict[str, dict[str, Any]] = {}
    for each in records:
        if each.status in STANDING:
            # later changes of the same resource are undone first: it is judged as it will be then
            image = restored.setdefault(each.change.resource.arn, {})
            undo = _plan_one(bench, each, chosen, image, override_drift=override_drift)
            if undo.refused is None:
                image.update(each.change.before)
            undos.append(undo)
    return undos


def _plan_one(
    bench: Bench,
    record: ChangeRecord,
    chosen: set[tuple[str, str]],
    restored: Mapping[str, Any],
    *,
    override_drift: bool,
) -> Undo:
    forward = [s for s in bench.journal.changes.steps(record.run, record.change.id) if s.direction == "forward"]
    count = in_effect(forward)
    change = record.change
    if count == 0:
        return Undo(record, None)
    if any(not step.undo for step in change.steps[:count]):
        return Undo(record, None, f"cannot be undone: {change.reversible_reason}")
    for later in bench.journal.changes.touching(change.resource.arn):
        if (later.run, later.change.id) in chosen or later.status not in STANDING or not _after(later, record):
            continue
        if set(later.change.after) & set(change.after):
            return Undo(record, None, f"run {later.run} changed the same facts later; roll it back first")
    found = _steps_in_effect(bench, change, count, restored)
    if found is None and not override_drift:
        return Undo(record, None, _drift(bench, change, count, restored))
    count = count if found is None else found
    return Undo(record, answered(change.inverse(count), forward) if count else None)


def _after(later: ChangeRecord, record: ChangeRecord) -> bool:
    return (later.run, later.position) > (record.run, record.position)


def _steps_in_effect(bench: Bench, change: PlannedChange, count: int, restored: Mapping[str, Any]) -> int | None:
    """Find by reading after how many of the steps the owned facts look; None when after none of them."""
    declared = bench.type_of(change)
    settled = [bench.compile(change, step.settled) for step in change.steps[:count]]
    aspects = aspects_of(change.after).union(*(each.aspects for each in settled))
    began = bench.clock.now()
    while True:
        snapshot = overlaid(bench.reader.read(declared, change.resource, aspects), restored)
        passed = (bench.clock.now() - began).total_seconds()
        still = all(each.holds(snapshot.aspects) is True for each in settled)
        if still:
            for done in range(count, -1, -1):
                image = dict(change.before)
                for step in change.steps[:done]:
                    image.update(step.effect)
                if match(snapshot, image).equal and (done == count or passed >= LAG_SECONDS):
                    return done
        limit = LAG_SECONDS if still else change.settle_seconds
        if passed >= limit or bench.interrupt.signalled:
            return None
        bench.interrupt.sleep(change.poll_seconds)


def _drift(bench: Bench, change: PlannedChange, count: int, restored: Mapping[str, Any]) -> str:
    image = dict(change.before)
    for step in change.steps[:count]:
        image.update(step.effect)
    snapshot = bench.reader.read(bench.type_of(change), change.resource, aspects_of(image))
    found = match(overlaid(snapshot, restored), image)
    if found.unknown is not None:
        return f"what is there now is not known: {found.unknown.sentence()}"
    return f"changed by others since ({found.sentence()}); --override-drift undoes it all the same"


def rollback_run(bench: Bench, run: str, undos: Iterable[Undo]) -> str:
    """Carry a planned rollback out under the journal of ``run``; give how the run ended."""
    for undo in undos:
        shown = undo.inverse or replace(undo.original.change, steps=())
        bench.journal.changes.add(run, shown, ChangeStatus.PLANNED, undo.original.run)
        if undo.refused:
            bench.journal.changes.mark(run, shown.id, ChangeStatus.SKIPPED, undo.refused)
            bench.say(f"{shown.resource.id}: skipped: {undo.refused}")
    return go_on(bench, run)


def go_on(bench: Bench, run: str) -> str:
    """Undo what the journal of a rollback still holds as planned or begun; give how the run ended."""
    of_run = bench.journal.runs.get(run).of_run or run
    status = "failed"
    try:
        unfinished: set[str] = set()
        for record in bench.journal.changes.of(run):
            if bench.interrupt.signalled:
                break
            arn = record.change.resource.arn
            if record.status in {ChangeStatus.SKIPPED, ChangeStatus.ROLLED_BACK}:
                continue
            if arn in unfinished:
                bench.say(f"{record.change.resource.id}: waits for the undo of a later change of it")
            elif _one(bench, run, of_run, record) is not ChangeStatus.ROLLED_BACK:
                unfinished.add(arn)
        status = "interrupted" if bench.interrupt.signalled else "finished"
    finally:
        bench.journal.runs.finish(run, status)
    return status


def _one(bench: Bench, run: str, of_run: str, record: ChangeRecord) -> ChangeStatus:
    begun = [step for step in bench.journal.changes.steps(run, record.change.id) if step.direction == "forward"]
    end: End = Stepper(bench, run, record.change, "forward", lambda: None).run(begun)
    status, reason = _STATUS[end.kind], end.reason or None
    if end.kind is EndKind.SETTLED:
        bench.journal.changes.mark(of_run, record.change.id, ChangeStatus.ROLLED_BACK, f"by run {run}")
    bench.journal.changes.mark(run, record.change.id, status, reason)
    bench.say(f"{record.change.resource.id}: {status}" + (f": {reason}" if reason else ""))
    return status


_STATUS = {
    EndKind.SETTLED: ChangeStatus.ROLLED_BACK,
    EndKind.REFUSED: ChangeStatus.FAILED,
    EndKind.MOVING: ChangeStatus.SETTLING,
    EndKind.WRONG: ChangeStatus.FAILED,
    EndKind.NOT_KNOWN: ChangeStatus.UNVERIFIED,
    EndKind.INDETERMINATE: ChangeStatus.INDETERMINATE,
    EndKind.STOPPED: ChangeStatus.UNVERIFIED,
}
