"""The answers of the canned AWS, as boto3 reads them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from canned.world import HOME, account_ids
from measuring import TRUEUP, asked_of, clean_folder, json_report, measured, served

if TYPE_CHECKING:
    from tests.benchmarks.conftest import MakeClient

OTHER = account_ids(2)[1]
BUCKETS = [f"bucket-{HOME}-us-east-1-00000{number}" for number in range(3)]
HOUR = 3600
NOON = 1_700_049_600
SERVICE = "arn:aws:ecs:us-east-1:123456789012:service/shop/ecs-000000"

POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [f"arn:aws:s3:::{BUCKETS[2]}", f"arn:aws:s3:::{BUCKETS[2]}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ],
}


@pytest.mark.parametrize(
    ("service", "method", "parameters", "path", "expected"),
    [
        ("sts", "get_caller_identity", {}, "Account", HOME),
        ("organizations", "describe_organization", {}, "Organization.MasterAccountId", HOME),
        ("organizations", "list_roots", {}, "Roots[].Id", ["r-root"]),
        (
            "account",
            "list_regions",
            {},
            "Regions[?RegionOptStatus != 'DISABLED'].RegionName",
            ["us-east-1", "eu-west-1"],
        ),
        ("account", "list_regions", {"RegionOptStatusContains": ["DISABLED"]}, "Regions[0].RegionName", "af-south-1"),
        ("ec2", "describe_regions", {}, "Regions[].RegionName", ["us-east-1", "eu-west-1"]),
        ("ec2", "describe_subnets", {}, "Subnets[].AvailabilityZone", ["us-east-1a", "us-east-1b"]),
        ("s3", "list_buckets", {}, "Buckets[].Name", BUCKETS),
        ("s3", "list_buckets", {"BucketRegion": "us-east-1"}, "Buckets[].BucketRegion", ["us-east-1"] * 3),
        ("s3", "list_buckets", {"BucketRegion": "eu-west-1"}, "Buckets", []),
        ("s3", "get_bucket_versioning", {"Bucket": BUCKETS[1]}, "Status", "Enabled"),
        ("s3", "get_bucket_tagging", {"Bucket": BUCKETS[0]}, "TagSet", [{"Key": "team", "Value": "data"}]),
        ("dynamodb", "list_tables", {}, "TableNames", ["dynamodb-000000", "dynamodb-000001"]),
        (
            "dynamodb",
            "describe_table",
            {"TableName": "dynamodb-000001"},
            "Table.TableArn",
            "arn:aws:dynamodb:us-east-1:123456789012:table/dynamodb-000001",
        ),
        ("lambda", "list_functions", {}, "Functions[].FunctionName", ["lambda-000000", "lambda-000001"]),
        ("lambda", "get_function", {"FunctionName": "lambda-000001"}, "Configuration.MemorySize", 3008),
        ("lambda", "get_account_settings", {}, "AccountLimit.ConcurrentExecutions", 1000),
        ("ecs", "list_clusters", {}, "clusterArns", ["arn:aws:ecs:us-east-1:123456789012:cluster/shop"]),
        ("ecs", "list_services", {"cluster": "shop"}, "serviceArns[0]", SERVICE),
        (
            "ecs",
            "describe_services",
            {"cluster": "shop", "services": ["ecs-000001", SERVICE]},
            "services[].serviceName",
            ["ecs-000001", "ecs-000000"],
        ),
        (
            "ecs",
            "describe_task_definition",
            {"taskDefinition": "arn:aws:ecs:us-east-1:123456789012:task-definition/ecs-000001:1"},
            "taskDefinition.family",
            "ecs-000001",
        ),
        ("rds", "describe_db_clusters", {}, "DBClusters[].DBClusterIdentifier", ["rds-000000"]),
        (
            "rds",
            "describe_db_instances",
            {"Filters": [{"Name": "db-cluster-id", "Values": ["rds-000000"]}]},
            "DBInstances[].DBInstanceIdentifier",
            ["rds-000000-1"],
        ),
        (
            "elasticache",
            "describe_replication_groups",
            {},
            "ReplicationGroups[].ReplicationGroupId",
            ["elastica-000000"],
        ),
        ("elasticache", "describe_cache_clusters", {}, "CacheClusters[].ReplicationGroupId", ["elastica-000000"]),
        (
            "application-autoscaling",
            "describe_scalable_targets",
            {"ServiceNamespace": "ecs"},
            "ScalableTargets",
            [],
        ),
    ],
)
def test_canned_answer(
    client: MakeClient, service: str, method: str, parameters: dict[str, Any], path: str, expected: Any
) -> None:
    """boto3 reads from a canned answer what the world says."""
    import jmespath

    with client(service) as aws:
        assert expected == jmespath.search(path, getattr(aws, method)(**parameters))


@pytest.mark.parametrize("method", ["list_tables", "list_functions", "describe_db_clusters", "list_clusters"])
def test_empty_region(client: MakeClient, method: str) -> None:
    """In a Region without resources every list is empty."""
    service = {"list_tables": "dynamodb", "list_functions": "lambda", "list_clusters": "ecs"}.get(method, "rds")
    with client(service, region=_other_region()) as aws:
        answer = getattr(aws, method)()
    assert [[]] == [value for name, value in answer.items() if name != "ResponseMetadata"]


def _other_region() -> str:
    return "eu-west-1"


def test_bucket_policy(client: MakeClient) -> None:
    """Every second bucket has a policy, about itself; of the others S3 says that there is none."""
    from botocore.exceptions import ClientError

    with client("s3") as s3:
        assert POLICY == json.loads(s3.get_bucket_policy(Bucket=BUCKETS[2])["Policy"])
        with pytest.raises(ClientError) as raised:
            s3.get_bucket_policy(Bucket=BUCKETS[1])
    assert "NoSuchBucketPolicy" == raised.value.response["Error"]["Code"]


def test_pages_of_buckets(client: MakeClient) -> None:
    """A list of buckets comes in pages of the size that is asked for."""
    with client("s3") as s3:
        pages = list(s3.get_paginator("list_buckets").paginate(MaxBuckets=2))
    assert [BUCKETS[:2], BUCKETS[2:]] == [[each["Name"] for each in page["Buckets"]] for page in pages]


def test_series(client: MakeClient) -> None:
    """A series has a value for each period, and none of a storage type that is not used."""
    with client("cloudwatch") as cloudwatch:
        queries = [_query("m0", "StandardStorage"), _query("m1", "GlacierStorage")]
        results = cloudwatch.get_metric_data(MetricDataQueries=queries, StartTime=NOON, EndTime=NOON + 3 * HOUR)[
            "MetricDataResults"
        ]
    assert [[1.5e9] * 3, []] == [each["Values"] for each in results]
    assert [NOON, NOON + HOUR, NOON + 2 * HOUR] == [int(each.timestamp()) for each in results[0]["Timestamps"]]


def _query(name: str, storage: str) -> dict[str, Any]:
    dimensions = [{"Name": "BucketName", "Value": BUCKETS[0]}, {"Name": "StorageType", "Value": storage}]
    metric = {"Namespace": "AWS/S3", "MetricName": "BucketSizeBytes", "Dimensions": dimensions}
    return {"Id": name, "MetricStat": {"Metric": metric, "Period": HOUR, "Stat": "Average"}}


def test_accounts_of_an_organisation(client: MakeClient) -> None:
    """Organizations lists all accounts, page by page, and each of them in one of two units."""
    with client("organizations") as organizations:
        pages = list(organizations.get_paginator("list_accounts").paginate())
        units = organizations.list_organizational_units_for_parent(ParentId="r-root")["OrganizationalUnits"]
        paginator = organizations.get_paginator("list_accounts_for_parent")
        of_units = [each["Id"] for unit in units for each in _all(paginator, "Accounts", ParentId=unit["Id"])]
        at_the_root = organizations.list_accounts_for_parent(ParentId="r-root")["Accounts"]
    assert [20, 20, 5] == [len(page["Accounts"]) for page in pages]
    assert account_ids(45) == tuple(each["Id"] for page in pages for each in page["Accounts"])
    assert sorted(account_ids(45)) == sorted(of_units)
    assert [] == at_the_root


def _all(paginator: Any, name: str, **parameters: Any) -> list[Any]:
    return [each for page in paginator.paginate(**parameters) for each in page[name]]


def test_role_of_another_account(client: MakeClient) -> None:
    """The credentials of an assumed role are for the role's account; there are other resources in it."""
    with client("sts") as sts:
        assumed = sts.assume_role(RoleArn=f"arn:aws:iam::{OTHER}:role/audit", RoleSessionName="trueup")["Credentials"]
    keys = {
        "aws_access_key_id": assumed["AccessKeyId"],
        "aws_secret_access_key": assumed["SecretAccessKey"],
        "aws_session_token": assumed["SessionToken"],
    }
    with client("sts", keys=keys) as sts, client("s3", keys=keys) as s3:
        assert OTHER == sts.get_caller_identity()["Account"]
        assert [f"bucket-{OTHER}-eu-west-1-000000"] == [each["Name"] for each in s3.list_buckets()["Buckets"][:1]]


def test_role_of_no_account(client: MakeClient) -> None:
    """A role of an account that there is not is refused."""
    from botocore.exceptions import ClientError

    with client("sts") as sts, pytest.raises(ClientError) as raised:
        sts.assume_role(RoleArn="arn:aws:iam::999999999999:role/audit", RoleSessionName="trueup")
    assert "AccessDenied" == raised.value.response["Error"]["Code"]


def test_operation_without_an_answer(client: MakeClient) -> None:
    """What was not recorded is an error, and no empty answer."""
    from botocore.exceptions import ClientError

    with client("dynamodb") as dynamodb, pytest.raises(ClientError) as raised:
        dynamodb.list_backups()
    assert "NotImplemented" == raised.value.response["Error"]["Code"]


def test_audit_of_all_shipped_rules() -> None:
    """An audit of all shipped rules finds an answer to each of its reads."""
    world = {"resources": {"s3": 2, "dynamodb": 2, "lambda": 2, "ecs": 2, "rds": 2, "elasticache": 2}}
    with clean_folder() as folder, served(world) as url:
        options = ("--region", "us-east-1", "--endpoint-url", url, *json_report(folder))
        measured([*TRUEUP, "--state", str(folder / "state.db"), "audit", *options], folder)
        asked = asked_of(url)
        report = json.loads((folder / "report.json").read_text())
    assert [] == [(each["rule"], each["reason"]) for each in report["findings"] if each["verdict"] == "unknown"]
    assert [] == [error for scope in report["scopes"] for error in scope["errors"]]
    assert {HOME} == {account for account, _, _, _ in asked["by_scope"]}
    assert sum(asked["calls"].values()) == sum(each["calls"] for each in asked["services"].values())
