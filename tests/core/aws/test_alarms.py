"""Alarms that ring: found for a resource by its dimensions, on simple metrics and inside expressions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from trueup.aws.alarms import ALARM_OPERATION, read_alarms
from trueup.errors import UnreadableError
from trueup.resource import Scope

if TYPE_CHECKING:
    from trueup.aws.connection import Connection
    from trueup.testing.server import SimulatedAws

SCOPE = Scope("123456789012", "eu-west-1")


def put_alarm(client: Any, name: str, state: str, **metric: Any) -> None:
    """Make an alarm in a state."""
    client.put_metric_alarm(
        AlarmName=name,
        ComparisonOperator="GreaterThanThreshold",
        EvaluationPeriods=1,
        Threshold=1,
        **metric,
    )
    client.set_alarm_state(AlarmName=name, StateValue=state, StateReason="test")


def simple(**dimensions: str) -> dict[str, Any]:
    """The parameters of an alarm on one metric."""
    return {
        "Namespace": "AWS/DynamoDB",
        "MetricName": "ThrottledRequests",
        "Statistic": "Sum",
        "Period": 60,
        "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions.items()],
    }


def test_only_ringing_alarms_about_the_resource_are_found(connection: Connection, simulated_aws: SimulatedAws) -> None:
    """One with more dimensions is about it too: one of its indexes or operations."""
    client = simulated_aws.client("cloudwatch", region="eu-west-1")
    put_alarm(client, "rings", "ALARM", **simple(TableName="orders"))
    put_alarm(client, "rings for an index", "ALARM", **simple(TableName="orders", GlobalSecondaryIndexName="by-date"))
    put_alarm(client, "is quiet", "OK", **simple(TableName="orders"))
    put_alarm(client, "rings for another", "ALARM", **simple(TableName="customers"))
    alarms = read_alarms(connection.reader(SCOPE, [ALARM_OPERATION]))
    assert ("rings", "rings for an index") == alarms.about({"TableName": "orders"})
    assert ("rings for an index",) == alarms.about({"TableName": "orders", "GlobalSecondaryIndexName": "by-date"})
    assert () == alarms.about({"TableName": "order"})
    assert () == alarms.about({})


def test_an_alarm_on_an_expression_is_about_its_metrics(connection: Connection, simulated_aws: SimulatedAws) -> None:
    """The alarm itself has no dimensions then."""
    client = simulated_aws.client("cloudwatch", region="eu-west-1")
    metric = {"Namespace": "AWS/Lambda", "MetricName": "Errors", "Dimensions": [{"Name": "FunctionName", "Value": "f"}]}
    put_alarm(
        client,
        "rate",
        "ALARM",
        Metrics=[
            {"Id": "m", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}, "ReturnData": False},
            {"Id": "e", "Expression": "m * 2", "ReturnData": True},
        ],
    )
    assert ("rate",) == read_alarms(connection.reader(SCOPE, [ALARM_OPERATION])).about({"FunctionName": "f"})


def test_alarms_that_cannot_be_read_are_not_taken_for_silence(
    connection: Connection, simulated_aws: SimulatedAws
) -> None:
    """Whether one rings is unknown then, and the missing permission is named."""
    simulated_aws.faults.inject(ALARM_OPERATION, "denied")
    with pytest.raises(UnreadableError, match=r"access denied at .* \(allow cloudwatch:DescribeAlarms\)"):
        read_alarms(connection.reader(SCOPE, [ALARM_OPERATION]))
