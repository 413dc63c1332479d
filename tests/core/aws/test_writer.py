"""The writer: one call, sent once, and the truth about what became of it."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest

import trueup
from trueup.aws.connection import connect
from trueup.change import Call
from trueup.errors import AmbiguousWriteError, CallRefusedError, ThrottledWriteError
from trueup.resource import Scope

if TYPE_CHECKING:
    from trueup.aws.connection import Connection
    from trueup.testing.faults import FaultKind
    from trueup.testing.server import SimulatedAws

# So often a broken writer would send again.
TWICE = 2
SCOPE = Scope("123456789012", "eu-west-1")
TAG = Call(
    "dynamodb",
    "TagResource",
    {"ResourceArn": "arn:aws:dynamodb:eu-west-1:1:table/t", "Tags": [{"Key": "a", "Value": "b"}]},
)
CREATE = Call(
    "dynamodb",
    "CreateTable",
    MappingProxyType(
        {
            "TableName": "orders",
            "AttributeDefinitions": ({"AttributeName": "id", "AttributeType": "S"},),
            "KeySchema": ({"AttributeName": "id", "KeyType": "HASH"},),
            "BillingMode": "PAY_PER_REQUEST",
        }
    ),
)


def test_a_call_is_sent_as_planned_and_says_why(connection: Connection, simulated_aws: SimulatedAws) -> None:
    """Frozen parameters are sent as they are; run and rule stand in the user agent, where CloudTrail shows them."""
    sent = connection.writer(SCOPE).send(CREATE, rule="dynamodb-table-x")
    (call,) = simulated_aws.calls
    assert "dynamodb:CreateTable" == call.name
    assert f"trueup/{trueup.__version__} run/run-1 rule/dynamodb-table-x" in call.user_agent
    assert "orders" == sent.response["TableDescription"]["TableName"]
    assert sent.request_id
    assert "ResponseMetadata" not in sent.response


def test_no_handler_has_a_write_sent_again(connection: Connection, simulated_aws: SimulatedAws) -> None:
    """Whatever a handler of botocore's, of this version or another, answers to whether a retry is needed."""
    client, _guard = connection.writing_client("dynamodb", "eu-west-1")
    asked: list[str] = []

    def at_once(event_name: str, **_details: Any) -> int | None:
        asked.append(event_name)
        return 0 if len(asked) <= TWICE else None

    client.meta.events.register_first("needs-retry.dynamodb.CreateTable", at_once)
    connection.writer(SCOPE).send(CREATE, rule="dynamodb-table-x")
    assert ["dynamodb:CreateTable"] == [call.name for call in simulated_aws.calls]
    assert ["needs-retry.dynamodb.CreateTable"] == asked


def test_a_rules_name_cannot_break_the_user_agent(connection: Connection, simulated_aws: SimulatedAws) -> None:
    """Spaces and line breaks would start another word or header."""
    connection.writer(SCOPE).send(CREATE, rule="a b\r\nX-Evil: 1")
    (call,) = simulated_aws.calls
    assert call.user_agent.endswith("rule/a-b-X-Evil-1")


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("denied", CallRefusedError),
        ("throttled", ThrottledWriteError),
        ("reset", AmbiguousWriteError),
        ("server_error", AmbiguousWriteError),
        ("response_lost", AmbiguousWriteError),
        ("cut_off", AmbiguousWriteError),
    ],
)
@pytest.mark.parametrize("service", ["dynamodb", "s3", "lambda", "iam"])
def test_each_fault_is_told_as_what_it_is_and_nothing_is_sent_twice(
    connection: Connection, simulated_aws: SimulatedAws, kind: FaultKind, error: type[Exception], service: str
) -> None:
    """What may have taken effect is never called refused, in any protocol."""
    call = {
        "dynamodb": CREATE,
        "s3": Call(
            "s3", "CreateBucket", {"Bucket": "b-1", "CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}
        ),
        "lambda": Call("lambda", "PutFunctionConcurrency", {"FunctionName": "f", "ReservedConcurrentExecutions": 1}),
        "iam": Call("iam", "CreateGroup", {"GroupName": "g"}),
    }[service]
    simulated_aws.faults.inject(call.name, kind)
    with pytest.raises(error) as caught:
        connection.writer(SCOPE).send(call, rule="r")
    assert call.name == getattr(caught.value, "operation", None)
    assert [call.name] == [made.name for made in simulated_aws.calls]


def test_an_answer_that_does_not_come_is_ambiguous(hasty_connection: Connection, simulated_aws: SimulatedAws) -> None:
    """It may still be on its way; it is not asked for again."""
    simulated_aws.faults.inject(CREATE.name, "timeout", seconds=5)
    with pytest.raises(AmbiguousWriteError, match="ReadTimeoutError"):
        hasty_connection.writer(SCOPE).send(CREATE, rule="r")
    assert 1 == len(simulated_aws.calls)


def test_a_quota_is_refused_and_not_throttled(scripted_aws: Any, scripted_connection: Connection) -> None:
    """DynamoDB's LimitExceededException says "not today", though botocore's retries take it for "too fast"."""
    scripted_aws.say(
        json.dumps({"__type": "LimitExceededException", "message": "too many switches"}).encode(), status=400
    )
    with pytest.raises(CallRefusedError, match="LimitExceededException: too many switches"):
        scripted_connection.writer(SCOPE).send(TAG, rule="r")
    assert 1 == len(scripted_aws.requests)


def test_a_redirect_is_refused_and_not_followed(scripted_aws: Any, scripted_connection: Connection) -> None:
    """The plan says in which Region; S3's redirect would send the write again elsewhere."""
    body = b"<Error><Code>PermanentRedirect</Code><Message>elsewhere</Message><Bucket>b-1</Bucket></Error>"
    scripted_aws.say(body, status=301)
    call = Call("s3", "PutBucketVersioning", {"Bucket": "b-1", "VersioningConfiguration": {"Status": "Enabled"}})
    with pytest.raises(CallRefusedError, match="PermanentRedirect"):
        scripted_connection.writer(SCOPE).send(call, rule="r")
    assert ["PUT"] == [method for method, *_ in scripted_aws.requests]


@pytest.mark.parametrize("code", ["InternalError", "ServiceUnavailable", "RequestTimeout"])
def test_codes_that_leave_it_open_are_ambiguous(scripted_aws: Any, scripted_connection: Connection, code: str) -> None:
    """Whatever their status is."""
    scripted_aws.say(json.dumps({"__type": code, "message": "?"}).encode(), status=400)
    with pytest.raises(AmbiguousWriteError, match=code):
        scripted_connection.writer(SCOPE).send(TAG, rule="r")


def test_a_call_that_reaches_nobody_is_refused() -> None:
    """Where nobody listens not a byte was sent, so it surely had no effect."""
    made = connect(endpoint_url="http://127.0.0.1:9", region="eu-west-1")
    with pytest.raises(CallRefusedError, match="EndpointConnectionError"):
        made.writer(SCOPE).send(TAG, rule="r")


def test_absent_credentials_refuse_a_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is sent unsigned."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    made = connect(endpoint_url="http://127.0.0.1:9", region="eu-west-1")
    with pytest.raises(CallRefusedError, match="NoCredentialsError"):
        made.writer(SCOPE).send(TAG, rule="r")


def test_a_refused_parameter_is_named_without_its_value() -> None:
    """A value may be secret; botocore's own message quotes it."""
    made = connect(endpoint_url="http://127.0.0.1:9", region="eu-west-1")
    call = Call(
        "lambda", "UpdateFunctionConfiguration", {"FunctionName": "f", "Environment": {"Variables": {"P": 12345}}}
    )
    with pytest.raises(CallRefusedError) as caught:
        made.writer(SCOPE).send(call, rule="r")
    assert "botocore refused Environment.Variables.P" == caught.value.message
