"""A plan from start to finish: an audit, the fixes of what fails, and the plan file, all in the journal.

The findings of the report are the ones after the closer look that planning takes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from trueup.aws.check import check_call
from trueup.aws.waiters import waiter_parameters
from trueup.finding import Finding, Judgement, Verdict
from trueup.journal.changes import ChangeStatus
from trueup.journal.findings import finding_to_json
from trueup.planning.assemble import Planner
from trueup.planning.limits import over_limits
from trueup.planning.plan_file import make_plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from trueup.change import Call
    from trueup.journal.findings import FindingsWriter
    from trueup.planning.assemble import Assembly
    from trueup.planning.plan_file import Plan
    from trueup.planning.planned import PlannedChange
    from trueup.running.audit_run import Audited, Auditor

__all__ = ["PlanRun", "Planned"]


@dataclass(frozen=True, slots=True)
class Planned:
    """What planning gave.

    Args:
        run: its run.
        plan: the plan; None when there is nothing to change.
        over_limits: what exceeds the limits of one apply, one sentence each.
        audited: the audit behind it.
        left_out: how many changes save too little, or an unknown amount.
    """

    run: str
    plan: Plan | None
    over_limits: list[str]
    audited: Audited
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class PlanRun:
    """Plans the fixes of what an audit finds.

    Args:
        auditor: the audit.
        managed_arns: what a Terraform state manages.
        retry_rolled_back: whether to plan what was rolled back not long ago.
        min_savings: leaves out changes that likely save less a month, or an unknown amount; None for none.
        say: tells a person what happens.
    """

    auditor: Auditor
    managed_arns: frozenset[str] = frozenset()
    retry_rolled_back: bool = False
    min_savings: float | None = None
    say: Callable[[str], None] = field(default=lambda _line: None)

    def go(self) -> Planned:
        """Audit, plan, and put everything into the journal."""
        journal, run = self.auditor.account.journal, self.auditor.account.run
        self.auditor.start("plan")
        status = "failed"
        try:
            with journal.findings(run, self.auditor.severities()) as writer:
                audited = self.auditor.audit(writer, hold_failed=True)
                self.say(f"{len(audited.failed)} failed findings have a fix; reading what the fixes need")
                assembly = self._planner().plan(audited.failed)
                self._write_held(writer, audited, assembly)
            journal.history.record(run, self.auditor.selection.to_json())
            planned = self._keep(audited, assembly)
            status = "finished"
        except KeyboardInterrupt:
            status = "interrupted"
            raise
        finally:
            journal.runs.finish(run, status)
        return planned

    def _planner(self) -> Planner:
        account = self.auditor.account
        return Planner(
            plugins=account.host,
            reader=account.reader(for_fixes=True),
            journal=account.journal,
            clock=account.clock,
            settings=account.settings,
            check=check_change,
            managed_arns=self.managed_arns,
            retry_rolled_back=self.retry_rolled_back,
            min_savings=self.min_savings,
        )

    def _write_held(self, writer: FindingsWriter, audited: Audited, assembly: Assembly) -> None:
        """Write the failed findings that were held back, as they are after the closer look."""
        changes = {(each.rule, each.resource.arn): each for each in assembly.changes}
        changes |= {(each.rule, each.resource.arn): each for each, _ in assembly.skipped}
        for rule, resource in audited.failed:
            key = rule.id, resource.arn
            judgement = assembly.judged.get(key, Judgement(Verdict.FAIL))
            finding = Finding(
                rule.id, resource.type, resource, judgement,
                cost=audited.costs.get(key), exemption=audited.rulings.get(key),
            )  # fmt: skip
            fix = self.auditor.fix(rule)
            if fix is not None and (change := changes.get(key)) is not None:
                fix |= {"risk": str(change.risk), "reversible": str(change.reversible)}
            document = finding_to_json(finding, self.auditor.account.scopes[0], fix)
            if document["fix"] is not None:
                document["fix"]["reason"] = assembly.refused.get(key)
            elif document["reason"] is None:
                document["reason"] = assembly.refused.get(key)
            writer.add(document)

    def _keep(self, audited: Audited, assembly: Assembly) -> Planned:
        account = self.auditor.account
        for change in assembly.changes:
            account.journal.changes.add(account.run, change, ChangeStatus.PLANNED)
        for change, why in assembly.skipped:
            account.journal.changes.add(account.run, change, ChangeStatus.SKIPPED, why)
        if not assembly.changes:
            return Planned(account.run, None, [], audited, assembly.left_out)
        plan = make_plan(
            assembly.changes,
            self.auditor.rules,
            scopes=account.scopes,
            matched=audited.matched,
            selection=self.auditor.selection.to_json(),
            now=account.clock.now(),
            expires=timedelta(hours=account.settings.plan.expires_hours),
        )
        account.journal.plans.keep(plan.document, account.run)
        account.journal.runs.made_plan(account.run, plan.digest)
        over = over_limits(assembly.changes, audited.matched, account.settings.plan)
        return Planned(account.run, plan, over, audited, assembly.left_out)


def check_change(change: PlannedChange) -> list[str]:
    """Give what is wrong with the calls of a change, offline: request shapes, limits, references."""
    wrong: list[str] = []
    earlier: dict[str, Call] = {}
    for number, step in enumerate(change.steps, 1):
        wrong += check_call(step.call, earlier)
        earlier[str(number)] = step.call
        if step.waiter:
            waiter_parameters(step.call.service, step.waiter, step.call.parameters)
        for call in step.undo:
            wrong += (f"undo: {each}" for each in check_call(call, earlier))
    return wrong
