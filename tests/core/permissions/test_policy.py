"""Policy documents: few statements in a fixed order, cut where one managed policy cannot hold them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from trueup.permissions.grant import Grant, grants_on
from trueup.permissions.policy import MANAGED_POLICY_CHARACTERS, characters, divided, policy

TABLES = [f"arn:aws:dynamodb:us-east-1:123456789012:table/orders-of-{number:04}" for number in range(400)]


def _allowed(*documents: dict[str, Any]) -> set[tuple[str, str]]:
    """Give every action and resource that documents allow, one pair each."""
    pairs = set()
    for statement in (each for document in documents for each in document["Statement"]):
        resources = [statement["Resource"]] if isinstance(statement["Resource"], str) else statement["Resource"]
        pairs |= {(action, one) for action in statement["Action"] for one in resources}
    return pairs


def test_actions_on_the_same_resources_share_a_statement() -> None:
    """What reads comes first, everything before single resources; a narrower grant beside ``*`` says nothing."""
    grants = {
        *grants_on(["dynamodb:DescribeTable", "dynamodb:ListTagsOfResource"], TABLES[0]),
        *grants_on(["dynamodb:DescribeTable", "dynamodb:ListTagsOfResource"], TABLES[1]),
        Grant("dynamodb:UpdateTable", TABLES[1]),
        Grant("cloudwatch:GetMetricData"),
        Grant("cloudwatch:GetMetricData", TABLES[0]),
    }
    actions = ["dynamodb:DescribeTable", "dynamodb:ListTagsOfResource"]
    assert {
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": "Read", "Effect": "Allow", "Action": ["cloudwatch:GetMetricData"], "Resource": "*"},
            {"Sid": "Read2", "Effect": "Allow", "Action": actions, "Resource": TABLES[:2]},
            {"Sid": "ApplyAndUndo", "Effect": "Allow", "Action": ["dynamodb:UpdateTable"], "Resource": TABLES[1]},
        ],
    } == policy(grants)


def test_a_role_is_passed_to_one_service_only() -> None:
    """Where the service is known, the role may be given to no other one."""
    role = "arn:aws:iam::123456789012:role/task"
    grants = {Grant("iam:PassRole", role, "ecs-tasks.amazonaws.com"), Grant("iam:PassRole", f"{role}-2")}
    limited, plain = policy(grants)["Statement"]
    assert (f"{role}-2", False) == (plain["Resource"], "Condition" in plain)
    assert {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}} == limited["Condition"]


def test_a_policy_within_the_limit_stays_whole() -> None:
    """One document in, the same document out."""
    grants = grants_on(["dynamodb:DescribeTable"], TABLES[0]) | grants_on(["dynamodb:ListTables"])
    document = policy(grants)
    assert 2 == len(document["Statement"])
    assert [document] == divided(document)


@pytest.mark.parametrize("limit", [MANAGED_POLICY_CHARACTERS, 600])
def test_a_long_policy_is_cut_into_valid_ones(limit: int) -> None:
    """Each within the limit, with Sids as IAM takes them, and together they allow exactly the same."""
    grants = {grant for table in TABLES for grant in grants_on(["dynamodb:DescribeTable"], table)}
    grants |= {grant for table in TABLES[:150] for grant in grants_on(["dynamodb:UpdateTable"], table)}
    whole = policy(grants)
    parts = divided(whole, limit)
    assert _allowed(whole) == _allowed(*parts)
    assert [] == [characters(part) for part in parts if characters(part) > limit]
    for part in parts:
        sids = [statement["Sid"] for statement in part["Statement"]]
        assert len(sids) == len({sid for sid in sids if re.fullmatch("[A-Za-z0-9]+", sid)})


def test_a_statement_of_many_actions_is_cut_by_them() -> None:
    """Where there is one resource, there is nothing else to cut."""
    whole = policy(grants_on([f"dynamodb:Action{number:03}" for number in range(100)]))
    parts = divided(whole, 600)
    assert _allowed(whole) == _allowed(*parts)
    assert 600 >= max(map(characters, parts))


def test_one_action_on_one_resource_is_not_cut() -> None:
    """Whatever the limit: there is nothing left to take away."""
    document = policy(grants_on(["dynamodb:DescribeTable"], TABLES[0]))
    assert [document] == divided(document, 10)


def test_no_grants_is_no_statement() -> None:
    """Nothing is allowed by a policy of nothing, and it is not cut into pieces."""
    assert [] == policy(())["Statement"]
    assert [] == divided(policy(()))
