"""What is special about each fix; that it works, once, and can be undone, the contract of every plugin shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from trueup.applying.options import ApplyOptions
from trueup.plugins.ecs.estate import build

if TYPE_CHECKING:
    from trueup.planning.plan_file import Plan

SERVICE = "arn:aws:ecs:us-east-1:123456789012:service/shop/{}"


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


def test_a_plan_writes_nothing(estate: Any, fix: Fix) -> None:
    """Planning reads, and reads only."""
    assert fix.writes == tuple(step.call.name for change in planned(estate, fix).changes() for step in change.steps)
    assert [] == estate.writes()
