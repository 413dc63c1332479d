"""An operator for the tests of fixes: audits, plans, applies and rolls back as the command line does.

Over the simulated AWS and with a journal of its own, so that a fix is tested from its rule to its rollback.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from trueup.applying.options import ApplyOptions
from trueup.aws.iam.operations import is_read_only_operation
from trueup.clock import clock_from_environment
from trueup.hosting.host import Host
from trueup.journal.journal import Journal
from trueup.journal.stored_run import StoredRun
from trueup.ruleset.load import load_rules
from trueup.ruleset.selection import Selection
from trueup.running.account import Account, Target
from trueup.running.apply_plan import PlanApplier
from trueup.running.audit_run import Auditor
from trueup.running.plan_run import PlanRun
from trueup.running.undo_run import UndoRun
from trueup.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from trueup.journal.changes import ChangeRecord
    from trueup.planning.plan_file import Plan
    from trueup.resource import Resource
    from trueup.running.plan_run import Planned
    from trueup.testing.calls import Call
    from trueup.testing.server import SimulatedAws

__all__ = ["Operator"]


@dataclass
class Operator:
    """Who runs trueup on one simulated account.

    The environment must be the one that ``aws.environment()`` gives: credentials and the clock come from there.

    Args:
        aws: the simulated AWS.
        state: where the journal is.
        parameters: rule id to parameters other than the defaults.
        options: what an apply may do beyond safe and reversible changes.
    """

    aws: SimulatedAws
    state: Path
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    options: ApplyOptions = field(default_factory=ApplyOptions)

    def __post_init__(self) -> None:
        self.clock = clock_from_environment()
        self.host = Host()
        self.journal = Journal.open(self.state, self.clock)

    def account(self) -> Account:
        """Give the account for one more run."""
        target = Target(endpoint_url=self.aws.endpoint_url)
        return Account(target, self.journal.runs.new_id(), self.host, self.journal, self.clock, Settings())

    def verdicts(self, rule: str, *arns: str) -> dict[str, str]:
        """Audit by one rule; give the verdict of each resource by its id."""
        auditor = self._auditor(rule, arns)
        auditor.start("audit")
        with self.journal.findings(auditor.account.run, auditor.severities()) as writer:
            auditor.audit(writer)
        return {finding["resource"]["id"]: finding["verdict"] for finding in self.findings(auditor.account.run)}

    def findings(self, run: str) -> list[dict[str, Any]]:
        """Give the findings of a run as the report has them."""
        return list(StoredRun(self.journal, self.journal.runs.get(run)).findings())

    def plan(self, rule: str, *arns: str) -> Planned:
        """Plan the fixes of one rule."""
        return PlanRun(self._auditor(rule, arns)).go()

    def apply(self, plan: Plan) -> str:
        """Apply a plan; give the run."""
        applier = PlanApplier(self.account(), plan, self.options)
        return applier.go(applier.check(plan.digest))

    def rollback(self, run: str) -> str:
        """Roll a run back; give the rollback's own run."""
        undo = UndoRun(self.account(), self.journal.runs.get(run))
        return undo.go(undo.plan())

    def changes(self, run: str) -> list[ChangeRecord]:
        """Give what became of a run's changes."""
        return self.journal.changes.of(run)

    def facts(self, resource: Resource, *paths: str) -> dict[str, Any]:
        """Read facts of a resource afresh."""
        declared = self.host.resource_type(resource.type)
        aspects = {path.partition(".")[0] for path in paths}
        snapshot = self.account().reader().read(declared, resource, aspects)
        return {path: snapshot[path] for path in paths}

    def writes(self) -> list[Call]:
        """Give the recorded calls that are not known to only read."""
        return [call for call in self.aws.calls if not is_read_only_operation(call.name)]

    def _auditor(self, rule: str, arns: tuple[str, ...]) -> Auditor:
        selection = Selection(rules=(rule,), resources=arns)
        ruleset = load_rules(self.host.rule_sources(), self.host.fact_schemas(), tolerant=True)
        bound = {each.id: each.bind(self.parameters.get(each.id, {})) for each in selection.select(ruleset)}
        return Auditor(self.account(), bound, selection)
