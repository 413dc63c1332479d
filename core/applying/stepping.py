"""The steps of one change, sent one after the other under the journal.

Intent on disk, then the call, then the outcome on disk; a lost answer is decided by reading, never by sending again
blindly. The same code applies, undoes and resumes: only the direction and the starting point differ.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import TYPE_CHECKING

from trueup.applying.image import aspects_of, match
from trueup.applying.references import fact_aspects, kept_paths, kept_results, resolve
from trueup.applying.settling import Settled, SettledKind, decide, settle
from trueup.errors import AmbiguousWriteError, CallRefusedError, RefusedError, ThrottledWriteError
from trueup.journal.changes import StepStatus

if TYPE_CHECKING:
    from collections.abc import Callable

    from trueup.applying.bench import Bench
    from trueup.change import Call
    from trueup.facts.snapshot import Snapshot
    from trueup.journal.changes import Direction, StepRecord
    from trueup.planning.planned import PlannedChange

__all__ = ["End", "EndKind", "Stepper"]

# Sending again after a lost answer that surely had no effect is right, but not for ever.
LOST_ANSWERS = 3
# The first wait after a throttled write; each further one is twice as long.
THROTTLE_SECONDS = 2


class EndKind(Enum):
    """How the steps of a change ended."""

    SETTLED = auto()
    REFUSED = auto()
    MOVING = auto()
    WRONG = auto()
    MOVED = auto()
    BUSY = auto()
    NOT_KNOWN = auto()
    INDETERMINATE = auto()
    STOPPED = auto()


@dataclass(frozen=True, slots=True)
class End:
    """How the steps of a change ended.

    Args:
        kind: how.
        in_effect: how many steps have, or may have, taken effect.
        reason: why, for everything but ``SETTLED``.
    """

    kind: EndKind
    in_effect: int
    reason: str = ""


_FROM_SETTLED = {
    SettledKind.STILL_MOVING: EndKind.MOVING,
    SettledKind.OTHERWISE: EndKind.WRONG,
    SettledKind.NOT_KNOWN: EndKind.NOT_KNOWN,
}


class Stepper:
    """Sends the steps of one change in one direction."""

    def __init__(
        self, bench: Bench, run: str, change: PlannedChange, direction: Direction, stop: Callable[[], str | None]
    ) -> None:
        """Work on ``change``'s steps; ``direction`` says which rows of the journal they are, ``stop`` whether to."""
        self._bench = bench
        self._run = run
        self._change = change
        self._direction = direction
        self._stop = stop
        self._results: dict[str, dict[str, object]] = {}
        self._checked: Snapshot | None = None

    def run(self, begun: list[StepRecord], checked: Snapshot | None = None) -> End:
        """Send the steps that were not sent yet, and settle the ones that were.

        Args:
            begun: this direction's step records of the journal, in order; empty at the start.
            checked: the facts on which the change was found to fit; the first step takes its ``$fact`` values from
                them and is not sent when the facts that it writes moved since.
        """
        self._checked = checked
        for record in begun:
            self._results[str(record.position + 1)] = record.result or {}
        for position in range(len(self._change.steps)):
            status = begun[position].status if position < len(begun) else StepStatus.PLANNED
            if status is StepStatus.SETTLED:
                continue
            end = self._one(position, status)
            if end.kind is not EndKind.SETTLED:
                return end
        return End(EndKind.SETTLED, len(self._change.steps))

    def _one(self, position: int, status: StepStatus) -> End:
        if status is StepStatus.REFUSED:
            return End(EndKind.REFUSED, position, "the call was refused")
        if status is StepStatus.INTENDED:
            sent = self._after_lost_answer(position, 1)
        elif status is StepStatus.PLANNED:
            sent = self._send(position, 1)
        else:
            sent = None
        return sent or self._settle(position)

    def _send(self, position: int, attempt: int) -> End | None:
        """Wait until the resource is ready, then send; None when AWS took the call."""
        step = self._change.steps[position]
        checked = self._checked if position == 0 else None
        snapshot, ready = self._until_ready(position, wait=checked is None or attempt > 1)
        if not ready and self._bench.interrupt.signalled:
            return End(EndKind.STOPPED, position, "interrupted before the resource was ready")
        if stopped := self._stopped(position):
            return stopped
        if checked is not None:
            if moved := self._moved(snapshot, ready=ready or attempt > 1):
                return moved
            snapshot = replace(snapshot, aspects={**snapshot.aspects, **checked.aspects})
        try:
            call = resolve(step.call, snapshot, self._results, self._run)
        except RefusedError as error:
            return End(EndKind.REFUSED, position, str(error))
        self._bench.journal.changes.intend(self._run, self._change, self._direction, position, step.call)
        return self._transmit(call, position, attempt)

    def _transmit(self, call: Call, position: int, attempt: int) -> End | None:
        sender = self._bench.sender(self._change.resource)
        refusal = ""
        for throttled in range(self._bench.settings.apply.write_attempts):
            try:
                sent = sender.send(call, rule=self._change.rule)
            except CallRefusedError as error:
                return self._refused(position, str(error))
            except ThrottledWriteError as error:
                refusal = str(error)
                self._bench.interrupt.sleep(THROTTLE_SECONDS * 2**throttled)
                if stopped := self._stopped(position):
                    self._outcome(position, StepStatus.PLANNED, detail=refusal)
                    return stopped
            except AmbiguousWriteError as error:
                self._bench.journal.changes.note(self._run, "ambiguous", self._change.id, detail=str(error))
                self._bench.say(f"{call.name}: {error}; finding out by reading")
                return self._after_lost_answer(position, attempt)
            else:
                self._results[str(position + 1)] = kept_results(self._change, str(position + 1), sent.response)
                self._outcome(position, StepStatus.SENT, request_id=sent.request_id)
                return None
        return self._refused(position, refusal)

    def _stopped(self, position: int) -> End | None:
        stop = self._stop()
        if stop is None:
            return None
        return End(EndKind.STOPPED, position, f"{stop} after step {position} of {len(self._change.steps)}")

    def _after_lost_answer(self, position: int, attempt: int) -> End | None:
        """Decide by reading; None when the step is in effect, or was sent (again) with success."""
        found = decide(self._bench, self._change, position)
        if found.kind is SettledKind.AS_PLANNED:
            if kept_paths(self._change, str(position + 1)):
                return End(EndKind.INDETERMINATE, position + 1, "its answer, which later steps need, was lost")
            self._outcome(position, StepStatus.SENT, detail="found in effect by reading")
            return None
        if found.kind is SettledKind.AS_BEFORE:
            return self._again(position, attempt)
        if found.kind is SettledKind.OTHERWISE:
            reason = f"neither as before nor as planned: {found.reason}; look at the resource, then run `trueup resume`"
            return End(EndKind.INDETERMINATE, position + 1, reason)
        return End(EndKind.INDETERMINATE, position + 1, f"what became of the call cannot be read: {found.reason}")

    def _again(self, position: int, attempt: int) -> End | None:
        """Send a call again that had no effect, or may be repeated though nobody can tell."""
        told = bool(self._change.steps[position].effect)
        if told and attempt >= LOST_ANSWERS:
            return self._refused(position, f"no answer to {attempt} attempts, and no effect")
        if told:
            self._outcome(position, StepStatus.PLANNED, detail="found without effect by reading")
        elif attempt >= LOST_ANSWERS or self._stop() is not None:
            reason = f"no answer to {attempt} attempts, and the effect of this call cannot be read back"
            return End(EndKind.INDETERMINATE, position + 1, reason)
        return self._send(position, attempt + 1)

    def _settle(self, position: int) -> End:
        step = self._change.steps[position]
        looked = step.effect or step.settled
        settled = settle(self._bench, self._change, position) if looked else Settled(SettledKind.AS_PLANNED)
        if settled.kind is not SettledKind.AS_PLANNED:
            return End(_FROM_SETTLED[settled.kind], position + 1, settled.reason)
        self._outcome(position, StepStatus.SETTLED)
        return End(EndKind.SETTLED, position + 1)

    def _refused(self, position: int, reason: str) -> End:
        self._outcome(position, StepStatus.REFUSED, detail=reason)
        return End(EndKind.REFUSED, position, reason)

    def _facts(self, position: int) -> Snapshot:
        step = self._change.steps[position]
        ready = self._bench.compile(self._change, step.ready)
        aspects = fact_aspects(self._change) | ready.aspects | aspects_of(step.effect)
        return self._bench.reader.read(self._bench.type_of(self._change), self._change.resource, aspects)

    def _moved(self, snapshot: Snapshot, *, ready: bool) -> End | None:
        """Compare the facts that the first step writes with the plan's once more: the checks take their time."""
        if not ready:
            return End(EndKind.BUSY, 0, "busy: the resource is not ready any more")
        found = match(snapshot, self._change.base_of(0))
        if found.unknown is not None:
            return End(EndKind.BUSY, 0, f"not known any more: {found.unknown.sentence()}")
        if found.differs:
            return End(EndKind.MOVED, 0, f"changed right before the call: {found.sentence()}")
        return None

    def _until_ready(self, position: int, *, wait: bool) -> tuple[Snapshot, bool]:
        """Wait for the step before to free the resource; at the limit the call is sent, and AWS says what it thinks."""
        began = self._bench.clock.now()
        condition = self._bench.compile(self._change, self._change.steps[position].ready)
        while True:
            snapshot = self._facts(position)
            ready = condition.holds(snapshot.aspects) is True
            waited = (self._bench.clock.now() - began).total_seconds()
            if ready or not wait or waited >= self._change.settle_seconds or self._bench.interrupt.signalled:
                return snapshot, ready
            self._bench.interrupt.sleep(self._change.poll_seconds)

    def _outcome(self, position: int, status: StepStatus, *, request_id: str | None = None, detail: str = "") -> None:
        self._bench.journal.changes.outcome(
            self._run,
            self._change.id,
            self._direction,
            position,
            status,
            request_id=request_id,
            result=self._results.get(str(position + 1)) or None,
            detail=detail,
        )
