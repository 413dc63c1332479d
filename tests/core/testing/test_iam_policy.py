"""IAM policies as the simulated AWS evaluates them."""

from __future__ import annotations

from typing import Any

import pytest

from trueup.testing.iam_policy import permits, statements_of

TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/orders"
ROLE = "arn:aws:iam::123456789012:role/task"


def _policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **each} for each in statements]}


@pytest.mark.parametrize(
    ("action", "resource", "expected"),
    [
        ("dynamodb:DescribeTable", TABLE, True),
        ("DynamoDB:describetable", TABLE, True),
        ("dynamodb:UpdateTable", TABLE, False),
        ("dynamodb:DescribeTable", f"{TABLE}2", False),
        ("dynamodb:DescribeTable", TABLE.upper(), False),
        ("dynamodb:ListTables", "*", True),
        ("dynamodb:DeleteTable", TABLE, False),
    ],
)
def test_what_is_allowed(action: str, resource: str, expected: bool) -> None:
    """The action by any case and with wildcards, the resource as it is written; a denial overrules."""
    statements = statements_of([
        _policy({"Action": "dynamodb:Describe*", "Resource": [TABLE]}),
        _policy(
            {"Action": ["dynamodb:ListTables", "dynamodb:Delete?able"], "Resource": "*"},
            {"Effect": "Deny", "Action": "dynamodb:DeleteTable", "Resource": "arn:aws:dynamodb:*:table/*"},
        ),
    ])  # fmt: skip
    assert expected is permits(statements, action, resource)


@pytest.mark.parametrize(
    ("passed_to", "expected"), [("ecs", True), ("ecs-tasks.amazonaws.com", True), ("ec2", False), ("", False)]
)
def test_a_role_goes_to_the_service_that_is_named(passed_to: str, expected: bool) -> None:
    """Which of a service's principals takes a role is written nowhere, so the service's name decides."""
    condition = {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
    statements = statements_of([_policy({"Action": "iam:PassRole", "Resource": ROLE, "Condition": condition})])
    assert expected is permits(statements, "iam:PassRole", ROLE, passed_to)


@pytest.mark.parametrize(
    "statement",
    [
        {"NotAction": "iam:*", "Resource": "*"},
        {"Action": "iam:*", "NotResource": "*"},
        {"Action": "iam:*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "true"}}},
        {"Action": "iam:*", "Resource": "*", "Condition": {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}},
    ],
)
def test_what_is_not_evaluated_is_refused(statement: dict[str, Any]) -> None:
    """A policy that says more than is looked at would seem to be enforced and is not."""
    with pytest.raises(ValueError, match="expected only what the simulated AWS evaluates"):
        statements_of([_policy(statement)])
