"""A table that was switched to on-demand, watched: its undo helps a small table and must not hurt a busy one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from trueup.plugins.dynamodb.estate import build
from trueup.running.watch_run import WatchRun
from trueup.testing import Constant
from trueup.testing.shapes import PerMinute
from trueup.watching.watch import WatchOptions

if TYPE_CHECKING:
    from trueup.running.watch_run import Watched

ORDERS = "arn:aws:dynamodb:us-east-1:123456789012:table/orders"
TABLE = {"TableName": "orders"}
INDEX = {"TableName": "orders", "GlobalSecondaryIndexName": "by-customer"}


@pytest.fixture
def switched(operator: Any) -> Any:
    """The operator of an account whose table ``orders`` was switched a moment ago."""
    operator.aws.reset(start=datetime.now(UTC) - timedelta(days=40))
    build(operator.aws)
    operator.aws.clock.advance(timedelta(days=39).total_seconds())
    plan = operator.plan("dynamodb-table-on-demand-when-idle", ORDERS).plan
    operator.run = operator.apply(plan)
    assert ["applied"] == [str(record.status) for record in operator.changes(operator.run)]
    return operator


def _watch(operator: Any) -> Watched:
    operator.said = []
    record = operator.journal.runs.get(operator.run)
    options = WatchOptions(lasting=timedelta(hours=1), yes=True)
    return WatchRun(operator.account(), record, options, operator.said.append).go()


def _throttle(operator: Any, dimensions: dict[str, str]) -> None:
    begin = operator.clock.now() + timedelta(minutes=25)
    operator.aws.metrics.put("AWS/DynamoDB", "ReadThrottleEvents", dimensions, Constant(3), since=begin)


def _mode(operator: Any) -> tuple[str, int, int]:
    table = operator.aws.client("dynamodb").describe_table(**TABLE)["Table"]
    index = table["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"]["ReadCapacityUnits"]
    return table["BillingModeSummary"]["BillingMode"], table["ProvisionedThroughput"]["ReadCapacityUnits"], index


@pytest.mark.parametrize("dimensions", [TABLE, INDEX], ids=["the table", "its index"])
def test_a_table_that_throttles_at_its_usual_load_is_switched_back(switched: Any, dimensions: dict[str, str]) -> None:
    """What was provisioned carries the load many times, so that the undo can only help."""
    _throttle(switched, dimensions)
    watched = _watch(switched)
    assert ["rolled back"] == [str(state) for state in watched.states], switched.said
    assert ("PROVISIONED", 500, 100) == _mode(switched)


@pytest.mark.parametrize(("dimensions", "rate"), [(TABLE, 450), (INDEX, 90)], ids=["the table", "its index"])
def test_a_load_spike_is_not_made_worse_by_the_undo(switched: Any, dimensions: dict[str, str], rate: float) -> None:
    """More is asked now than what was provisioned would carry with room to spare: a person is told instead."""
    spike = (switched.clock.now() + timedelta(minutes=25)).timestamp()
    load = PerMinute(lambda second: 60.0 * (rate if second >= spike else 10))
    switched.aws.metrics.put("AWS/DynamoDB", "ConsumedReadCapacityUnits", dimensions, load)
    _throttle(switched, dimensions)
    watched = _watch(switched)
    assert ["regressed"] == [str(state) for state in watched.states]
    assert "PAY_PER_REQUEST" == _mode(switched)[0]
    assert "ALERT" in "\n".join(switched.said)
    assert "expected that the state before carries 1.3 x the present load." in "\n".join(switched.said)


def test_a_table_that_nobody_uses_any_more_is_left(switched: Any) -> None:
    """On demand and idle, it has no metrics at all: not known, and no reason to do anything."""
    now = switched.clock.now()
    for dimensions in (TABLE, INDEX):
        for way in ("Read", "Write"):
            for kind in ("Consumed", "Provisioned"):
                name = f"{kind}{way}CapacityUnits"
                switched.aws.metrics.put("AWS/DynamoDB", name, dimensions, Constant(1), until=now)
    watched = _watch(switched)
    assert ["unobserved"] == [str(state) for state in watched.states]
    assert "PAY_PER_REQUEST" == _mode(switched)[0]
