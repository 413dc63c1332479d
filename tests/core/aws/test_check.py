"""Planned calls are checked offline against everything that the service models say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trueup.aws.check import check_call
from trueup.aws.models import service_model
from trueup.change import Call

if TYPE_CHECKING:
    from collections.abc import Mapping

UPDATE = Call("dynamodb", "UpdateTable", {"TableName": "orders", "BillingMode": "PAY_PER_REQUEST"})
RULE = {
    "ID": "ia",
    "Status": "Enabled",
    "Filter": {"And": {"Prefix": "a/", "ObjectSizeGreaterThan": 131072}},
    "Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}],
}
SHA = "sha256:" + "0" * 64
# AWS has raised it, and botocore's models have followed.
MOST_MEMORY = service_model("lambda").shape_for("MemorySize").metadata["max"]


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("dynamodb:UpdateTable", UPDATE.parameters),
        ("dynamodb:UpdateTable", {"TableName": "arn:aws:dynamodb:eu-west-1:123456789012:table/orders"}),
        ("lambda:UpdateFunctionConfiguration", {"FunctionName": "f", "MemorySize": 1024, "Timeout": 300}),
        ("lambda:PutFunctionConcurrency", {"FunctionName": "f", "ReservedConcurrentExecutions": 0}),
        ("s3:PutBucketLifecycleConfiguration", {"Bucket": "b-1", "LifecycleConfiguration": {"Rules": [RULE]}}),
        ("s3:PutBucketPolicy", {"Bucket": "b-1", "Policy": '{"Statement": []}'}),
        ("sts:GetCallerIdentity", {}),
        ("ecs:CreateService", {"serviceName": "s", "desiredCount": 1}),
        (
            "cloudwatch:GetMetricData",
            {"MetricDataQueries": (), "StartTime": "2026-11-23T00:00:00Z", "EndTime": 1790000000},
        ),
    ],
)
def test_a_valid_call_has_no_problems(name: str, parameters: Mapping[str, Any]) -> None:
    """Tuples are lists; idempotency tokens may be left to the SDK."""
    service, _, operation = name.partition(":")
    assert [] == check_call(Call(service, operation, parameters))


@pytest.mark.parametrize(
    ("name", "parameters", "expected"),
    [
        ("dynamodb:UpdateTable", {}, "TableName: expected a value, as it is required, found none"),
        (
            "dynamodb:UpdateTable",
            {"TableName": "orders", "BilingMode": "x"},
            "BilingMode: expected a parameter that AWS knows (did you mean BillingMode), found 'BilingMode'",
        ),
        (
            "dynamodb:UpdateTable",
            {"TableName": "orders", "BillingMode": "ON_DEMAND"},
            "BillingMode: expected one of PROVISIONED, PAY_PER_REQUEST, found 'ON_DEMAND'",
        ),
        ("dynamodb:UpdateTable", {"TableName": 5}, "TableName: expected a string, found 5"),
        ("dynamodb:UpdateTable", {"TableName": None}, "TableName: expected a string, or to be left out, found none"),
        (
            "dynamodb:UpdateTable",
            {"TableName": "orders", "DeletionProtectionEnabled": "yes"},
            "DeletionProtectionEnabled: expected true or false, found 'yes'",
        ),
        (
            "dynamodb:UpdateTable",
            {"TableName": "orders", "ProvisionedThroughput": {"ReadCapacityUnits": 0, "WriteCapacityUnits": 1}},
            "ProvisionedThroughput.ReadCapacityUnits: expected at least 1, found 0",
        ),
        (
            "dynamodb:UpdateTable",
            {"TableName": "orders", "GlobalSecondaryIndexUpdates": {}},
            "GlobalSecondaryIndexUpdates: expected a list, found a structure of nothing",
        ),
        (
            "dynamodb:UpdateTable",
            {"TableName": "orders", "GlobalSecondaryIndexUpdates": [{"Update": {"IndexName": "a b c"}}]},
            "IndexUpdates[0].Update.IndexName: expected a text that matches [a-zA-Z0-9_.-]+, found 'a b c'",
        ),
        (
            "dynamodb:TagResource",
            {"ResourceArn": "a", "Tags": [{"Key": "k", "Value": "v" * 257}]},
            "Tags[0].Value: expected at most 256 characters, found 257",
        ),
        (
            "lambda:UpdateFunctionConfiguration",
            {"FunctionName": "f", "MemorySize": 99999},
            f"MemorySize: expected at most {MOST_MEMORY}, found 99999",
        ),
        (
            "lambda:UpdateFunctionConfiguration",
            {"FunctionName": "f", "MemorySize": True},
            "MemorySize: expected a whole number, found True",
        ),
        (
            "lambda:UpdateFunctionConfiguration",
            {"FunctionName": "f", "MemorySize": 128.0},
            "MemorySize: expected a whole number, found 128.0",
        ),
        (
            "lambda:UpdateFunctionConfiguration",
            {"FunctionName": "f", "Environment": {"Variables": ["a"]}},
            "Environment.Variables: expected a map, found a value that is not shown",
        ),
        (
            "s3:PutBucketPolicy",
            {"Bucket": "", "Policy": "{}"},
            "Bucket: expected a text that is not empty, as it is part of the address, found ''",
        ),
        (
            "cloudwatch:GetMetricData",
            {"MetricDataQueries": [], "StartTime": "soon", "EndTime": 0},
            "StartTime: expected a time, found 'soon'",
        ),
        (
            "cloudwatch:PutMetricAlarm",
            {
                "AlarmName": "a",
                "EvaluationPeriods": 1,
                "ComparisonOperator": "GreaterThanThreshold",
                "Threshold": float("nan"),
            },
            "Threshold: expected a number, found nan",
        ),
        ("lambda:Invoke", {"FunctionName": "f", "Payload": 5}, "Payload: expected bytes or a text"),
        (
            "dynamodb:UpdateTable",
            {"TableName": "orders", "ProvisionedThroughput": 5},
            "ProvisionedThroughput: expected a structure, found 5",
        ),
        ("sts:GetCallerIdentity", {"Who": 1}, "Who: expected a parameter that AWS knows, found 'Who'"),
    ],
)
def test_each_problem_is_named_with_its_path(name: str, parameters: dict[str, Any], expected: str) -> None:
    """What was expected and what was found, in one sentence."""
    service, _, operation = name.partition(":")
    assert expected in "\n".join(check_call(Call(service, operation, parameters)))


def test_all_problems_are_named_at_once() -> None:
    """A person mends a call once, not once a problem."""
    found = check_call(Call("lambda", "UpdateFunctionConfiguration", {"MemorySize": 1, "Timeout": 0, "Foo": 1}))
    assert [
        "lambda:UpdateFunctionConfiguration FunctionName: expected a value, as it is required, found none",
        "lambda:UpdateFunctionConfiguration MemorySize: expected at least 128, found 1",
        "lambda:UpdateFunctionConfiguration Timeout: expected at least 1, found 0",
        "lambda:UpdateFunctionConfiguration Foo: expected a parameter that AWS knows, found 'Foo'",
    ] == found


def test_a_union_has_exactly_one_member() -> None:
    """The model calls a structure a union where only one member may be given."""
    parameters = {"memoryId": "m-0123456789", "actorId": "a", "sessionId": "s", "eventTimestamp": 0, "payload": [{}]}
    assert any(
        "expected exactly one of" in each for each in check_call(Call("bedrock-agentcore", "CreateEvent", parameters))
    )


@pytest.mark.parametrize(("service", "operation"), [("dynamodbb", "UpdateTable"), ("dynamodb", "UpdateTabel")])
def test_an_unknown_operation_is_one_problem(service: str, operation: str) -> None:
    """There is no model to check the parameters by."""
    assert 1 == len(check_call(Call(service, operation, {})))


def test_the_value_of_a_sensitive_member_is_not_shown() -> None:
    """A plan's problem is shown to anybody; a password is not."""
    call = Call("rds", "ModifyDBCluster", {"DBClusterIdentifier": "c", "MasterUserPassword": ["hunter2"]})
    secret = Call(
        "lambda", "UpdateFunctionConfiguration", {"FunctionName": "f", "Environment": {"Variables": {"1": "hunter2"}}}
    )
    for each in (call, secret):
        (problem,) = check_call(each)
        assert "a value that is not shown" in problem
        assert "hunter2" not in problem


def reference(step: str, path: str) -> dict[str, Any]:
    """A reference to an earlier step's response."""
    return {"$result": {"step": step, "path": path}}


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (reference("1", "TableDescription.TableName"), None),
        (reference("2", "TableDescription.TableName"), "expected an earlier step (1), found '2'"),
        (reference("1", "TableDescription.Nmae"), "expected a path of dynamodb:UpdateTable's response"),
        (
            reference("1", "TableDescription.ItemCount"),
            "expected a string, found 'TableDescription.ItemCount, a number'",
        ),
        (reference("1", "TableDescription..x"), "is no fact path"),
        ({"$result": {"step": "1"}}, "expected $result with path and step"),
        ({"$fact": {"path": "table.TableName", "sha256": SHA}}, None),
        ({"$fact": {"path": "table.TableName", "sha256": "abc"}}, "expected a SHA-256 of 64 hexadecimal digits"),
        ({"$fact": {"path": "table..", "sha256": SHA}}, "is no fact path"),
        ({"$fact": "table"}, "expected $fact with path and sha256"),
        ({"$fact": {"path": "table.TableName", "at_least": 8}}, "expected a string, found 'the larger of two numbers'"),
        ({"$run": {}}, None),
        ({"$run": {"id": "r1"}}, "expected $run with nothing in it"),
        ({"$other": 1}, "expected a string"),
    ],
)
def test_a_reference_is_checked_against_what_it_refers_to(value: dict[str, Any], problem: str | None) -> None:
    """An earlier step's output shape, offline; a fact only by its form."""
    found = check_call(Call("dynamodb", "DescribeTable", {"TableName": value}), {"1": UPDATE})
    assert (problem is None) == (found == [])
    assert (problem or "") in "\n".join(found)


def test_a_reference_stands_for_a_single_value() -> None:
    """A whole structure from an answer could hold anything."""
    call = Call(
        "dynamodb", "UpdateTable", {"TableName": "orders", "ProvisionedThroughput": reference("1", "TableDescription")}
    )
    (problem,) = check_call(call, {"1": UPDATE})
    assert "as such a reference stands for a single value" in problem


def test_a_value_that_must_not_be_shown_may_be_a_whole_document() -> None:
    """Its digest says which; that it fits is checked with the value in its place."""
    hidden = {"$fact": {"path": "table.ProvisionedThroughput", "sha256": SHA}}
    assert [] == check_call(Call("dynamodb", "UpdateTable", {"TableName": "orders", "ProvisionedThroughput": hidden}))


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ({"$fact": {"path": "table.units", "at_least": 8}}, None),
        ({"$fact": {"path": "table.units", "at_least": 0}}, "expected at least 1, found 0"),
        ({"$fact": {"path": "table.units", "at_least": "8"}}, "expected a whole number, found '8'"),
        ({"$run": {}}, "expected a long, found 'the id of a run, a string'"),
    ],
)
def test_the_larger_of_two_numbers_fits_where_the_given_one_does(value: dict[str, Any], problem: str | None) -> None:
    """What is read right before the call cannot be checked yet, what is planned can."""
    units = {"ReadCapacityUnits": value, "WriteCapacityUnits": 5}
    found = check_call(Call("dynamodb", "UpdateTable", {"TableName": "orders", "ProvisionedThroughput": units}))
    assert (
        [] if problem is None else [f"dynamodb:UpdateTable ProvisionedThroughput.ReadCapacityUnits: {problem}"]
    ) == found


@settings(max_examples=50, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_no_value_makes_the_check_itself_fail(value: Any) -> None:
    """Whatever an action returns, the answer is sentences."""
    for name in ("TableName", "ProvisionedThroughput", "GlobalSecondaryIndexUpdates", "DeletionProtectionEnabled"):
        assert all(isinstance(each, str) for each in check_call(Call("dynamodb", "UpdateTable", {name: value})))
