"""The access level of IAM actions, as shipped."""

from __future__ import annotations

import gzip
import json
from importlib.resources import files

import pytest

from trueup.aws.iam.levels import AccessLevel, access_level, canonical_action, is_read_only

SHIPPED = files("trueup.aws.iam") / "access-levels.json.gz"


@pytest.mark.parametrize(
    ("expected", "action"),
    [
        (AccessLevel.LIST, "dynamodb:ListTables"),
        (AccessLevel.READ, "dynamodb:DescribeTable"),
        (AccessLevel.WRITE, "dynamodb:UpdateTable"),
        (AccessLevel.TAGGING, "dynamodb:TagResource"),
        (AccessLevel.PERMISSIONS_MANAGEMENT, "s3:PutBucketPolicy"),
        (AccessLevel.PERMISSIONS_MANAGEMENT, "s3:PutBucketPublicAccessBlock"),
        (AccessLevel.WRITE, "s3:PutLifecycleConfiguration"),
        (AccessLevel.WRITE, "lambda:UpdateFunctionConfiguration"),
        (AccessLevel.READ, "cloudwatch:GetMetricData"),
        (AccessLevel.WRITE, "cloudwatch:PutMetricData"),
        (AccessLevel.READ, "iam:SimulatePrincipalPolicy"),
    ],
)
def test_access_level(expected: AccessLevel, action: str) -> None:
    """An action has the level that the Service Authorization Reference gives it."""
    assert expected == access_level(action)


@pytest.mark.parametrize("action", ["dynamodb:Describe*", "dynamodb:Nonsense", "nonsense:ListTables", "dynamodb", ""])
def test_access_level_unknown(action: str) -> None:
    """What is no action has no level, no canonical form, and is not read-only."""
    assert (None, None, False) == (access_level(action), canonical_action(action), is_read_only(action))


def test_case_does_not_matter() -> None:
    """IAM ignores case, so the canonical spelling is found from any."""
    assert "s3:GetBucketCORS" == canonical_action("S3:getbucketcors")


@pytest.mark.parametrize(
    "action",
    ["dynamodb:ListTables", "dynamodb:DescribeTable", "s3:GetBucketAcl", "cloudwatch:GetMetricData", "apigateway:GET"],
)
def test_is_read_only(action: str) -> None:
    """Listing and reading actions are read-only."""
    assert is_read_only(action)


@pytest.mark.parametrize(
    "action",
    [
        "dynamodb:UpdateTable",
        "dynamodb:TagResource",
        "s3:PutBucketPolicy",
        # AWS's level is Read, and yet:
        "sqs:ReceiveMessage",  # hides the messages from others
        "logs:StartQuery",  # costs money
        "config:DeliverConfigSnapshot",  # writes an object
        "bedrock-agentcore:SetTokenVaultCMK",  # changes a setting
        "elasticfilesystem:ClientMount",  # opens a session
    ],
)
def test_is_not_read_only(action: str) -> None:
    """An action with an effect is not read-only, even when AWS's level is Read."""
    assert access_level(action) is not None
    assert not is_read_only(action)


def test_no_read_only_action_is_named_like_a_write() -> None:
    """No action whose name begins with the verb of a write passes as read-only, whatever level AWS gave it."""
    verbs = ("Add", "Attach", "Create", "Delete", "Disable", "Enable", "Modify", "Put", "Remove", "Set", "Update")
    services = json.loads(gzip.decompress(SHIPPED.read_bytes()))["services"]
    actions = [
        f"{prefix}:{name}"
        for prefix, levels in services.items()
        for names in levels.values()
        for name in names.split()
        if name.startswith(verbs)
    ]

    passing = [action for action in actions if is_read_only(action)]

    assert len(actions) > 5000
    assert [] == passing


def test_shipped_data() -> None:
    """The shipped file is small, covers AWS, and says where it comes from."""
    data = json.loads(gzip.decompress(SHIPPED.read_bytes()))

    levels = {level for levels in data["services"].values() for level in levels}

    assert len(SHIPPED.read_bytes()) < 250_000
    assert {"from", "license", "made", "reference"} == set(data["source"])
    assert {str(level) for level in AccessLevel} == levels
    assert len(data["services"]) > 400
