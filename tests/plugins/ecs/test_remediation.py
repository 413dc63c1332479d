"""Each fix five ways: it fails before, a plan writes nothing, an apply makes it pass, once only, and can be undone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from trueup.applying.options import ApplyOptions
from trueup.errors import RefusedError
from trueup.journal.changes import ChangeStatus
from trueup.plugins.ecs.estate import build

if TYPE_CHECKING:
    from trueup.planning.plan_file import Plan

SERVICE = "arn:aws:ecs:us-east-1:123456789012:service/shop/{}"
SECRET = "not-to-be-shown"


@dataclass(frozen=True)
class Fix:
    """One rule's fix of one service.

    Args:
        rule: the rule.
        service: the service of the demo.
        writes: the calls that it takes.
    """

    rule: str
    service: str
    writes: tuple[str, ...]

    @property
    def arn(self) -> str:
        """Give the service's ARN."""
        return SERVICE.format(self.service)

    @property
    def id(self) -> str:
        """Give the service's id."""
        return f"shop/{self.service}"


RIGHT_SIZE = Fix(
    "ecs-service-fargate-right-sized",
    "web",
    ("ecs:RegisterTaskDefinition", "application-autoscaling:RegisterScalableTarget", "ecs:UpdateService"),
)
UPDATE = ("ecs:UpdateService",)
FIXES = (
    RIGHT_SIZE,
    Fix("ecs-service-assign-public-ip-disabled", "worker", UPDATE),
    Fix("ecs-fargate-latest-platform-version", "worker", UPDATE),
    Fix("ecs-service-deployment-circuit-breaker-enabled", "web", UPDATE),
)


@pytest.fixture(params=FIXES, ids=lambda fix: fix.rule)
def fix(request: pytest.FixtureRequest) -> Any:
    """One of the fixes."""
    return request.param


@pytest.fixture
def estate(operator: Any) -> Any:
    """The operator of an account with the demo's services, old enough to be judged; disruptive changes are allowed."""
    operator.options = ApplyOptions(allow=("disruptive",))
    operator.aws.reset(start=datetime.now(UTC) - timedelta(days=40))
    build(operator.aws)
    operator.aws.clock.advance(timedelta(days=39).total_seconds())
    operator.aws.calls.clear()
    return operator


def planned(estate: Any, fix: Fix) -> Plan:
    """Plan the fix; there must be one, within the limits."""
    made = estate.plan(fix.rule, fix.arn)
    assert made.plan is not None, estate.findings(made.run)
    assert [] == made.over_limits
    plan: Plan = made.plan
    return plan


def statuses(estate: Any, run: str) -> list[tuple[str, str | None]]:
    """Give what became of a run's changes."""
    return [(str(record.status), record.reason) for record in estate.changes(run)]


def described(estate: Any, name: str) -> Any:
    """Give a service as ECS tells it."""
    return estate.aws.client("ecs").describe_services(cluster="shop", services=[name])["services"][0]


def test_the_audit_fails_before(estate: Any, fix: Fix) -> None:
    """The service of the demo needs the fix."""
    assert {fix.id: "fail"} == estate.verdicts(fix.rule, fix.arn)


def test_a_plan_writes_nothing(estate: Any, fix: Fix) -> None:
    """Planning reads, and reads only."""
    assert fix.writes == tuple(step.call.name for change in planned(estate, fix).changes() for step in change.steps)
    assert [] == estate.writes()


def test_an_apply_makes_it_pass(estate: Any, fix: Fix) -> None:
    """The planned calls are sent, each once, and the audit agrees afterwards."""
    run = estate.apply(planned(estate, fix))
    assert [("applied", None)] == statuses(estate, run)
    assert list(fix.writes) == [call.name for call in estate.writes()]
    assert {fix.id: "pass"} == estate.verdicts(fix.rule, fix.arn)


def test_a_second_apply_does_nothing(estate: Any, fix: Fix) -> None:
    """A used plan is refused, and there is nothing left to plan."""
    plan = planned(estate, fix)
    estate.apply(plan)
    estate.aws.calls.clear()
    with pytest.raises(RefusedError):
        estate.apply(plan)
    assert estate.plan(fix.rule, fix.arn).plan is None
    assert [] == estate.writes()


def test_a_rollback_restores_what_was_there(estate: Any, fix: Fix) -> None:
    """Every owned fact is as it was before."""
    plan = planned(estate, fix)
    (change,) = plan.changes()
    before = estate.facts(change.resource, *change.before)
    run = estate.apply(plan)
    assert before != estate.facts(change.resource, *change.before)
    rollback = estate.rollback(run)
    assert [str(ChangeStatus.ROLLED_BACK)] == [status for status, _ in statuses(estate, run)], statuses(
        estate, rollback
    )
    assert before == change.before == estate.facts(change.resource, *change.before)
