"""What holds for all stacks: made without AWS, valid, tagged, without secrets, and removable."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Assembly

KEEPS_DATA = {
    "AWS::DynamoDB::Table",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::Logs::LogGroup",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::S3::Bucket",
    "AWS::SecretsManager::Secret",
}

TAGGED = KEEPS_DATA | {"AWS::EC2::VPC", "AWS::ECS::Service", "AWS::ECS::TaskDefinition", "AWS::Lambda::Function"}

SECRETS = {"AuthToken", "MasterUserPassword", "SecretString"}

# The CDK's own: it empties buckets when they are deleted, and takes no tags.
EMPTIES_BUCKETS = "CustomS3AutoDeleteObjects"


def test_each_service_has_a_stack(assembly: Assembly) -> None:
    """Each can be deployed, paid for and destroyed without the others."""
    assert ["buckets", "cache", "database", "functions", "network", "service", "tables"] == sorted(assembly.templates)


def test_nothing_is_asked_of_aws(assembly: Assembly) -> None:
    """No stack waits for a look-up, and none names an account or a Region."""
    stacks = {
        name: artifact["environment"]
        for name, artifact in assembly.manifest["artifacts"].items()
        if artifact["type"] == "aws:cloudformation:stack"
    }

    assert [] == assembly.manifest.get("missing", [])
    assert dict.fromkeys(stacks, "aws://unknown-account/unknown-region") == stacks


def test_templates_are_valid(assembly: Assembly) -> None:
    """Every property keeps to CloudFormation's own schemas: Fargate's sizes, node types, ranges, required ones."""
    from cfnlint.api import lint_file
    from cfnlint.config import ManualArgs

    found = [
        f"{path.name}: {match}"
        for path in sorted(assembly.folder.glob("*.template.json"))
        for match in lint_file(path, config=ManualArgs(regions=["us-east-1"]))
        if match.rule.id.startswith("E")
    ]

    assert [] == found


def test_destroying_leaves_no_data_behind(assembly: Assembly) -> None:
    """Whatever keeps data says that it goes, and nothing says that it stays."""
    policies = {name: resource.get("DeletionPolicy") for name, resource in assembly.every()}
    stay = [name for name, policy in policies.items() if policy not in {None, "Delete"}]
    silent = [
        name
        for name, resource in assembly.every()
        if resource["Type"] in KEEPS_DATA and resource.get("DeletionPolicy") != "Delete"
    ]

    assert [] == stay
    assert [] == silent


def test_nothing_is_protected_from_destruction(assembly: Assembly) -> None:
    """No deletion protection stops ``cdk destroy`` half-way."""
    protected = [
        name
        for name, resource in assembly.every()
        for key, value in resource.get("Properties", {}).items()
        if "DeletionProtection" in key and value is not False
    ]

    assert [] == protected


def test_everything_is_tagged(assembly: Assembly) -> None:
    """All that trueup audits can be selected by one tag."""
    untagged = [
        name
        for name, resource in assembly.every()
        if resource["Type"] in TAGGED
        and EMPTIES_BUCKETS not in name
        and {"Key": "estate", "Value": "overprovisioned"} not in resource["Properties"].get("Tags", [])
    ]

    assert [] == untagged


def test_no_secret_stands_in_a_template(assembly: Assembly) -> None:
    """The only password is made by Secrets Manager and fetched by CloudFormation."""
    ((name, cluster),) = assembly.resources("AWS::RDS::DBCluster").items()
    holders = [each for each, resource in assembly.every() if SECRETS & resource.get("Properties", {}).keys()]

    assert [f"database/{name}"] == holders
    assert "{{resolve:secretsmanager:" in json.dumps(cluster["Properties"]["MasterUserPassword"])


def test_functions_are_told_names_only(assembly: Assembly) -> None:
    """What a function finds in its environment are references to the table and the bucket, no literal."""
    environments = [
        each["Properties"]["Environment"]["Variables"]
        for each in assembly.templates["functions"].find_resources("AWS::Lambda::Function").values()
    ]

    assert [{"BUCKET", "TABLE"}] * 3 == [set(each) for each in environments]
    assert [] == [value for each in environments for value in each.values() if not isinstance(value, dict)]


@pytest.mark.parametrize("open_to", ["0.0.0.0/0", "::/0"])
def test_nothing_faces_the_internet(assembly: Assembly, open_to: str) -> None:
    """No security group lets anyone in from outside the network."""
    rules = [
        rule
        for _, resource in assembly.every()
        for rule in (
            resource["Properties"].get("SecurityGroupIngress", [])
            if resource["Type"] == "AWS::EC2::SecurityGroup"
            else [resource["Properties"]]
            if resource["Type"] == "AWS::EC2::SecurityGroupIngress"
            else []
        )
    ]

    assert rules
    assert [] == [rule for rule in rules if open_to in (rule.get("CidrIp"), rule.get("CidrIpv6"))]
