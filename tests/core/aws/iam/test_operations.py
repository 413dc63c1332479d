"""The IAM actions that API operations need, checked against every service model of botocore."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING

import botocore.session
import pytest

from trueup.aws.iam.levels import access_level
from trueup.aws.iam.operations import UnknownOperationError, actions_for, is_read_only_operation, prefix_of

if TYPE_CHECKING:
    from collections.abc import Mapping

EXCEPTIONS: dict[str, list[str]] = json.loads(
    (files("trueup.aws.iam") / "operation-actions.json").read_text(encoding="utf-8")
)["operations"]
CLIENTS: dict[str, str] = json.loads((files("trueup.aws.iam") / "clients.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def operations() -> Mapping[str, tuple[str, ...]]:
    """Every operation name of every client that botocore knows."""
    session = botocore.session.get_session()
    return {
        client: tuple(session.get_service_model(client).operation_names) for client in session.get_available_services()
    }


@pytest.mark.parametrize(
    ("expected", "operation"),
    [
        (("dynamodb:DescribeTable",), "dynamodb:DescribeTable"),
        (("lambda:PutFunctionConcurrency",), "lambda:PutFunctionConcurrency"),
        (("cloudwatch:GetMetricData",), "cloudwatch:GetMetricData"),
        (("sts:GetCallerIdentity",), "sts:GetCallerIdentity"),
        (("application-autoscaling:DescribeScalableTargets",), "application-autoscaling:DescribeScalableTargets"),
        (("elasticloadbalancing:DescribeLoadBalancers",), "elbv2:DescribeLoadBalancers"),
        (("tag:GetResources",), "resourcegroupstaggingapi:GetResources"),
        (("es:DescribeDomain",), "opensearch:DescribeDomain"),
        (("s3:ListAllMyBuckets",), "s3:ListBuckets"),
        (("s3:ListBucket",), "s3:HeadBucket"),
        (("s3:GetLifecycleConfiguration",), "s3:GetBucketLifecycleConfiguration"),
        (("s3:GetIntelligentTieringConfiguration",), "s3:ListBucketIntelligentTieringConfigurations"),
        (("s3:PutEncryptionConfiguration",), "s3:DeleteBucketEncryption"),
        (("s3:PutBucketPublicAccessBlock",), "s3:DeletePublicAccessBlock"),
        (("s3:GetAccountPublicAccessBlock",), "s3control:GetPublicAccessBlock"),
        (("s3:GetBucketCORS",), "s3:GetBucketCors"),
        (("s3:PutReplicationConfiguration", "iam:PassRole"), "s3:PutBucketReplication"),
    ],
)
def test_actions_for(expected: tuple[str, ...], operation: str) -> None:
    """An operation needs the actions that its documentation names."""
    assert expected == actions_for(operation)


def test_unknown_operation() -> None:
    """An operation without a known action is an error that names it and the nearest one."""
    with pytest.raises(UnknownOperationError, match="did you mean s3:GetBucketEncryption") as raised:
        actions_for("s3:GetBucketEncyption")

    assert ("s3:GetBucketEncyption", "s3:GetBucketEncyption") == (raised.value.operation, raised.value.action)


def test_unknown_client() -> None:
    """An operation of no known client is an error that says what to do."""
    with pytest.raises(UnknownOperationError, match=r"name its actions in operation-actions\.json"):
        actions_for("nonsense:DescribeTable")


@pytest.mark.parametrize(
    ("expected", "operation"),
    [
        (True, "s3:HeadBucket"),
        (True, "s3:ListBucketMetricsConfigurations"),
        (True, "dynamodb:TransactGetItems"),
        (False, "s3:DeleteBucketLifecycle"),
        (False, "dynamodb:ExecuteStatement"),
        (False, "sqs:ReceiveMessage"),
        (False, "s3:Nonsense"),
    ],
)
def test_is_read_only_operation(expected: bool, operation: str) -> None:
    """An operation is read-only when all of its actions are; what is not known is not."""
    assert expected is is_read_only_operation(operation)


def test_exceptions_name_known_actions() -> None:
    """Every action of the exceptions is in the level table, spelt as AWS spells it."""
    unknown = {action for actions in EXCEPTIONS.values() for action in actions if access_level(action) is None}

    assert set() == unknown


def test_exceptions_name_real_operations(operations: Mapping[str, tuple[str, ...]]) -> None:
    """Every operation of the exceptions is one of botocore's."""
    unreal = [
        operation
        for operation in EXCEPTIONS
        if operation.partition(":")[2] not in operations.get(operation.partition(":")[0], ())
    ]

    assert [] == unreal


def test_exceptions_are_needed() -> None:
    """No exception says only what an operation's own name says already."""
    idle = [
        operation
        for operation, actions in EXCEPTIONS.items()
        if [f"{prefix_of(operation.partition(':')[0])}:{operation.partition(':')[2]}"] == actions
    ]

    assert [] == idle


def test_prefixes_hold(operations: Mapping[str, tuple[str, ...]]) -> None:
    """Every client of the shipped map is one of botocore's, and has a prefix other than its own name."""
    wrong = {client: prefix for client, prefix in CLIENTS.items() if client not in operations or prefix == client}

    assert {} == wrong


def test_most_operations_resolve(operations: Mapping[str, tuple[str, ...]]) -> None:
    """At least 85 in 100 of all operations have a known action; the rest is newer than the data, and is refused.

    The floor is a share, since botocore gains operations every day; API Gateway, whose actions are HTTP methods,
    is the one large service that is not mapped yet.
    """
    unresolved: dict[str, list[str]] = {}
    for client, names in operations.items():
        for name in names:
            try:
                actions_for(f"{client}:{name}")
            except UnknownOperationError:
                unresolved.setdefault(client, []).append(name)

    total = sum(map(len, operations.values()))
    missing = sum(map(len, unresolved.values()))
    worst = sorted(unresolved, key=lambda client: -len(unresolved[client]))[:5]

    assert missing / total < 0.15, {client: len(unresolved[client]) for client in worst}


@pytest.mark.parametrize("client", ["s3", "dynamodb", "lambda", "sts", "application-autoscaling", "sqs", "rds", "ecs"])
def test_audited_services_resolve(client: str, operations: Mapping[str, tuple[str, ...]]) -> None:
    """Of the services that plugins audit, at least 7 in 10 operations resolve: what is missing is new."""
    resolved = 0
    for name in operations[client]:
        try:
            resolved += bool(actions_for(f"{client}:{name}"))
        except UnknownOperationError:
            continue

    assert resolved / len(operations[client]) >= 0.7
