"""Asking IAM beforehand; not being allowed to ask is usual."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from trueup.aws.permissions import SIMULATE_OPERATION, Permission, principal_of, simulate
from trueup.plugins.iam.simulated import DECISIONS

if TYPE_CHECKING:
    from trueup.aws.connection import Connection
    from trueup.testing.server import SimulatedAws

ROLE = "arn:aws:iam::123456789012:role/audit"
TABLE = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders"


def test_each_action_is_answered(connection: Connection, simulated_aws: SimulatedAws) -> None:
    """Allowed and denied, for all resources that were asked for."""
    simulated_aws.settings[DECISIONS] = {"dynamodb:Describe*": True, "dynamodb:UpdateTable": False}
    found = simulate(connection, ROLE, ["dynamodb:UpdateTable", "dynamodb:DescribeTable"], [TABLE, f"{TABLE}2"])
    assert {"dynamodb:DescribeTable": Permission.ALLOWED, "dynamodb:UpdateTable": Permission.DENIED} == found.of
    assert ("dynamodb:UpdateTable",) == found.denied()
    assert found.why_unknown is None


def test_many_actions_take_several_calls(connection: Connection, simulated_aws: SimulatedAws) -> None:
    """None is forgotten at a call's end."""
    simulated_aws.settings[DECISIONS] = {"*": True}
    actions = [f"dynamodb:Action{index}" for index in range(120)]
    found = simulate(connection, ROLE, actions)
    assert dict.fromkeys(sorted(actions), Permission.ALLOWED) == found.of
    assert 3 == len(simulated_aws.calls.of(SIMULATE_OPERATION))


def test_what_a_policy_looks_at_is_told(connection: Connection, simulated_aws: SimulatedAws) -> None:
    """A policy that limits to whom a role is passed denies when nobody says to whom."""
    simulated_aws.settings[DECISIONS] = {"*": True}
    simulate(connection, ROLE, ["iam:PassRole"], [ROLE], {"iam:PassedToService": "ecs-tasks.amazonaws.com"})
    simulate(connection, ROLE, ["iam:PassRole"], [ROLE])
    told, plain = (call.parameters for call in simulated_aws.calls.of(SIMULATE_OPERATION))
    expected = {
        "ContextKeyName": "iam:PassedToService",
        "ContextKeyValues": ["ecs-tasks.amazonaws.com"],
        "ContextKeyType": "string",
    }
    assert ([expected], False) == (told["ContextEntries"], "ContextEntries" in plain)


def test_not_being_allowed_to_ask_is_unknown(connection: Connection) -> None:
    """It is no error, and no answer either."""
    found = simulate(connection, ROLE, ["dynamodb:UpdateTable"])
    assert {"dynamodb:UpdateTable": Permission.UNKNOWN} == found.of
    assert () == found.denied()
    assert found.why_unknown is not None
    assert SIMULATE_OPERATION == found.why_unknown.missing_action


@pytest.mark.parametrize(
    ("arn", "expected"),
    [
        ("arn:aws:sts::123456789012:assumed-role/audit/trueup-run", ROLE),
        ("arn:aws-cn:sts::123456789012:assumed-role/audit/x", "arn:aws-cn:iam::123456789012:role/audit"),
        (ROLE, ROLE),
        ("arn:aws:iam::123456789012:user/ops/anna", "arn:aws:iam::123456789012:user/ops/anna"),
    ],
)
def test_a_role_session_is_asked_for_as_its_role(arn: str, expected: str) -> None:
    """IAM simulates users, groups and roles, not sessions."""
    assert expected == principal_of(arn)
