"""From failed findings to changes: read what the actions need, ask them, and keep what may be planned.

Everything that is not planned ends with a reason: in the finding when there is no change at all, as a skipped
change when there is one that may not be made now.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from trueup.applying.image import overlaid
from trueup.applying.references import filled
from trueup.change import Change
from trueup.errors import PluginError, RefusedError, UnknownFactError, UnreadableError
from trueup.finding import Finding, Judgement, Verdict
from trueup.journal.changes import ChangeStatus
from trueup.journal.runs import moment
from trueup.planning.budget import Budgets
from trueup.planning.closer_look import closer_look
from trueup.planning.concrete import action_of, concrete
from trueup.planning.iac import managed_by

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from trueup.applying.bench import FactReader, Plugins
    from trueup.change import Refusal
    from trueup.clock import Clock
    from trueup.facts.snapshot import Snapshot
    from trueup.journal.changes import ChangeRecord
    from trueup.journal.journal import Journal
    from trueup.planning.planned import PlannedChange
    from trueup.resource import Resource
    from trueup.ruleset.rule import BoundRule
    from trueup.settings import Settings

__all__ = ["Assembly", "Planner"]


@dataclass(slots=True)
class Assembly:
    """What planning gave.

    Args:
        changes: the changes to plan, in order.
        skipped: changes that exist but may not be made now, with why.
        judged: (rule, ARN) to the judgement after the closer look.
        refused: (rule, ARN) to why there is no change.
        left_out: how many of the skipped changes save too little, or an unknown amount.
    """

    changes: list[PlannedChange] = field(default_factory=list)
    skipped: list[tuple[PlannedChange, str]] = field(default_factory=list)
    judged: dict[tuple[str, str], Judgement] = field(default_factory=dict)
    refused: dict[tuple[str, str], str] = field(default_factory=dict)
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Planner:
    """Plans the fixes of failed findings.

    Args:
        plugins: the plugin host.
        reader: reads what actions need.
        journal: what happened to the same resources before.
        clock: the time.
        settings: the numbers of safety.
        check: gives what is wrong with a change's calls, offline, one sentence each.
        managed_arns: ARNs that a Terraform state manages.
        retry_rolled_back: whether to plan what was rolled back not long ago.
        min_savings: leaves out changes that likely save less a month, or an unknown amount; None for none.
    """

    plugins: Plugins
    reader: FactReader
    journal: Journal
    clock: Clock
    settings: Settings
    check: Callable[[PlannedChange], list[str]]
    managed_arns: frozenset[str] = frozenset()
    retry_rolled_back: bool = False
    min_savings: float | None = None

    def plan(self, failed: Iterable[tuple[BoundRule, Resource]]) -> Assembly:
        """Plan the fixes of failed findings, in their order; changes of one resource build on one another."""
        assembly, budgets = Assembly(), Budgets()
        effects: dict[str, dict[str, Any]] = {}
        for rule, resource, snapshot in closer_look(self.plugins, self.reader, failed):
            if isinstance(snapshot, PluginError):
                assembly.refused[rule.id, resource.arn] = str(snapshot)
                continue
            try:
                seen = overlaid(snapshot, effects.setdefault(resource.arn, {}))
                change = self._one(rule, seen, assembly, budgets)
            except UnreadableError as error:
                assembly.judged[rule.id, resource.arn] = Judgement(Verdict.UNKNOWN, (), error.unknown)
            except UnknownFactError as error:
                assembly.judged[rule.id, resource.arn] = Judgement(Verdict.UNKNOWN, (), error.unknown)
            except PluginError as error:
                assembly.refused[rule.id, resource.arn] = str(error)
            else:
                if change is not None:
                    assembly.changes.append(change)
                    effects[resource.arn].update(change.after)
        return assembly

    def _one(self, rule: BoundRule, snapshot: Snapshot, assembly: Assembly, budgets: Budgets) -> PlannedChange | None:
        resource = snapshot.resource
        declared = self.plugins.resource_type(resource.type)
        judgement = rule.judge(snapshot.aspects)
        assembly.judged[rule.id, resource.arn] = judgement
        if judgement.verdict is not Verdict.FAIL:
            return None
        finding = Finding(rule.id, resource.type, resource, judgement)
        answer = self.plugins.remediate(snapshot.frozen(), finding, rule)
        if not isinstance(answer, Change):
            _refused(assembly, (rule.id, resource.arn), judgement, answer)
            return None
        change = concrete(declared, self.plugins.fact_schemas()[declared.name], rule, answer, snapshot)
        if wrong := self.check(change) or self._check_unshown(change, snapshot):
            message = (
                f"action {change.action} of {declared.name} plans a call that AWS would refuse: {'; '.join(wrong)}"
            )
            raise PluginError(message)
        managed = managed_by(declared, snapshot, self.settings.iac.tags)
        if managed is None and resource.arn in self.managed_arns:
            managed = "it stands in the given Terraform state"
        change = replace(change, managed_by=managed)
        action = action_of(declared, rule)
        too_little = self._saves_too_little(change)
        assembly.left_out += too_little is not None
        why = too_little or self._not_now(change, rule, assembly) or budgets.draw(action, answer, snapshot)
        if why is not None:
            assembly.skipped.append((change, why))
            return None
        return change

    def _check_unshown(self, change: PlannedChange, snapshot: Snapshot) -> list[str]:
        """Give what is wrong with values that must not be shown: where, and what was expected, never what was found."""
        try:
            wrong = self.check(replace(change, steps=filled(change.steps, snapshot)))
        except RefusedError as error:
            return [str(error)]
        return [each.partition(", found ")[0] for each in wrong]

    def _saves_too_little(self, change: PlannedChange) -> str | None:
        if self.min_savings is None:
            return None
        likely = (change.savings_monthly or {}).get("likely")
        if likely is None:
            return f"what it saves is not known: expected at least {self.min_savings:g} a month (--min-savings)"
        if likely < self.min_savings:
            return f"its likely saving is {likely:.2f} a month, expected at least {self.min_savings:g} (--min-savings)"
        return None

    def _not_now(self, change: PlannedChange, rule: BoundRule, assembly: Assembly) -> str | None:
        """Give why a change may not be made now, None when it may."""
        if rule.rule.category == "cost" and change.savings_monthly is not None:
            likely = change.savings_monthly.get("likely")
            if likely is not None and likely < 0:
                return f"it would cost more, not less: likely saving {likely} a month"
        if change.capacity and any(c.capacity and c.resource.arn == change.resource.arn for c in assembly.changes):
            return "one reduction of capacity a resource and plan; plan again after it"
        for record in self.journal.changes.frozen(change.resource.arn):
            return f"frozen: run {record.run} left it {record.status}; run `trueup resume {record.run}` first"
        now, plan = self.clock.now(), self.settings.plan
        for record in self.journal.changes.touching(
            change.resource.arn, now - timedelta(days=max(plan.look_back_days, plan.block_rolled_back_days))
        ):
            if why := self._history(change, record):
                return why
        return None

    def _history(self, change: PlannedChange, record: ChangeRecord) -> str | None:
        plan = self.settings.plan
        age = self._days_since(record)
        rolled_back = record.status is ChangeStatus.ROLLED_BACK and record.change.rule == change.rule
        if rolled_back and age < plan.block_rolled_back_days and not self.retry_rolled_back:
            days = plan.block_rolled_back_days
            return f"rolled back in run {record.run} less than {days} days ago; see --retry-rolled-back"
        reduced = record.status is ChangeStatus.APPLIED and record.change.capacity and change.capacity
        if reduced and age < plan.look_back_days:
            return f"capacity was reduced in run {record.run}; the next waits for {plan.look_back_days} days of data"
        return None

    def _days_since(self, record: ChangeRecord) -> float:
        return (self.clock.now() - moment(record.at)).total_seconds() / 86_400


def _refused(assembly: Assembly, key: tuple[str, str], judgement: Judgement, answer: Refusal) -> None:
    assembly.refused[key] = answer.reason
    if answer.passes:
        assembly.judged[key] = Judgement(Verdict.PASS, judgement.evidence)
    elif answer.unknown is not None:
        assembly.judged[key] = Judgement(Verdict.UNKNOWN, judgement.evidence, answer.unknown)
