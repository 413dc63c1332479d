"""IAM enforced: users who may do what their policies allow, in every service's own words."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from trueup.testing import SimulatedAws

ACCOUNT = "123456789012"
QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:{{}}"
TABLE = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/{{}}"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/{{}}"
FAMILY = f"arn:aws:ecs:us-east-1:{ACCOUNT}:task-definition/web:*"


def _client(aws: SimulatedAws, service: str, *statements: tuple[Any, Any]) -> Any:
    """Give a client of a user who may do actions on resources, and nothing else."""
    policy = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": actions, "Resource": on} for actions, on in statements],
    }
    environment = aws.enforce(policy)
    session = boto3.Session(
        environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"], region_name="us-east-1"
    )
    return session.client(service, endpoint_url=aws.endpoint_url)


def _refused(call: Any, **parameters: Any) -> tuple[str, str]:
    """Make a call that is refused; give the code and the action that is missing, with what it is missing on."""
    with pytest.raises(ClientError) as refused:
        call(**parameters)
    error = refused.value.response["Error"]
    said = error["Message"].partition("perform: ")[2].partition(" because")[0]
    return error["Code"], said.replace(" on resource: ", " ")


def _tables(aws: SimulatedAws) -> None:
    for name in ("orders", "carts"):
        aws.client("dynamodb").create_table(
            TableName=name,
            AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )


def test_only_what_is_allowed_is_answered(simulated_aws: SimulatedAws) -> None:
    """On the table that the policy names, and on no other one; what is refused has no effect."""
    _tables(simulated_aws)
    actions = ["dynamodb:DescribeTable", "dynamodb:ListTables", "dynamodb:DeleteTable"]
    client = _client(simulated_aws, "dynamodb", (actions, TABLE.format("orders")))
    assert "orders" == client.describe_table(TableName="orders")["Table"]["TableName"]
    expected = ("AccessDeniedException", f"dynamodb:DeleteTable {TABLE.format('carts')}")
    assert expected == _refused(client.delete_table, TableName="carts")
    # a list is of everything: the reference knows no permission for one table
    assert ("AccessDeniedException", "dynamodb:ListTables *") == _refused(client.list_tables)
    assert ["carts", "orders"] == sorted(simulated_aws.client("dynamodb").list_tables()["TableNames"])
    assert [False] == [call.took_effect for call in simulated_aws.calls.of("dynamodb:DeleteTable")]


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "expected"),
    [
        # another name than the operation's
        (
            "s3",
            "get_bucket_encryption",
            {"Bucket": "b"},
            ("AccessDenied", "s3:GetEncryptionConfiguration arn:aws:s3:::b"),
        ),
        ("s3", "list_buckets", {}, ("AccessDenied", "s3:ListAllMyBuckets *")),
        (
            "rds",
            "describe_db_clusters",
            {"DBClusterIdentifier": "c"},
            ("AccessDenied", f"rds:DescribeDBClusters arn:aws:rds:us-east-1:{ACCOUNT}:cluster:c"),
        ),
        # a read without a name is of everything
        (
            "rds",
            "describe_db_clusters",
            {},
            ("AccessDenied", f"rds:DescribeDBClusters arn:aws:rds:us-east-1:{ACCOUNT}:cluster:*"),
        ),
        (
            "lambda",
            "get_function",
            {"FunctionName": "f"},
            ("AccessDeniedException", f"lambda:GetFunction arn:aws:lambda:us-east-1:{ACCOUNT}:function:f"),
        ),
        ("ec2", "describe_subnets", {}, ("UnauthorizedOperation", "ec2:DescribeSubnets *")),
        ("cloudwatch", "describe_alarms", {}, ("AccessDenied", "cloudwatch:DescribeAlarms *")),
    ],
)
def test_refusals_are_the_services_own(
    simulated_aws: SimulatedAws, service: str, operation: str, parameters: dict[str, Any], expected: tuple[str, str]
) -> None:
    """The code of its protocol, the IAM action and not the operation, the ARN that the call names."""
    assert expected == _refused(getattr(_client(simulated_aws, service), operation), **parameters)


def test_who_one_is_needs_no_permission(simulated_aws: SimulatedAws) -> None:
    """As in AWS, it cannot even be denied."""
    assert ACCOUNT == _client(simulated_aws, "sts").get_caller_identity()["Account"]


def test_passing_a_role_needs_a_permission_of_its_own(simulated_aws: SimulatedAws) -> None:
    """For each role that is passed; tagging what is made needs one, too."""
    given = {
        "family": "web",
        "containerDefinitions": [{"name": "web", "image": "web:1", "memory": 512}],
        "taskRoleArn": ROLE.format("task"),
        "executionRoleArn": ROLE.format("execution"),
        "tags": [{"key": "run", "value": "1"}],
    }
    register = (["ecs:RegisterTaskDefinition"], FAMILY)
    passing = (["iam:PassRole"], [ROLE.format("task"), ROLE.format("execution")])
    lacking: list[tuple[list[tuple[Any, Any]], str]] = [
        ([], f"ecs:RegisterTaskDefinition {FAMILY}"),
        ([register], f"iam:PassRole {ROLE.format('execution')}"),
        ([register, (["iam:PassRole"], ROLE.format("execution"))], f"iam:PassRole {ROLE.format('task')}"),
        ([register, passing], f"ecs:TagResource {FAMILY}"),
    ]
    for statements, missing in lacking:
        client = _client(simulated_aws, "ecs", *statements)
        assert missing == _refused(client.register_task_definition, **given)[1]
    allowed = _client(simulated_aws, "ecs", register, passing, (["ecs:TagResource"], FAMILY))
    assert "web" == allowed.register_task_definition(**given)["taskDefinition"]["family"]


def test_a_write_on_what_only_aws_names_takes_any_of_its_kind(simulated_aws: SimulatedAws) -> None:
    """A scalable target is asked for by what it scales, and allowed by an ARN of AWS's making."""
    target = f"arn:aws:application-autoscaling:us-east-1:{ACCOUNT}:scalable-target/abc"
    given = {
        "ServiceNamespace": "dynamodb",
        "ResourceId": "table/orders",
        "ScalableDimension": "dynamodb:table:ReadCapacityUnits",
        "MinCapacity": 1,
        "MaxCapacity": 5,
    }
    action = "application-autoscaling:RegisterScalableTarget"
    refused = _client(simulated_aws, "application-autoscaling", ([action], TABLE.format("orders")))
    missing = f"{action} {target.replace('abc', '*')}"
    assert ("AccessDeniedException", missing) == _refused(refused.register_scalable_target, **given)
    allowed = _client(simulated_aws, "application-autoscaling", ([action], target))
    with suppress(ClientError):  # there is no such table: it came as far as that
        allowed.register_scalable_target(**given)
    assert [False, True] == [call.took_effect for call in simulated_aws.calls.of(action)]


def test_an_operation_without_a_known_action_is_refused(simulated_aws: SimulatedAws) -> None:
    """Nobody can have allowed it."""
    client = _client(simulated_aws, "apigateway", (["*"], "arn:aws:nothing"))
    assert "apigateway:GetRestApis *" == _refused(client.get_rest_apis)[1]


def test_a_reset_forgets_the_users_and_nobody_else_is_held_back(simulated_aws: SimulatedAws) -> None:
    """The simulated account's own credentials may do everything, always."""
    client = _client(simulated_aws, "sqs")
    assert "sqs:ListQueues *" == _refused(client.list_queues)[1]
    assert [] == simulated_aws.client("sqs").list_queues().get("QueueUrls", [])
    simulated_aws.reset()
    assert [] == client.list_queues().get("QueueUrls", [])
