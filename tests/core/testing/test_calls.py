"""Every request is recorded as it reached the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from trueup.testing import Call, SimulatedAws

pytest_plugins = ["trueup.testing.fixtures"]


def test_a_call_is_recorded_whole(simulated_aws: SimulatedAws) -> None:
    """Name, Region, account, user agent, parameters, path, status and number."""
    simulated_aws.client("s3").create_bucket(Bucket="my-bucket")
    simulated_aws.client("s3", "us-east-1").list_objects_v2(Bucket="my-bucket", Prefix="a b", MaxKeys=3)
    first, second = simulated_aws.calls
    assert (1, "s3:CreateBucket", "us-east-1", "123456789012", 200, True) == (
        first.number,
        first.name,
        first.region,
        first.account,
        first.status,
        first.took_effect,
    )
    assert (2, "s3:ListObjectsV2") == (second.number, second.name)
    assert {"Bucket": "my-bucket", "MaxKeys": 3, "Prefix": "a b"} == {
        name: second.parameters[name] for name in ("Bucket", "MaxKeys", "Prefix")
    }
    assert second.path.startswith("/my-bucket?list-type=2&")
    assert second.user_agent.startswith("Boto3/")


def test_refused_calls_are_recorded_too(simulated_aws: SimulatedAws) -> None:
    """A refusal by the service has its status."""
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        simulated_aws.client("dynamodb").describe_table(TableName="gone")
    assert [("dynamodb:DescribeTable", 400, {"TableName": "gone"})] == [
        (call.name, call.status, call.parameters) for call in simulated_aws.calls
    ]


def test_the_caller_says_what_writes(simulated_aws: SimulatedAws) -> None:
    """The record knows no access levels, so it is asked with a rule."""
    simulated_aws.client("s3").create_bucket(Bucket="my-bucket")
    simulated_aws.client("s3").list_buckets()

    def writes(call: Call) -> bool:
        return call.operation.startswith("Create")

    assert ["s3:CreateBucket"] == [call.name for call in simulated_aws.calls.mutating(writes)]
    assert 1 == len(simulated_aws.calls.of("s3:ListBuckets"))
    simulated_aws.calls.clear()
    simulated_aws.client("s3").list_buckets()
    assert [1] == [call.number for call in simulated_aws.calls]
