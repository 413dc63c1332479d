"""Each kind of fault reaches boto3 as the failure that it stands for, and only where it was injected."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError
from botocore.parsers import ResponseParserError

from trueup.testing.faults import KINDS, Fault
from trueup.testing.newer import ADDED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from trueup.testing import SimulatedAws
    from trueup.testing.faults import FaultKind

pytest_plugins = ["trueup.testing.fixtures"]

ONE_ATTEMPT = Config(retries={"total_max_attempts": 1}, read_timeout=30)

IMPATIENT = Config(retries={"total_max_attempts": 1}, read_timeout=0.3)
"""Only for what never comes, or comes much later: moto's first answer of a service may take longer than this."""

READS: dict[str, Callable[[Any], Any]] = {
    "application-autoscaling:DescribeScalableTargets": lambda client: client.describe_scalable_targets(
        ServiceNamespace="dynamodb"
    ),
    "cloudwatch:DescribeAlarms": lambda client: client.describe_alarms(),
    "dynamodb:ListTables": lambda client: client.list_tables(),
    "iam:ListUsers": lambda client: client.list_users(),
    "lambda:ListFunctions": lambda client: client.list_functions(),
    "s3:ListBuckets": lambda client: client.list_buckets(),
    "sts:GetCallerIdentity": lambda client: client.get_caller_identity(),
}

FAILURES: dict[FaultKind, tuple[type[Exception], str]] = {
    "denied": (ClientError, "is not authorized to perform"),
    "reset": (ConnectionClosedError, "Connection was closed"),
    "response_lost": (ConnectionClosedError, "Connection was closed"),
    "server_error": (ClientError, "internal error"),
    "throttled": (ClientError, "Rate exceeded|reduce your request rate"),
    "timeout": (ReadTimeoutError, "Read timeout"),
}


@pytest.mark.parametrize("kind", FAILURES)
@pytest.mark.parametrize("operation", READS)
def test_a_fault_is_the_failure_it_stands_for(simulated_aws: SimulatedAws, operation: str, kind: FaultKind) -> None:
    """Every kind fails every protocol's read in its own way, once, and the next read is whole."""
    simulated_aws.faults.inject(operation, kind, times=1)
    failure, words = FAILURES[kind]
    service = operation.partition(":")[0]
    with pytest.raises(failure, match=words):
        READS[operation](client(simulated_aws, service, kind))
    READS[operation](client(simulated_aws, service))
    assert [kind == "response_lost", True] == [call.took_effect for call in simulated_aws.calls]


def test_every_kind_is_tested() -> None:
    """No kind of fault is without its failure; answers that are slow, cut off or newer have tests of their own."""
    assert set(KINDS) == FAILURES.keys() | {"cut_off", "newer", "slow"}


@pytest.mark.parametrize("operation", [name for name in READS if not name.startswith("cloudwatch:")])
def test_a_newer_answer_has_more_than_the_model_knows(simulated_aws: SimulatedAws, operation: str) -> None:
    """Read is what is known, as before; the body has one more member in each structure, the outermost at least.

    Not in CBOR, which nobody writes documents in.
    """
    service = operation.partition(":")[0]
    bodies: list[bytes] = []
    reader = client(simulated_aws, service)
    reader.meta.events.register("before-parse", lambda response_dict, **_: bodies.append(response_dict["body"]))
    known = READS[operation](reader)
    simulated_aws.faults.inject(operation, "newer")
    newer = READS[operation](reader)
    assert {**known, "ResponseMetadata": 0} == {**newer, "ResponseMetadata": 0}
    assert [False, True] == [ADDED.encode() in body for body in bodies]


@pytest.mark.parametrize("operation", READS)
def test_a_cut_off_answer_is_shorter_than_it_says(simulated_aws: SimulatedAws, operation: str) -> None:
    """Half of the body comes; botocore does not compare it with Content-Length, so a reader of answers must."""
    simulated_aws.faults.inject(operation, "cut_off")
    lengths: list[tuple[int, int]] = []

    def measure(response_dict: Mapping[str, Any], **_: Any) -> None:
        lengths.append((len(response_dict["body"]), int(response_dict["headers"]["content-length"])))

    reader = client(simulated_aws, operation.partition(":")[0])
    reader.meta.events.register("before-parse", measure)
    # JSON that cannot be parsed is an empty result to botocore; XML is an error, or a status that it makes up.
    with contextlib.suppress(ClientError, ResponseParserError):
        READS[operation](reader)
    assert [(said // 2, said) for _, said in lengths] == lengths
    assert [True] == [call.took_effect for call in simulated_aws.calls]


def test_a_slow_answer_comes_late_and_whole(simulated_aws: SimulatedAws) -> None:
    """An answer that takes longer than a client waits is a timeout to that client, though the call took effect."""
    simulated_aws.faults.inject("s3:CreateBucket", "slow", seconds=1.0)
    with pytest.raises(ReadTimeoutError):
        client(simulated_aws, "s3", "timeout").create_bucket(Bucket="slow-bucket")
    client(simulated_aws, "s3").create_bucket(Bucket="other-bucket")
    assert ["other-bucket", "slow-bucket"] == sorted(bucket_names(simulated_aws))


def test_a_lost_answer_took_effect(simulated_aws: SimulatedAws) -> None:
    """The call is done though the client cannot know."""
    simulated_aws.faults.inject("dynamodb:TagResource", "response_lost", times=1)
    table = new_table(simulated_aws)
    with pytest.raises(ConnectionClosedError):
        client(simulated_aws, "dynamodb").tag_resource(ResourceArn=table, Tags=[{"Key": "a", "Value": "b"}])
    tags = client(simulated_aws, "dynamodb").list_tags_of_resource(ResourceArn=table)["Tags"]
    assert [{"Key": "a", "Value": "b"}] == tags


@pytest.mark.parametrize("kind", ["denied", "throttled", "server_error", "timeout", "reset"])
def test_a_call_that_failed_before_has_no_effect(simulated_aws: SimulatedAws, kind: FaultKind) -> None:
    """Nothing is written by a call that never reached the service."""
    simulated_aws.faults.inject("s3:CreateBucket", kind)
    with pytest.raises(Exception, match=r"."):
        client(simulated_aws, "s3", kind).create_bucket(Bucket="never-made")
    assert [] == bucket_names(simulated_aws)


def test_a_fault_befalls_its_resource_alone(simulated_aws: SimulatedAws) -> None:
    """One bucket's reads are denied, whatever they are; the other's are not."""
    for name in ("one-bucket", "two-bucket"):
        simulated_aws.client("s3").create_bucket(Bucket=name)
    simulated_aws.faults.inject("s3:Get*", "denied", resource="one-bucket")
    s3 = client(simulated_aws, "s3")
    for read in (s3.get_bucket_versioning, s3.get_bucket_location):
        with pytest.raises(ClientError, match="AccessDenied"):
            read(Bucket="one-bucket")
        read(Bucket="two-bucket")
    with pytest.raises(ClientError, match="404"):
        s3.head_bucket(Bucket="no-such-bucket")


def test_a_denied_head_has_only_its_status(simulated_aws: SimulatedAws) -> None:
    """A HEAD's answer has no body, so that the code is the status."""
    simulated_aws.faults.inject("s3:HeadBucket", "denied")
    with pytest.raises(ClientError) as caught:
        client(simulated_aws, "s3").head_bucket(Bucket="any-bucket")
    assert "403" == caught.value.response["Error"]["Code"]


def test_a_fault_lasts_as_often_as_it_was_asked_for(simulated_aws: SimulatedAws) -> None:
    """Two times is two times; without a number it lasts until it is cleared."""
    simulated_aws.faults.inject("sts:GetCallerIdentity", "throttled", times=2)
    for _ in range(2):
        with pytest.raises(ClientError, match="Throttling"):
            client(simulated_aws, "sts").get_caller_identity()
    client(simulated_aws, "sts").get_caller_identity()
    lasting = simulated_aws.faults.inject("sts:*", "denied")
    for _ in range(3):
        with pytest.raises(ClientError, match="AccessDenied"):
            client(simulated_aws, "sts").get_caller_identity()
    simulated_aws.faults.clear(lasting)
    client(simulated_aws, "sts").get_caller_identity()


def test_a_fault_may_let_some_pass_first(simulated_aws: SimulatedAws) -> None:
    """The second page of a list breaks, the first does not."""
    simulated_aws.faults.inject("sts:GetCallerIdentity", "denied", skip=1, times=1)
    seen = []
    for _ in range(3):
        with contextlib.suppress(ClientError):
            seen.append(client(simulated_aws, "sts").get_caller_identity())
    assert 2 == len(seen)
    assert [200, 403, 200] == [call.status for call in simulated_aws.calls]


def test_boto3_retries_a_throttled_read(simulated_aws: SimulatedAws) -> None:
    """A throttled call is one that botocore tries again by itself."""
    simulated_aws.faults.inject("dynamodb:ListTables", "throttled", times=1)
    patient = Config(retries={"mode": "standard", "total_max_attempts": 2})
    simulated_aws.client("dynamodb", config=patient).list_tables()
    assert [400, 200] == [call.status for call in simulated_aws.calls.of("dynamodb:ListTables")]


def test_a_reset_lets_go_of_held_connections(simulated_aws: SimulatedAws) -> None:
    """Faults do not outlive a reset."""
    simulated_aws.faults.inject("sts:GetCallerIdentity", "timeout")
    with pytest.raises(ReadTimeoutError):
        client(simulated_aws, "sts", "timeout").get_caller_identity()
    simulated_aws.reset()
    client(simulated_aws, "sts").get_caller_identity()
    assert 1 == len(simulated_aws.calls)


def test_an_unknown_kind_is_refused() -> None:
    """A typo in a test is no fault that never happens."""
    with pytest.raises(ValueError, match=r"expected one of denied, throttled, .* found 'denyed'"):
        Fault("denyed")  # type: ignore[arg-type]  # what the type forbids is refused when it runs, too


def client(aws: SimulatedAws, service: str, kind: str | None = None) -> Any:
    """A client that asks once, and waits long unless nothing will come."""
    return aws.client(service, config=IMPATIENT if kind == "timeout" else ONE_ATTEMPT)


def bucket_names(aws: SimulatedAws) -> list[str]:
    """The names of all buckets."""
    return [bucket["Name"] for bucket in aws.client("s3").list_buckets()["Buckets"]]


def new_table(aws: SimulatedAws) -> str:
    """Make a table and give its ARN."""
    keys = [{"AttributeName": "k", "KeyType": "HASH"}]
    attributes = [{"AttributeName": "k", "AttributeType": "S"}]
    made = aws.client("dynamodb").create_table(
        TableName="table", KeySchema=keys, AttributeDefinitions=attributes, BillingMode="PAY_PER_REQUEST"
    )
    return str(made["TableDescription"]["TableArn"])
