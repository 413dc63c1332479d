"""Rolling a run back: its own run, planned against what is there now, last change first.

What trueup wrote and nobody touched since is undone; what somebody else changed is shown and left.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from trueup.applying.applier import in_effect
from trueup.applying.image import aspects_of, match, overlaid
from trueup.applying.references import answered, undoable
from trueup.applying.settling import LAG_SECONDS
from trueup.applying.stepping import EndKind, Stepper
from trueup.errors import UsageError
from trueup.journal.changes import ChangeStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from trueup.applying.bench import Bench
    from trueup.applying.stepping import End
    from trueup.facts.snapshot import Snapshot
    from trueup.journal.changes import ChangeRecord, StepRecord
    from trueup.planning.planned import PlannedChange

__all__ = ["OVERRIDDEN", "Undo", "go_on", "plan_rollback", "record_rollback", "rollback_run"]

# The option of a rollback's run that names the changes that are undone though others changed what they wrote.
OVERRIDDEN = "overridden"

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
        drift: what others changed that is undone all the same, None when they changed nothing.
    """

    original: ChangeRecord
    inverse: PlannedChange | None
    refused: str | None = None
    drift: str | None = None


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
    if any(step.stays for step in change.steps[:count]):
        return Undo(record, None, f"cannot be undone: {change.reversible_reason}")
    for later in _later(bench, record):
        if (later.run, later.change.id) in chosen or later.status not in STANDING:
            continue
        if set(later.change.after) & set(change.after):
            return Undo(record, None, f"run {later.run} changed the same facts later; roll it back first")
    # the apply waited for a settling change until its limit: once is enough
    patience = 0 if record.status is ChangeStatus.SETTLING else change.settle_seconds
    found, drift = _steps_in_effect(bench, change, count, restored, patience), None
    if found is None:
        refused, drift = _drift(bench, change, count, restored)
        if refused or not override_drift:
            return Undo(record, None, refused or f"{drift}; --override-drift undoes it all the same")
        bench.say(f"{change.id} on {change.resource.id}: {drift}; undone all the same, as --override-drift says")
    return replace(_inverse(bench, record, forward, count if found is None else found), drift=drift)


def _inverse(bench: Bench, record: ChangeRecord, forward: list[StepRecord], count: int) -> Undo:
    """Give the undo of the first steps of a change, as far as their answers are known."""
    change = record.change
    if count == 0:
        return Undo(record, None)
    known = answered(change.inverse(count), forward)
    inverse = undoable(known)
    if inverse is None:
        return Undo(record, None, "cannot be undone: the answer that its undo needs was lost")
    lost = [step.leaves for step in known.steps if step not in inverse.steps]
    for leaves in (*lost, *(step.leaves for step in change.steps[:count] if not step.undo)):
        bench.say(f"{change.id} on {change.resource.id}: left behind: {leaves}")
    return Undo(record, inverse if inverse.steps else None)


def _later(bench: Bench, record: ChangeRecord) -> Iterator[ChangeRecord]:
    """Yield the changes of the same resource that were made after this one, newest first."""
    for each in bench.journal.changes.touching(record.change.resource.arn):
        if (each.run, each.change.id) == (record.run, record.change.id):
            return
        yield each


def _steps_in_effect(
    bench: Bench, change: PlannedChange, count: int, restored: Mapping[str, Any], patience: float
) -> int | None:
    """Find by reading after how many of the steps the owned facts look; None when after none of them.

    Without patience what does not come to rest is told by its facts alone: those of after all steps are ours, and the
    undo's own condition says when its call may be sent.
    """
    declared = bench.type_of(change)
    settled = [bench.compile(change, step.settled) for step in change.steps[:count]]
    aspects = aspects_of(change.after).union(*(each.aspects for each in settled))
    began = bench.clock.now()
    while True:
        snapshot = overlaid(bench.reader.read(declared, change.resource, aspects), restored)
        passed = (bench.clock.now() - began).total_seconds()
        holds = [each.holds(snapshot.aspects) for each in settled]
        still = all(each is True for each in holds)
        if still:
            for done in range(count, -1, -1):
                image = dict(change.before)
                for step in change.steps[:done]:
                    image.update(step.effect)
                if match(snapshot, image).equal and (done == count or passed >= LAG_SECONDS):
                    return done
        # what cannot be read, a deleted resource too, will not settle: nobody is to wait hours for it
        limit = LAG_SECONDS if still or None in holds else max(patience, LAG_SECONDS)
        if passed >= limit or bench.interrupt.signalled:
            return count if not (still or patience) and _as_left(change, count, snapshot) else None
        bench.interrupt.sleep(change.poll_seconds)


def _as_left(change: PlannedChange, count: int, snapshot: Snapshot) -> bool:
    """Tell whether the owned facts are those of after so many steps."""
    image = dict(change.before)
    for step in change.steps[:count]:
        image.update(step.effect)
    return match(snapshot, image).equal


def _drift(
    bench: Bench, change: PlannedChange, count: int, restored: Mapping[str, Any]
) -> tuple[str | None, str | None]:
    """Give why nothing can be said of what is there now, or what others changed of it."""
    image = dict(change.before)
    for step in change.steps[:count]:
        image.update(step.effect)
    snapshot = bench.reader.read(bench.type_of(change), change.resource, aspects_of(image))
    found = match(overlaid(snapshot, restored), image)
    if found.unknown is not None:
        return f"what is there now is not known: {found.unknown.sentence()}", None
    return None, f"changed by others since ({found.sentence() or 'it does not come to rest'})"


def rollback_run(bench: Bench, run: str, undos: Iterable[Undo]) -> str:
    """Carry a planned rollback out under the journal of ``run``; give how the run ended."""
    record_rollback(bench, run, undos)
    return go_on(bench, run)


def record_rollback(bench: Bench, run: str, undos: Iterable[Undo]) -> None:
    """Put a planned rollback into the journal, whole or not at all: a resume undoes what is recorded, and only that."""
    with bench.journal.store.write():
        for undo in undos:
            shown = undo.inverse or replace(undo.original.change, steps=())
            bench.journal.changes.add(run, shown, ChangeStatus.PLANNED, undo.original.run)
            if undo.refused:
                bench.journal.changes.mark(run, shown.id, ChangeStatus.SKIPPED, undo.refused)
                bench.say(f"{shown.resource.id}: skipped: {undo.refused}")


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
    overridden = bench.journal.runs.get(run).options.get(OVERRIDDEN, ())
    if not begun and record.change.id not in overridden and (why := _moved(bench, record.change)):
        bench.journal.changes.mark(run, record.change.id, ChangeStatus.SKIPPED, why)
        bench.say(f"{record.change.resource.id}: skipped: {why}")
        return ChangeStatus.SKIPPED
    end: End = Stepper(bench, run, record.change, "forward", lambda: None).run(begun)
    status, reason = _STATUS[end.kind], end.reason or None
    if end.kind is EndKind.SETTLED:
        bench.journal.changes.mark(of_run, record.change.id, ChangeStatus.ROLLED_BACK, f"by run {run}")
    bench.journal.changes.mark(run, record.change.id, status, reason)
    bench.say(f"{record.change.resource.id}: {status}" + (f": {reason}" if reason else ""))
    return status


def _moved(bench: Bench, inverse: PlannedChange) -> str | None:
    """Give what others changed between the planning of an undo and its first call, None when nothing."""
    began = bench.clock.now()
    while True:
        snapshot = bench.reader.read(bench.type_of(inverse), inverse.resource, aspects_of(inverse.before))
        found = match(snapshot, inverse.before) if inverse.steps else match(snapshot, {})
        if found.equal:
            return None
        if (bench.clock.now() - began).total_seconds() >= LAG_SECONDS or bench.interrupt.signalled:
            now = found.unknown.sentence() if found.unknown else found.sentence()
            return f"changed since the rollback was planned ({now}); roll back again"
        bench.interrupt.sleep(inverse.poll_seconds)


_STATUS = {
    EndKind.SETTLED: ChangeStatus.ROLLED_BACK,
    EndKind.REFUSED: ChangeStatus.FAILED,
    EndKind.MOVING: ChangeStatus.SETTLING,
    EndKind.WRONG: ChangeStatus.FAILED,
    EndKind.NOT_KNOWN: ChangeStatus.UNVERIFIED,
    EndKind.INDETERMINATE: ChangeStatus.INDETERMINATE,
    EndKind.STOPPED: ChangeStatus.UNVERIFIED,
}
