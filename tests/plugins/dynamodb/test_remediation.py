"""What is special about each fix; that it works, once, and can be undone, the contract of every plugin shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from trueup.plugins.dynamodb.estate import build
from trueup.testing import Constant

if TYPE_CHECKING:
    from trueup.planning.plan_file import Plan

ORDERS = "arn:aws:dynamodb:us-east-1:123456789012:table/orders"


@dataclass(frozen=True)
class Fix:
    """One rule's fix of one table.

    Args:
        rule: the rule.
        writes: the calls that it takes.
    """

    rule: str
    writes: tuple[str, ...]


SWITCH = Fix("dynamodb-table-on-demand-when-idle", ("dynamodb:UpdateTable",))
FIXES = (
    SWITCH,
    Fix("dynamodb-table-pitr-enabled", ("dynamodb:UpdateContinuousBackups",)),
    Fix("dynamodb-table-deletion-protection-enabled", ("dynamodb:UpdateTable",)),
)


@pytest.fixture(params=FIXES, ids=lambda fix: fix.rule)
def fix(request: pytest.FixtureRequest) -> Any:
    """One of the fixes."""
    return request.param


@pytest.fixture
def estate(operator: Any) -> Any:
    """The operator of an account with the demo's tables, old enough to be judged."""
    operator.aws.reset(start=datetime.now(UTC) - timedelta(days=40))
    build(operator.aws)
    operator.aws.clock.advance(timedelta(days=39).total_seconds())
    operator.aws.calls.clear()
    return operator


def _plan(estate: Any, fix: Fix) -> Plan:
    planned = estate.plan(fix.rule, ORDERS)
    assert planned.plan is not None, planned
    assert [] == planned.over_limits
    plan: Plan = planned.plan
    return plan


def _statuses(estate: Any, run: str) -> list[tuple[str, str | None]]:
    return [(str(record.status), record.reason) for record in estate.changes(run)]


def test_a_plan_writes_nothing(estate: Any, fix: Fix) -> None:
    """Planning reads, and reads only."""
    assert fix.writes == tuple(step.call.name for change in _plan(estate, fix).changes() for step in change.steps)
    assert [] == estate.writes()


def test_all_fixes_of_a_table_go_one_after_the_other(estate: Any) -> None:
    """Three changes of one table in one account: none is stale because of another, and all come back."""
    runs = [estate.apply(_plan(estate, fix)) for fix in FIXES]
    assert [[("applied", None)]] * 3 == [_statuses(estate, run) for run in runs]
    for run in reversed(runs):
        estate.rollback(run)
        assert ["rolled_back"] == [status for status, _ in _statuses(estate, run)]
    described = estate.aws.client("dynamodb").describe_table(TableName="orders")["Table"]
    assert (500, 100) == (
        described["ProvisionedThroughput"]["ReadCapacityUnits"],
        described["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"]["WriteCapacityUnits"],
    )


def _switch_all(estate: Any) -> tuple[Plan, str]:
    planned = estate.plan(SWITCH.rule)
    assert planned.plan is not None, planned
    assert [] == planned.over_limits
    return planned.plan, estate.apply(planned.plan)


def test_the_first_switch_is_soaked_before_the_others(estate: Any) -> None:
    """Half an hour without a throttled request lies between the first table and the rest."""
    began = estate.clock.now()
    plan, run = _switch_all(estate)
    assert ["catalogue", "inventory", "orders"] == sorted(change.resource.id for change in plan.changes())
    assert [("applied", None)] * 3 == _statuses(estate, run)
    assert timedelta(minutes=30) <= estate.clock.now() - began
    assert {"catalogue", "inventory", "orders"} == {call.parameters["TableName"] for call in estate.writes()}


def test_a_throttled_canary_is_rolled_back_and_nothing_else_is_switched(estate: Any) -> None:
    """Throttle events after the first switch undo it, restore table and index, and end the run."""
    plan = estate.plan(SWITCH.rule).plan
    first = plan.changes()[0].resource.id
    throttled = estate.clock.now() + timedelta(minutes=10)
    estate.aws.metrics.put("AWS/DynamoDB", "WriteThrottleEvents", {"TableName": first}, Constant(3), since=throttled)
    run = estate.apply(plan)
    assert ["rolled_back", "skipped", "skipped"] == sorted(status for status, _ in _statuses(estate, run))
    assert [first, first] == [call.parameters["TableName"] for call in estate.writes()]
    for change in plan.changes():
        assert change.before == estate.facts(change.resource, *change.before)


@pytest.mark.parametrize("operation", ["application-autoscaling:DescribeScalableTargets", "dynamodb:DescribeTable"])
def test_nothing_is_switched_when_a_needed_read_is_denied(estate: Any, operation: str) -> None:
    """The table is neither fixed nor called fine: the finding is unknown and names the permission."""
    estate.aws.faults.inject(operation, "denied", resource="orders")
    planned = estate.plan(SWITCH.rule, ORDERS)
    assert planned.plan is None
    (finding,) = estate.findings(planned.run)
    assert ("unknown", operation) == (finding["verdict"], finding["missing_action"])
    assert [] == estate.writes()


def test_a_table_whose_tags_are_unreadable_is_shown_and_not_written(estate: Any) -> None:
    """Code may manage it: the change is planned, for a person to see, and skipped by an apply."""
    estate.aws.faults.inject("dynamodb:ListTagsOfResource", "denied", resource="orders")
    run = estate.apply(_plan(estate, SWITCH))
    ((status, reason),) = _statuses(estate, run)
    assert status == "skipped"
    assert "tags" in str(reason)
    assert [] == estate.writes()
