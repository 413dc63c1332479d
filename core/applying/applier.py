"""One change, from the fresh look to its status: check, send, settle, verify, and undo what is known to be wrong.

Works from the journal alone, so that resuming after a crash is the same code as applying.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trueup.applying.busy import busy
from trueup.applying.freshness import check_fresh
from trueup.applying.image import aspects_of, match
from trueup.applying.references import answered, undoable
from trueup.applying.stepping import EndKind, Stepper
from trueup.applying.verification import VerifiedKind, judged_aspects, verify
from trueup.errors import PluginError, UnknownFactError
from trueup.exemptions.exemptions import NO_EXEMPTIONS
from trueup.journal.changes import ChangeStatus, StepStatus
from trueup.journal.runs import moment
from trueup.planning.concrete import TAGS
from trueup.planning.iac import managed_by

if TYPE_CHECKING:
    from datetime import datetime

    from trueup.applying.bench import Bench
    from trueup.applying.stepping import End
    from trueup.exemptions.exemptions import Exemptions
    from trueup.facts.snapshot import Snapshot
    from trueup.journal.changes import ChangeRecord, StepRecord
    from trueup.planning.planned import PlannedChange
    from trueup.ruleset.rule import BoundRule
    from trueup.service.declarations import ResourceType

__all__ = ["Applier", "Outcome"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a change.

    Args:
        status: where it stands now.
        reason: why, for a person.
        stops: whether the run sends nothing more.
    """

    status: ChangeStatus
    reason: str | None = None
    stops: bool = False


_UNFINISHED = {
    EndKind.MOVING: (ChangeStatus.SETTLING, True),
    EndKind.NOT_KNOWN: (ChangeStatus.UNVERIFIED, True),
    EndKind.INDETERMINATE: (ChangeStatus.INDETERMINATE, True),
    EndKind.STOPPED: (ChangeStatus.UNVERIFIED, True),
}


class Applier:
    """Applies the changes of one run, one at a time."""

    def __init__(
        self,
        bench: Bench,
        run: str,
        *,
        include_managed: bool = False,
        planned_at: datetime | None = None,
        exemptions: Exemptions = NO_EXEMPTIONS,
    ) -> None:
        """Apply under the journal of ``run``.

        Args:
            bench: what to work with.
            run: the run.
            include_managed: whether to write to resources managed as code, too.
            planned_at: when the plan was made; what other runs did to a resource since then counts.
            exemptions: what is not to be fixed, though it was planned.
        """
        self._bench = bench
        self._run = run
        self._include_managed = include_managed
        self._planned_at = planned_at
        self._exemptions = exemptions
        self._checked: Snapshot | None = None

    def apply(self, change: PlannedChange, rule: BoundRule) -> Outcome:
        """Apply a change that was not begun."""
        self._checked = None
        outcome = self._check(change, rule) or self._go_on(change, rule, [])
        self._bench.journal.changes.mark(self._run, change.id, outcome.status, outcome.reason)
        return outcome

    def resume(self, record: ChangeRecord, rule: BoundRule) -> Outcome:
        """Go on with a change that was begun, from what the journal knows of it."""
        if why := self._frozen(record.change):
            return Outcome(record.status, why, stops=True)
        self._checked = None
        steps = self._bench.journal.changes.steps(self._run, record.change.id)
        undone = [step for step in steps if step.direction == "undo"]
        forward = [step for step in steps if step.direction == "forward"]
        if undone:
            outcome = self._undo(record.change, in_effect(forward), record.reason or "", undone)
        else:
            outcome = self._go_on(record.change, rule, forward)
        self._bench.journal.changes.mark(self._run, record.change.id, outcome.status, outcome.reason)
        return outcome

    def undo(self, change: PlannedChange, reason: str) -> Outcome:
        """Undo an applied change of this run, because of what was seen after it; what others changed since is left."""
        snapshot = self._bench.reader.read(self._bench.type_of(change), change.resource, aspects_of(change.after))
        found = match(snapshot, change.after)
        if found.equal:
            outcome = self._undo(change, len(change.steps), reason, [])
        else:
            now = found.unknown.sentence() if found.unknown else f"changed by others since, {found.sentence()}"
            hint = f"look at it, then run `trueup rollback {self._run} --change {change.id}`"
            outcome = Outcome(ChangeStatus.UNVERIFIED, f"{reason}; not undone: {now}; {hint}", stops=True)
        self._bench.journal.changes.mark(self._run, change.id, outcome.status, outcome.reason)
        return outcome

    def _check(self, change: PlannedChange, rule: BoundRule) -> Outcome | None:
        """Refuse what does not fit any more, is busy, or is not ours to write; keep what the rule was judged on."""
        if why := self._frozen(change) or self._since_the_plan(change):
            return Outcome(ChangeStatus.SKIPPED, why)
        try:
            fresh = check_fresh(self._bench, change, rule)
        except (UnknownFactError, PluginError) as error:
            return Outcome(ChangeStatus.SKIPPED, str(error))
        if fresh.refused is not None:
            return Outcome(fresh.refused, fresh.reason)
        declared, found = self._bench.type_of(change), fresh.snapshot
        why = (
            self._exempt(change, found)
            or self._managed(declared, change, found)
            or busy(self._bench, change, rule, found)
        )
        if why:
            return Outcome(ChangeStatus.SKIPPED, why)
        judged = judged_aspects(declared, self._bench.schema_of(change), rule, fresh.snapshot, capacity=change.capacity)
        self._bench.journal.changes.keep_judged(self._run, change.id, judged)
        self._checked = fresh.snapshot
        return None

    def _frozen(self, change: PlannedChange) -> str | None:
        """Give which other change of the resource must be brought to its end first."""
        for other in self._bench.journal.changes.frozen(change.resource.arn):
            if (other.run, other.change.id) != (self._run, change.id):
                return f"frozen: a change of run {other.run} is {other.status}; run `trueup resume {other.run}` first"
        return None

    def _exempt(self, change: PlannedChange, snapshot: Snapshot) -> str | None:
        """Give why an exemption, perhaps a newer one than the plan, forbids the change."""
        tags = snapshot.aspects.get(TAGS)
        now = self._bench.clock.now()
        return self._exemptions.rule_on(change.rule, change.resource.arn, tags, now).refusal()

    def _managed(self, declared: ResourceType, change: PlannedChange, snapshot: Snapshot) -> str | None:
        """Give why a resource that is managed as code is left alone."""
        manager = change.managed_by or managed_by(declared, snapshot, self._bench.settings.iac.tags)
        if not manager or self._include_managed:
            return None
        return f"managed as code ({manager}); change {change.code or 'it there'}, or use --include-iac-managed"

    def _since_the_plan(self, change: PlannedChange) -> str | None:
        """Give what was done to the resource after the plan was made that the plan could not know of."""
        for other in self._bench.journal.changes.touching(change.resource.arn):
            own = other.run == self._run
            if other.change.id == change.id and own:
                continue
            if not own and (self._planned_at is None or moment(other.at) <= self._planned_at):
                continue
            if other.status is ChangeStatus.ROLLED_BACK and other.change.rule == change.rule:
                return f"rolled back in run {other.run} after the plan was made; make a new plan"
            if other.status is ChangeStatus.APPLIED and other.change.capacity and change.capacity:
                return f"capacity was reduced in run {other.run} after the plan was made; one reduction at a time"
        return None

    def _go_on(self, change: PlannedChange, rule: BoundRule, begun: list[StepRecord]) -> Outcome:
        stepper = Stepper(self._bench, self._run, change, "forward", lambda: self._bench.interrupt.reason(self._run))
        settled_before = bool(begun) and all(step.status is StepStatus.SETTLED for step in begun)
        end = stepper.run(begun, self._checked)
        if end.kind is EndKind.SETTLED:
            return self._verified(change, rule, again=settled_before and len(begun) == len(change.steps))
        if end.kind in {EndKind.MOVED, EndKind.BUSY}:
            return Outcome(ChangeStatus.STALE if end.kind is EndKind.MOVED else ChangeStatus.SKIPPED, end.reason)
        if end.kind is EndKind.STOPPED and end.in_effect == 0:
            return Outcome(ChangeStatus.PLANNED, end.reason, stops=True)
        if end.kind is EndKind.REFUSED and end.in_effect == 0:
            return Outcome(ChangeStatus.FAILED, f"nothing was changed: {end.reason}")
        if end.kind in {EndKind.REFUSED, EndKind.WRONG}:
            return self._undo(change, end.in_effect, end.reason, [])
        status, stops = _UNFINISHED[end.kind]
        return Outcome(status, f"{end.reason}; run `trueup resume {self._run}`", stops)

    def _verified(self, change: PlannedChange, rule: BoundRule, *, again: bool = False) -> Outcome:
        """Verify a settled change; ``again`` when it was seen as planned before, so that only others can differ it."""
        (record,) = [each for each in self._bench.journal.changes.of(self._run) if each.change.id == change.id]
        found = verify(self._bench, change, rule, record.judged or {})
        if found.kind is VerifiedKind.RIGHT:
            return Outcome(ChangeStatus.APPLIED)
        if found.kind is VerifiedKind.WRONG and again and found.differs:
            reason = f"changed by others after it was applied, and left so: {found.reason}"
            return Outcome(ChangeStatus.UNVERIFIED, reason, stops=True)
        if found.kind is VerifiedKind.WRONG:
            return self._undo(change, len(change.steps), found.reason, [])
        reason = f"applied, but not verified: {found.reason}; run `trueup resume {self._run}`"
        return Outcome(ChangeStatus.UNVERIFIED, reason, stops=True)

    def _undo(self, change: PlannedChange, count: int, why: str, begun: list[StepRecord]) -> Outcome:
        if any(step.stays for step in change.steps[:count]):
            return Outcome(ChangeStatus.FAILED, f"{why}; it cannot be undone: {change.reversible_reason}", stops=True)
        self._bench.say(f"undoing {change.id} on {change.resource.id}: {why}")
        steps = self._bench.journal.changes.steps(self._run, change.id)
        inverse = undoable(answered(change.inverse(count), [step for step in steps if step.direction == "forward"]))
        if inverse is None:
            return Outcome(ChangeStatus.FAILED, f"{why}; the answer that its undo needs was lost", stops=True)
        end: End = Stepper(self._bench, self._run, inverse, "undo", lambda: None).run(begun)
        if end.kind is EndKind.SETTLED:
            return Outcome(ChangeStatus.ROLLED_BACK, why, stops=True)
        if end.kind is EndKind.REFUSED:
            return Outcome(ChangeStatus.FAILED, f"{why}; its undo was refused: {end.reason}", stops=True)
        status, _ = _UNFINISHED.get(end.kind, (ChangeStatus.FAILED, True))
        return Outcome(
            status, f"{why}; its undo is not done: {end.reason}; run `trueup resume {self._run}`", stops=True
        )


def in_effect(forward: list[StepRecord]) -> int:
    """Give how many steps of a change have, or may have, taken effect, by its journal."""
    return sum(step.status in {StepStatus.INTENDED, StepStatus.SENT, StepStatus.SETTLED} for step in forward)
