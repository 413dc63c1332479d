"""The reader: whole answers, or a typed unknown with reason and missing permission."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from trueup.aws.connection import connect
from trueup.aws.statistics import CallStatistics
from trueup.errors import CredentialsError, GuardError, UnreadableError
from trueup.facts.unknown import Reason
from trueup.resource import Scope

if TYPE_CHECKING:
    from trueup.aws.connection import Connection
    from trueup.testing.faults import FaultKind
    from trueup.testing.server import SimulatedAws

SCOPE = Scope("123456789012", "eu-west-1")
LIST = "dynamodb:ListTables"
DESCRIBE = "dynamodb:DescribeTable"


def make_tables(aws: SimulatedAws, *names: str) -> None:
    """Make tables in the tests' Region."""
    client = aws.client("dynamodb", region="eu-west-1")
    for name in names:
        client.create_table(
            TableName=name,
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
    aws.calls.clear()


def answered(kind: FaultKind) -> bool:
    """Tell whether a fault is an answer of AWS, which has the id of its request."""
    return kind in {"denied", "throttled", "server_error"}


def test_a_call_gives_the_answer_without_metadata(connection: Connection, simulated_aws: SimulatedAws) -> None:
    """What an aspect keeps has nothing of the transport in it."""
    make_tables(simulated_aws, "orders")
    assert {"TableNames": ["orders"]} == connection.reader(SCOPE, [LIST]).call(LIST)


def test_all_pages_are_read(connection: Connection, simulated_aws: SimulatedAws) -> None:
    """The last page's token ends it, not the first page's length."""
    make_tables(simulated_aws, "a-1", "a-2", "a-3")
    reader = connection.reader(SCOPE, [LIST])
    assert ["a-1", "a-2", "a-3"] == list(reader.paginate(LIST, "TableNames[]", Limit=1))


def test_prices_are_of_the_scopes_region_and_need_no_call(connection: Connection, simulated_aws: SimulatedAws) -> None:
    """What plugins ship is known offline; a Region without a price is unknown."""
    reader = connection.reader(Scope(SCOPE.account, "us-east-1"), [])
    assert "USD" == reader.prices("dynamodb")["currency"]
    with pytest.raises(UnreadableError) as raised:
        connection.reader(Scope(SCOPE.account, "af-south-1"), []).prices("dynamodb")
    assert Reason.NO_PRICE == raised.value.unknown.reason
    assert not simulated_aws.calls


def test_an_absent_code_gives_none(connection: Connection, simulated_aws: SimulatedAws) -> None:
    """That there is none is a fact, not a failure; so it is counted as made only."""
    statistics = CallStatistics()
    reader = connection.reader(SCOPE, [DESCRIBE], statistics)
    assert reader.call(DESCRIBE, absent=("ResourceNotFoundException",), TableName="none") is None
    counts = statistics.calls()[DESCRIBE]
    assert (1, 0, 0, 0) == tuple(counts[name] for name in ("made", "denied", "throttled", "failed"))
    assert [] == statistics.errors()
    assert [DESCRIBE] == [call.name for call in simulated_aws.calls]


def test_an_undeclared_operation_is_refused_before_sending(connection: Connection, simulated_aws: SimulatedAws) -> None:
    """Each reader has its aspect's operations only, although all share one client."""
    connection.reader(SCOPE, [DESCRIBE])
    reader = connection.reader(SCOPE, [LIST])
    with pytest.raises(GuardError, match="dynamodb:DescribeTable was refused before sending"):
        reader.call(DESCRIBE, TableName="orders")
    with pytest.raises(GuardError, match="dynamodb:DescribeTable was refused before sending"):
        list(reader.paginate(DESCRIBE, "Table", TableName="orders"))
    assert [] == list(simulated_aws.calls)


@pytest.mark.parametrize(
    ("kind", "reason", "counted"),
    [
        ("denied", Reason.ACCESS_DENIED, "denied"),
        ("throttled", Reason.THROTTLED, "throttled"),
        ("reset", Reason.CONNECTION, "failed"),
        ("server_error", Reason.SERVER_ERROR, "failed"),
        ("response_lost", Reason.CONNECTION, "failed"),
        ("cut_off", Reason.CUT_OFF, "failed"),
    ],
)
@pytest.mark.parametrize(
    ("operation", "parameters", "action"),
    [
        ("dynamodb:ListTables", {}, "dynamodb:ListTables"),
        ("s3:GetBucketTagging", {"Bucket": "b-1"}, "s3:GetBucketTagging"),
        ("s3:GetBucketEncryption", {"Bucket": "b-1"}, "s3:GetEncryptionConfiguration"),
        ("lambda:GetAccountSettings", {}, "lambda:GetAccountSettings"),
        ("cloudwatch:DescribeAlarms", {}, "cloudwatch:DescribeAlarms"),
        ("iam:ListUsers", {}, "iam:ListUsers"),
    ],
)
def test_each_fault_of_each_protocol_is_a_typed_unknown(  # noqa: PLR0913, PLR0917 - a matrix has its axes
    connection: Connection,
    simulated_aws: SimulatedAws,
    kind: FaultKind,
    reason: Reason,
    counted: str,
    operation: str,
    parameters: dict[str, Any],
    action: str,
) -> None:
    """The reason is the fault's, the operation is named, and so is the missing action where access was denied."""
    simulated_aws.faults.inject(operation, kind)
    statistics = CallStatistics()
    reader = connection.reader(SCOPE, [operation], statistics, "a.resource")
    with pytest.raises(UnreadableError) as caught:
        reader.call(operation, **parameters)
    missing = action if kind == "denied" else None
    assert (reason, operation, missing) == (
        caught.value.unknown.reason,
        caught.value.unknown.operation,
        caught.value.unknown.missing_action,
    )
    assert 1 == statistics.calls()[operation][counted]
    (error,) = statistics.errors()
    assert answered(kind) == bool(error.pop("request_id"))
    expected = {"resource_type": "a.resource", "operation": operation, "reason": str(reason), "missing_action": missing}
    assert expected == error


def test_an_answer_that_does_not_come_is_a_timeout(hasty_connection: Connection, simulated_aws: SimulatedAws) -> None:
    """The client's own limit holds, not the server's patience."""
    simulated_aws.faults.inject(LIST, "timeout", seconds=5)
    with pytest.raises(UnreadableError, match="timed out at dynamodb:ListTables"):
        hasty_connection.reader(SCOPE, [LIST]).call(LIST)


def test_what_came_before_a_failed_page_is_given_and_then_the_failure(
    connection: Connection, simulated_aws: SimulatedAws
) -> None:
    """So that nobody takes the first page for the whole list."""
    make_tables(simulated_aws, "a-1", "a-2", "a-3")
    pages = connection.reader(SCOPE, [LIST]).paginate(LIST, "TableNames[]", Limit=1)
    assert "a-1" == next(pages)
    simulated_aws.faults.inject(LIST, "cut_off")
    with pytest.raises(UnreadableError, match="answer cut off at dynamodb:ListTables"):
        list(pages)


def test_expired_credentials_stop_the_run(scripted_aws: Any, scripted_connection: Connection) -> None:
    """Every further read would fail alike; the sentence says whose credentials they were."""
    body = json.dumps({"__type": "com.amazon.coral.service#ExpiredTokenException", "message": "expired"}).encode()
    scripted_aws.say(body, status=400)
    with pytest.raises(CredentialsError, match=r"the default profile \(environment variables\): .* found them expired"):
        scripted_connection.reader(SCOPE, [LIST]).call(LIST)


def test_credentials_that_one_region_does_not_accept_are_an_unknown(
    scripted_aws: Any, scripted_connection: Connection
) -> None:
    """A Region that the account has not enabled answers like that; the others can be audited."""
    scripted_aws.say(json.dumps({"__type": "UnrecognizedClientException", "message": "no"}).encode(), status=400)
    with pytest.raises(UnreadableError, match="is it enabled"):
        scripted_connection.reader(SCOPE, [LIST]).call(LIST)


def test_the_same_token_twice_is_cut_off(scripted_aws: Any, scripted_connection: Connection) -> None:
    """A server that runs in circles gives no whole list."""
    scripted_aws.say(json.dumps({"TableNames": ["orders"], "LastEvaluatedTableName": "orders"}).encode())
    statistics = CallStatistics()
    with pytest.raises(UnreadableError, match="answer cut off at dynamodb:ListTables: the same token came twice"):
        list(scripted_connection.reader(SCOPE, [LIST], statistics).paginate(LIST, "TableNames[]"))
    assert 1 == statistics.calls()[LIST]["failed"]


def test_more_without_a_token_is_cut_off(scripted_aws: Any, scripted_connection: Connection) -> None:
    """The SDK's own paginator would end there in silence."""
    operation = "s3:ListBucketIntelligentTieringConfigurations"
    body = (
        b"<ListBucketIntelligentTieringConfigurationsOutput><IsTruncated>true</IsTruncated>"
        b"</ListBucketIntelligentTieringConfigurationsOutput>"
    )
    scripted_aws.say(body)
    pages = scripted_connection.reader(SCOPE, [operation]).paginate(
        operation, "IntelligentTieringConfigurationList[]", Bucket="b-1"
    )
    with pytest.raises(UnreadableError, match="says that there is more, but no token came"):
        list(pages)


def test_an_operation_without_paginator_is_followed_by_its_usual_tokens(
    scripted_aws: Any, scripted_connection: Connection
) -> None:
    """S3 names them NextContinuationToken and ContinuationToken."""
    operation = "s3:ListBucketIntelligentTieringConfigurations"
    start, end = (
        b"<ListBucketIntelligentTieringConfigurationsOutput>",
        b"</ListBucketIntelligentTieringConfigurationsOutput>",
    )
    one = b"<IntelligentTieringConfiguration><Id>1</Id></IntelligentTieringConfiguration>"
    more = b"<IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>"
    two = b"<IntelligentTieringConfiguration><Id>2</Id></IntelligentTieringConfiguration>"
    reader = scripted_connection.reader(SCOPE, [operation])
    for tokens in (None, ("ContinuationToken", "NextContinuationToken")):
        scripted_aws.say(start + one + more + end, start + two + end)
        found = reader.paginate(operation, "IntelligentTieringConfigurationList[].Id", tokens=tokens, Bucket="b-1")
        assert ["1", "2"] == list(found)
    assert "continuation-token=t" in scripted_aws.requests[-1][1]


def test_absent_credentials_stop_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence says where was looked for them."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    made = connect(endpoint_url="http://127.0.0.1:9", region="eu-west-1")
    with pytest.raises(CredentialsError, match="found none in environment variables, the shared files"):
        made.reader(SCOPE, [LIST]).call(LIST)
