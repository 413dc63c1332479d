"""The canned AWS throttles and fails where it is told to, and there always alike."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from canned.faults import FaultPlan
from canned.limits import Throttles, TokenBucket
from canned.request import Request
from measuring import asked_of, served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.benchmarks.conftest import MakeClient

REGION = "us-east-1"
SHARES = {"s3:GetBucketPolicy": {"error": 0.2, "reset": 0.1}, "*": {"throttled": 0.5}}


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """Give the seconds."""
        return self.now


def test_token_bucket() -> None:
    """So many requests a second are let through, and after a pause as many at once."""
    clock = Clock()
    bucket = TokenBucket(5, clock)
    assert [True] * 5 + [False] == [bucket.take() for _ in range(6)]
    clock.now += 0.25
    assert [True, False] == [bucket.take() for _ in range(2)]
    clock.now += 60
    assert [True] * 5 + [False] == [bucket.take() for _ in range(6)]


def test_throttles_count_accounts_and_regions_apart() -> None:
    """Each account and Region has a bucket of its own, and services that are not named have none."""
    throttles = Throttles({"dynamodb": 1}, Clock())
    assert throttles.let_through("1", REGION, "dynamodb")
    assert not throttles.let_through("1", REGION, "dynamodb")
    assert throttles.let_through("2", REGION, "dynamodb")
    assert throttles.let_through("1", "eu-west-1", "dynamodb")
    assert all(throttles.let_through("1", REGION, "s3") for _ in range(100))


@pytest.mark.parametrize(
    ("service", "method", "code"),
    [
        ("account", "list_regions", "TooManyRequestsException"),
        ("dynamodb", "list_tables", "ThrottlingException"),
        ("ec2", "describe_regions", "RequestLimitExceeded"),
        ("ecs", "list_clusters", "ThrottlingException"),
        ("elasticache", "describe_cache_clusters", "Throttling"),
        ("lambda", "list_functions", "TooManyRequestsException"),
        ("organizations", "list_accounts", "TooManyRequestsException"),
        ("rds", "describe_db_clusters", "Throttling"),
        ("s3", "list_buckets", "SlowDown"),
        ("sts", "get_caller_identity", "Throttling"),
    ],
)
def test_throttled_service(client: MakeClient, throttling: str, service: str, method: str, code: str) -> None:
    """What comes too fast is refused as each service refuses it, and counted."""
    from botocore.exceptions import ClientError

    with client(service, throttling) as aws, pytest.raises(ClientError) as raised:
        getattr(aws, method)()
    assert code == raised.value.response["Error"]["Code"]
    assert {"throttled": 1} == asked_of(throttling)["services"][service]["outcomes"]


@pytest.fixture(scope="module")
def throttling() -> Iterator[str]:
    """Give the URL of a canned AWS that throttles every request."""
    with served({"faults": {"*": {"throttled": 1}}}) as url:
        yield url


def _requests() -> list[Request]:
    return [Request("GET", f"/bucket-{number}?policy", b"", service="s3") for number in range(400)]


def _faults(seed: int, requests: list[Request]) -> dict[str, str | None]:
    plan = FaultPlan(SHARES, seed)
    return {each.target: plan.fault(each, "s3:GetBucketPolicy") for each in requests}


def test_faults_follow_from_the_seed() -> None:
    """The same requests fail in every run, in whatever order they come; another seed chooses others."""
    requests = _requests()
    assert _faults(1, requests) == _faults(1, requests[::-1])
    assert _faults(1, requests) != _faults(2, requests)


def test_faults_have_their_shares() -> None:
    """About so many requests fail as the shares say, and the same one not every time."""
    plan = FaultPlan(SHARES, 1)
    found = [plan.fault(each, "s3:GetBucketPolicy") for each in _requests() for _ in range(5)]
    assert {None: 0.7, "error": 0.2, "reset": 0.1} == {
        kind: round(number / len(found), 1) for kind, number in Counter(found).items()
    }


def test_faults_of_other_operations() -> None:
    """Operations that are not named have the shares of ``*``, or none."""
    request = _requests()[0]
    assert {None, "throttled"} == {FaultPlan(SHARES, seed).fault(request, "s3:GetBucketAcl") for seed in range(20)}
    assert FaultPlan({}, 1).fault(request, "s3:GetBucketAcl") is None


def test_kind_of_fault_that_is_none() -> None:
    """A mistyped kind is an error, and not a world without faults."""
    with pytest.raises(ValueError, match="expected some of error, denied, throttled, reset, timeout, found slow"):
        FaultPlan({"*": {"slow": 1}})


def test_failures_over_http(client: MakeClient) -> None:
    """A failure, a refusal, a reset and silence reach boto3 as what they are."""
    from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

    faults = {
        "dynamodb:ListTables": {"error": 1.0},
        "lambda:ListFunctions": {"denied": 1.0},
        "rds:DescribeDBClusters": {"reset": 1.0},
        "ecs:ListClusters": {"timeout": 1.0},
    }
    with served({"faults": faults}) as url:
        with client("dynamodb", url) as dynamodb, pytest.raises(ClientError) as failed:
            dynamodb.list_tables()
        with client("lambda", url) as functions, pytest.raises(ClientError) as refused:
            functions.list_functions()
        with client("rds", url) as rds, pytest.raises(ConnectionClosedError):
            rds.describe_db_clusters()
        with client("ecs", url, read_timeout=0.2) as ecs, pytest.raises(ReadTimeoutError):
            ecs.list_clusters()
    assert (500, 403) == tuple(each.value.response["ResponseMetadata"]["HTTPStatusCode"] for each in (failed, refused))
    assert ("InternalFailure", "AccessDeniedException") == tuple(
        each.value.response["Error"]["Code"] for each in (failed, refused)
    )
