"""One apply: canaries, one soak, then waves; stopped at the first thing that is not as planned.

Driven by what the journal says of each change, so that resuming is running it again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.applying.applier import Applier, Outcome, in_effect
from trueup.applying.soak import look, soak
from trueup.errors import TrueupError
from trueup.exemptions.exemptions import NO_EXEMPTIONS
from trueup.journal.changes import ChangeStatus
from trueup.journal.runs import moment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from trueup.applying.bench import Bench
    from trueup.applying.options import ApplyOptions
    from trueup.exemptions.exemptions import Exemptions
    from trueup.journal.changes import ChangeRecord
    from trueup.planning.planned import PlannedChange
    from trueup.ruleset.condition import CompiledCondition
    from trueup.ruleset.rule import BoundRule

__all__ = ["ApplyRun"]

BEGUN = frozenset({ChangeStatus.INDETERMINATE, ChangeStatus.SETTLING, ChangeStatus.UNVERIFIED})
_SOAKED = "soaked"

Action = tuple[str, str]


class ApplyRun:
    """Applies the changes that the journal holds for one run."""

    def __init__(
        self,
        bench: Bench,
        run: str,
        rules: Mapping[str, BoundRule],
        options: ApplyOptions,
        exemptions: Exemptions = NO_EXEMPTIONS,
    ) -> None:
        """Work on ``run``; ``rules`` are the ones embedded in its plan, ``exemptions`` what is not to be fixed."""
        self._bench = bench
        self._run = run
        self._rules = rules
        self._options = options
        self._applier = Applier(
            bench,
            run,
            include_managed=options.include_managed,
            planned_at=_planned_at(bench, run),
            exemptions=exemptions,
        )
        self._began: datetime = bench.clock.now()

    def go(self) -> str:
        """Apply what is not applied yet; give how the run ended: ``finished``, ``stopped`` or ``interrupted``."""
        status = "failed"
        try:
            status = self._phases()
        except TrueupError:
            self._bench.say(f"the run broke off; what was sent is found out by `trueup resume {self._run}`")
            raise
        finally:
            self._bench.journal.runs.finish(self._run, status)
        return status

    def _phases(self) -> str:
        for record in self._records():
            if record.status in BEGUN:
                outcome = self._applier.resume(record, self._rules[record.change.rule])
                if ended := self._ended(record.change, outcome):
                    return ended
        if broken_off := self._undone_before():
            self._skip_rest(f"the run was stopped: {broken_off.change.id} is {broken_off.status}")
            return "stopped"
        return self._canaries() or self._soak() or self._waves() or "finished"

    def _canaries(self) -> str | None:
        """Apply one change of each action; what is stale or busy is no canary, the next one is."""
        for record in self._records():
            tried = self._tried(_action(record.change))
            if record.status is not ChangeStatus.PLANNED or ChangeStatus.APPLIED in tried:
                continue
            if ChangeStatus.FAILED in tried:
                self._mark(record.change, ChangeStatus.SKIPPED, f"the canary of {record.change.action} failed")
            elif ended := self._apply(record, "canary"):
                return ended
        return None

    def _soak(self) -> str | None:
        if any(event["what"] == _SOAKED for event in self._bench.journal.changes.events(self._run)):
            return None
        waiting = {_action(each.change) for each in self._records() if each.status is ChangeStatus.PLANNED}
        watched = [each for each in self._watched() if _action(each[0]) in waiting]
        found = soak(self._bench, self._run, watched)
        if found.interrupted:
            return self._stopped_by(found.interrupted)
        if found.breached:
            return self._regressed(found.breached)
        if not self._options.accept_unobserved:
            for change in found.unobserved:
                self._skip_action(_action(change), "its canary could not be observed; see --accept-unobserved")
        self._bench.journal.changes.note(self._run, _SOAKED)
        return None

    def _waves(self) -> str | None:
        size, sent = self._bench.settings.apply.first_wave, 0
        for record in self._records():
            if record.status is not ChangeStatus.PLANNED:
                continue
            if sent == size:
                window = self._bench.clock.now() - self._began
                if found := look(self._bench, self._watched(), window):
                    return self._regressed(found)
                size, sent = 2 * size, 0
            if ended := self._apply(record, "wave"):
                return ended
            sent += 1
        return None

    def _apply(self, record: ChangeRecord, phase: str) -> str | None:
        change = record.change
        if why := self._bench.interrupt.reason(self._run):
            return self._stopped_by(why)
        self._bench.say(f"{phase}: {change.resource.id}: {change.summary}")
        return self._ended(change, self._applier.apply(change, self._rules[change.rule]))

    def _ended(self, change: PlannedChange, outcome: Outcome) -> str | None:
        """Say what became of a change; give how the run ends when it does."""
        self._bench.say(f"{change.resource.id}: {outcome.status}" + (f": {outcome.reason}" if outcome.reason else ""))
        if not outcome.stops:
            return None
        if self._bench.interrupt.signalled:
            return "interrupted"
        if outcome.status in {ChangeStatus.ROLLED_BACK, ChangeStatus.FAILED}:
            self._skip_rest(f"the run was stopped: {change.id} is {outcome.status}")
        return "stopped"

    def _stopped_by(self, why: str) -> str:
        self._bench.say(f"{why}; what is left goes on with `trueup resume {self._run}`")
        return "interrupted" if self._bench.interrupt.signalled else "stopped"

    def _regressed(self, changes: tuple[PlannedChange, ...]) -> str:
        for change in changes:
            outcome = self._applier.undo(change, "its regression condition was breached after the change")
            self._bench.say(f"{change.resource.id}: {outcome.status}: {outcome.reason}")
        self._skip_rest("the run was stopped: a regression was seen")
        return "stopped"

    def _skip_rest(self, why: str) -> None:
        for record in self._records():
            if record.status is ChangeStatus.PLANNED:
                self._mark(record.change, ChangeStatus.SKIPPED, why)

    def _skip_action(self, action: Action, why: str) -> None:
        for record in self._records():
            if record.status is ChangeStatus.PLANNED and _action(record.change) == action:
                self._mark(record.change, ChangeStatus.SKIPPED, why)

    def _watched(self) -> list[tuple[PlannedChange, CompiledCondition]]:
        """Give the applied changes of capacity whose rule says what a regression is."""
        return [
            (each.change, regression)
            for each in self._records()
            if each.status is ChangeStatus.APPLIED
            and each.change.capacity
            and (regression := self._rules[each.change.rule].regression) is not None
        ]

    def _undone_before(self) -> ChangeRecord | None:
        """Give the change for which an earlier part of this run stopped, when it could not skip the rest any more."""
        for record in self._records():
            steps = self._bench.journal.changes.steps(self._run, record.change.id)
            undone = any(step.direction == "undo" for step in steps)
            stuck = in_effect([step for step in steps if step.direction == "forward"]) > 0
            if (record.status is ChangeStatus.ROLLED_BACK and undone) or (
                record.status is ChangeStatus.FAILED and stuck
            ):
                return record
        return None

    def _tried(self, action: Action) -> set[ChangeStatus]:
        return {each.status for each in self._records() if _action(each.change) == action}

    def _mark(self, change: PlannedChange, status: ChangeStatus, reason: str) -> None:
        self._bench.journal.changes.mark(self._run, change.id, status, reason)

    def _records(self) -> list[ChangeRecord]:
        return self._bench.journal.changes.of(self._run)


def _planned_at(bench: Bench, run: str) -> datetime | None:
    digest = bench.journal.runs.get(run).plan_digest
    return moment(bench.journal.plans.get(digest)["created_at"]) if digest else None


def _action(change: PlannedChange) -> Action:
    return change.resource.type, change.action
