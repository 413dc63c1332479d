"""The printed policies with IAM enforced: enough for what they are for, and without any action of theirs it is not.

One rule and its fix a service, by a user who has the policy and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

from trueup.applying.options import ApplyOptions
from trueup.aws.iam.operations import actions_for
from trueup.facts.unknown import Unknown
from trueup.permissions.plan import plan_grants, plan_writes
from trueup.permissions.policy import policy
from trueup.permissions.reading import reading_grants
from trueup.permissions.selection import audit_grants, planning_grants
from trueup.planning.concrete import needed_aspects
from trueup.ruleset.load import load_rules
from trueup.ruleset.selection import Selection
from trueup.running.audit_run import Auditor
from trueup.running.plan_run import PlanRun
from trueup.service.declarations import MetricsAspect, ReadAspect
from trueup.service.needs import of_metrics, reading_order
from trueup.testing.operator import Operator

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from trueup.facts.snapshot import Snapshot
    from trueup.permissions.grant import Grant
    from trueup.planning.plan_file import Plan
    from trueup.planning.planned import PlannedChange
    from trueup.ruleset.rule import BoundRule
    from trueup.service.declarations import ResourceType
    from trueup.testing import SimulatedAws

EVERY_RISK = ApplyOptions(allow=("disruptive", "destructive"), allow_irreversible=True)

METRICS = "cloudwatch:GetMetricData"

SAMPLES = {
    "dynamodb": ("dynamodb-table-pitr-enabled", "arn:aws:dynamodb:us-east-1:123456789012:table/orders"),
    "awslambda": (
        "lambda-function-reserved-concurrency-set",
        "arn:aws:lambda:us-east-1:123456789012:function:thumbnails",
    ),
    "s3": ("s3-bucket-lifecycle-to-standard-ia", "arn:aws:s3:::build-artifacts"),
    "ecs": ("ecs-service-fargate-right-sized", "arn:aws:ecs:us-east-1:123456789012:service/shop/web"),
    "rds": ("rds-aurora-idle-readers-removed", "arn:aws:rds:us-east-1:123456789012:cluster:shop"),
    "elasticache": (
        "elasticache-repl-grp-replicas-right-sized",
        "arn:aws:elasticache:us-east-1:123456789012:replicationgroup:leaderboard",
    ),
}


@dataclass
class Office:
    """Where one service's rule is audited and fixed by users with little permission.

    Args:
        aws: the simulated account, with the demo's resources of the service.
        folder: for journals.
        environment: sets who one is.
        rule_id: the rule.
        arn: a resource that fails it.
    """

    aws: SimulatedAws
    folder: Path
    environment: pytest.MonkeyPatch
    rule_id: str
    arn: str
    _journals: int = field(default=0)

    def become(self, grants: Iterable[Grant], without: str = "") -> None:
        """Work as a user with the policy of some grants, but for one action."""
        document = policy(grant for grant in grants if grant.action != without)
        for name, value in self.aws.enforce(document).items():
            self.environment.setenv(name, value)

    def operator(self) -> Operator:
        """Give an operator with a journal of its own, since a state applies a plan once."""
        self._journals += 1
        return Operator(self.aws, self.folder / f"{self._journals}.db", options=EVERY_RISK)

    @cached_property
    def reading(self) -> Operator:
        """The operator for what leaves nothing behind."""
        return self.operator()

    @cached_property
    def rule(self) -> BoundRule:
        """The rule."""
        host = self.reading.host
        return load_rules(host.rule_sources(), host.fact_schemas()).rules[self.rule_id].bind({})

    @cached_property
    def declared(self) -> ResourceType:
        """The rule's resource type."""
        return self.reading.host.resource_type(self.rule.rule.resource)

    @property
    def named(self) -> Selection:
        """The selection of the one resource."""
        return Selection(rules=(self.rule_id,), resources=(self.arn,))

    def audit(self) -> dict[str, tuple[str, str | None]]:
        """Audit all resources; give verdict and missing action of each by its id, ``""`` for the list."""
        selection = Selection(rules=(self.rule_id,))
        run = Auditor(self.reading.account(), {self.rule_id: self.rule}, selection).go().run
        return {
            (each["resource"] or {}).get("id", ""): (each["verdict"], each["missing_action"])
            for each in self.reading.findings(run)
        }

    def planned(self) -> Plan:
        """Plan the fix as a user who may do no more than that."""
        self.become(planning_grants((self.rule,), self.reading.host, self.named))
        plan = PlanRun(Auditor(self.reading.account(), {self.rule_id: self.rule}, self.named)).go().plan
        assert plan is not None
        return plan

    @cached_property
    def plan(self) -> Plan:
        """The plan, made once."""
        return self.planned()

    @property
    def change(self) -> PlannedChange:
        """The one change of the plan."""
        (change,) = self.plan.changes()
        return change

    @cached_property
    def grants(self) -> frozenset[Grant]:
        """What the plan needs."""
        return plan_grants(self.plan.changes(), {self.rule_id: self.rule}, self.reading.host)

    def apply(self, operator: Operator) -> tuple[str, str, str]:
        """Apply the plan; give run, status of the change and every reason that is given."""
        run = operator.apply(self.plan)
        (record,) = operator.changes(run)
        findings = [f"{each['verdict']} {each['missing_action']}" for each in operator.findings(run)]
        return run, str(record.status), f"{record.reason} {findings}"


@pytest.fixture(scope="module", params=SAMPLES)
def office(
    request: pytest.FixtureRequest, simulated_aws_server: SimulatedAws, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    """One service's sample, old enough to be judged; built once for the tests of the service."""
    rule, arn = SAMPLES[request.param]
    simulated_aws_server.reset(start=datetime.now(UTC) - timedelta(days=40))
    import_module(f"trueup.plugins.{request.param}.estate").build(simulated_aws_server)
    simulated_aws_server.clock.advance(timedelta(days=39).total_seconds())
    with pytest.MonkeyPatch.context() as environment:
        for name, value in simulated_aws_server.environment().items():
            environment.setenv(name, value)
        yield Office(simulated_aws_server, tmp_path_factory.mktemp("office"), environment, rule, arn)


def test_an_audit_needs_its_policy_and_every_action_of_it(office: Office) -> None:
    """With it nothing is unknown that was known to an administrator; without an action only what it reads is."""
    grants = audit_grants((office.rule,), office.reading.host, Selection(rules=(office.rule_id,)))
    everything = office.audit()
    office.become(grants)
    assert everything == office.audit()
    for action in {grant.action for grant in grants}:
        office.become(grants, without=action)
        found = office.audit()
        changed = {name: said for name, said in found.items() if said != everything.get(name)}
        assert {("unknown", action)} == set(changed.values()), (action, changed)


def test_each_read_of_a_plan_is_needed_by_the_facts_that_it_gives(office: Office) -> None:
    """Without an action exactly the aspects that are read with it are unknown, and all others are as before."""
    aspects = needed_aspects(office.declared, office.rule, office.change)
    order = reading_order(office.declared.aspects, aspects)
    grants = reading_grants(office.declared, aspects, (office.arn,))
    assert set(grants) <= office.grants
    office.become(grants)
    whole = _read(office, aspects)
    assert {} == {name: missing for name in whole.aspects if (missing := _missing(whole, name))}
    # Metrics are slow to read, and needed where it is they that are missing.
    still = {each.name for each in order if not of_metrics(office.declared.aspects, each.name)}
    for action in {grant.action for grant in grants}:
        office.become(grants, without=action)
        snapshot = _read(office, aspects if action == METRICS else still)
        needing: set[str] = set()
        reading: set[str] = set()
        for aspect in order:
            if action in _actions(aspect) and aspect.name in snapshot.aspects:
                reading.add(aspect.name)
            if aspect.name in reading or needing & set(getattr(aspect, "needs", ())):
                needing.add(aspect.name)
        unknown = {name for name in snapshot.aspects if action in _missing(snapshot, name)}
        assert reading <= unknown <= needing, action
        assert {action} == {each for name in snapshot.aspects for each in _missing(snapshot, name)}


def test_an_apply_and_its_undo_need_the_plan_s_policy_and_every_action_of_it(office: Office) -> None:
    """With it the fix is applied and rolled back; without an action the step or the look that needs it is refused."""
    (change,) = office.plan.changes()
    writing = {grant.action for grant in plan_writes([change], office.reading.host)}
    calls = {action for step in change.steps for action in actions_for(step.call.name)}
    undoing = {action for step in change.steps for call in step.undo for action in actions_for(call.name)} - calls
    # What the fix depends on is needed by its calls, unless it is the undo that makes something.
    undoing |= set(change.depends) if "rds" in office.rule_id else set()
    reading = {grant.action for grant in reading_grants(office.declared, office.declared.aspects)}
    own = {grant.action for grant in office.grants} - reading
    for action in sorted((own | writing) - undoing):
        office.become(office.grants, without=action)
        operator = office.operator()
        run, status, reasons = office.apply(operator)
        assert action in reasons, (action, status, reasons)
        if status == "applied":
            # It is the closing audit that misses it, once all is done.
            office.become(office.grants)
            assert _rolled_back(operator, run)
    office.become(office.grants)
    operator = office.operator()
    run, status, reasons = office.apply(operator)
    assert ("applied", False) == (status, "unknown" in reasons), reasons
    for action in sorted(undoing):
        office.become(office.grants, without=action)
        assert action in _refusal(operator, run)
    office.become(office.grants)
    assert _rolled_back(operator, run)


def _read(office: Office, aspects: Iterable[str]) -> Snapshot:
    return office.reading.account().reader().read(office.declared, office.change.resource, tuple(aspects))


def _actions(aspect: Any) -> set[str]:
    operations = aspect.reads if isinstance(aspect, ReadAspect) else ()
    if isinstance(aspect, MetricsAspect):
        operations = (METRICS,)
    return {action for operation in operations for action in actions_for(operation)}


def _missing(snapshot: Snapshot, aspect: str) -> set[str]:
    """Give the missing actions of everything unknown inside an aspect."""
    found, left = set(), [snapshot.aspects.get(aspect)]
    while left:
        value = left.pop()
        if isinstance(value, Unknown):
            found |= {value.missing_action} - {None}
        elif isinstance(value, dict):
            left += value.values()
        elif isinstance(value, list | tuple):
            left += value
    return {each for each in found if each}


def _refusal(operator: Operator, run: str) -> str:
    (record,) = operator.changes(operator.rollback(run))
    assert "failed" == str(record.status)
    return str(record.reason)


def _rolled_back(operator: Operator, run: str) -> bool:
    (record,) = operator.changes(operator.rollback(run))
    return str(record.status) == "rolled_back"
