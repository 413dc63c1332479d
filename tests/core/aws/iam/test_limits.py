"""What a policy limits an action to, and what a call names."""

from __future__ import annotations

from typing import Any

import pytest

from trueup.aws.iam.limits import limits_of, place_of
from trueup.aws.iam.named import named_resources

PLACE = {"Partition": "aws", "Region": "us-east-1", "Account": "123456789012"}


def _arn(service: str, rest: str) -> str:
    return f"arn:aws:{service}:us-east-1:123456789012:{rest}"


TABLE, SERVICE, CLUSTER = _arn("dynamodb", "table/t"), _arn("ecs", "service/c/s"), _arn("rds", "cluster:c")


@pytest.mark.parametrize(
    ("action", "arns", "expected"),
    [
        ("dynamodb:UpdateTable", [TABLE], {TABLE}),
        # knows no permission for one resource
        ("dynamodb:ListTables", [TABLE], {"*"}),
        # is never done on such a resource: on any of its own kind, in the same place
        ("rds:DescribeDBInstances", [CLUSTER], {_arn("rds", "db:*")}),
        # is done on two kinds, of which one is known
        ("ecs:DescribeServiceRevisions", [SERVICE], {SERVICE, _arn("ecs", "service-revision/c/s/*")}),
        # what it is not done on is left out
        ("ecs:UpdateService", [SERVICE, _arn("application-autoscaling", "scalable-target/t")], {SERVICE}),
        ("ecs:RegisterTaskDefinition", ["*"], {_arn("ecs", "task-definition/*:*")}),
        # one of several kinds will do
        ("s3:GetBucketAcl", ["arn:aws:s3:::b"], {"arn:aws:s3:::b"}),
        ("nonsense:Act", [TABLE], {"*"}),
    ],
)
def test_an_action_is_limited_as_far_as_it_can_be(action: str, arns: list[str], expected: set[str]) -> None:
    """To what it is done on, or to the kind where AWS does not let it be or nobody knows which one it is."""
    assert expected == limits_of(action, arns, PLACE)


def test_what_a_call_names_besides_counts_too() -> None:
    """An instance is made of a parameter group, which IAM asks about, too."""
    given = {"DBInstanceIdentifier": "i", "DBInstanceClass": "db.r6g.large", "DBParameterGroupName": "p"}
    found = limits_of("rds:CreateDBInstance", [_arn("rds", "db:i"), CLUSTER], PLACE, given)
    assert {_arn("rds", "db:i"), CLUSTER, _arn("rds", "pg:p")} == found


@pytest.mark.parametrize(
    ("action", "parameters", "expected"),
    [
        ("dynamodb:DescribeTable", {"TableName": "t"}, {"table": {TABLE}}),
        ("dynamodb:ListTagsOfResource", {"ResourceArn": TABLE}, {"table": {TABLE}}),
        ("dynamodb:DescribeTable", {}, {}),
        ("s3:GetLifecycleConfiguration", {"Bucket": "b"}, {"bucket": {"arn:aws:s3:::b"}}),
        (
            "ecs:DescribeServices",
            {"cluster": _arn("ecs", "cluster/c"), "services": [SERVICE, "other"]},
            {"service": {SERVICE, _arn("ecs", "service/c/other")}},
        ),
        (
            "ecs:RegisterTaskDefinition",
            {"family": "web", "tags": [{"key": "k", "value": "v"}]},
            {"task-definition": {_arn("ecs", "task-definition/web:*")}},
        ),
        ("rds:DescribeDBClusterEndpoints", {"DBClusterIdentifier": "c"}, {"cluster": {CLUSTER}}),
        ("rds:DescribeDBInstances", {"Filters": [{"Name": "db-cluster-id", "Values": ["c"]}]}, {}),
        # the ARN of a target ends in an id of AWS, not in this
        ("application-autoscaling:RegisterScalableTarget", {"ResourceId": "service/c/s"}, {}),
    ],
)
def test_a_call_names_resources(action: str, parameters: dict[str, Any], expected: dict[str, set[str]]) -> None:
    """By ARN or by name, whatever the parameter is called; what only describes a resource does not name it."""
    assert expected == {kind: set(arns) for kind, arns in named_resources(action, parameters, PLACE).items()}


def test_a_place_is_told_by_an_arn_as_far_as_it_says() -> None:
    """The ARN of a bucket tells neither Region nor account."""
    assert PLACE == place_of(TABLE)
    assert {"Partition": "aws-cn", "Region": "*", "Account": "1"} == place_of("arn:aws-cn:s3:::b", account="1")
    assert dict.fromkeys(PLACE, "*") == place_of("*")
