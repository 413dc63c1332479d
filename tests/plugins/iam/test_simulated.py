"""Each correction of the simulated IAM makes its check hold, and without it the check does not hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from trueup.plugins.iam.simulated import CORRECTIONS, DECISIONS

if TYPE_CHECKING:
    from collections.abc import Callable

    from trueup.testing import SimulatedAws

pytest_plugins = ["trueup.testing.fixtures"]

ROLE = "arn:aws:iam::123456789012:role/audit"


@pytest.mark.parametrize("name", [correction.name for correction in CORRECTIONS])
def test_the_correction_is_right(simulated_aws: SimulatedAws, name: str) -> None:
    """The simulated IAM does what the correction says."""
    CHECKS[name](simulated_aws)


@pytest.mark.parametrize("name", [correction.name for correction in CORRECTIONS])
def test_the_correction_is_needed(simulated_aws: SimulatedAws, name: str) -> None:
    """Without the correction moto does something else."""
    with simulated_aws.without(name), pytest.raises((AssertionError, ClientError, BotoCoreError)):
        CHECKS[name](simulated_aws)


def test_without_the_setting_the_caller_may_not_ask(simulated_aws: SimulatedAws) -> None:
    """An audit role has no right to simulate unless it was given it."""
    with pytest.raises(ClientError, match="not authorized to perform: iam:SimulatePrincipalPolicy") as caught:
        decisions(simulated_aws, "s3:GetObject")
    assert "AccessDenied" == caught.value.response["Error"]["Code"]


def test_each_resource_is_decided(simulated_aws: SimulatedAws) -> None:
    """Every action is answered for every resource; a text without a service is no action."""
    simulated_aws.settings[DECISIONS] = {"*": True}
    iam = simulated_aws.client("iam")
    found = iam.simulate_principal_policy(PolicySourceArn=ROLE, ActionNames=["a:B", "c:D"], ResourceArns=["x", "y"])
    assert [("a:B", "x"), ("a:B", "y"), ("c:D", "x"), ("c:D", "y")] == [
        (each["EvalActionName"], each["EvalResourceName"]) for each in found["EvaluationResults"]
    ]
    with pytest.raises(ClientError, match="Invalid Action: nothing"):
        decisions(simulated_aws, "nothing")


def decides_by_the_most_exact_pattern(aws: SimulatedAws) -> None:
    """Allowed, denied, and not mentioned."""
    aws.settings[DECISIONS] = {"dynamodb:*": True, "dynamodb:Update*": False, "dynamodb:UpdateTable": True}
    asked = ("dynamodb:UpdateTable", "dynamodb:UpdateItem", "dynamodb:DescribeTable", "s3:GetObject")
    assert ["allowed", "explicitDeny", "allowed", "implicitDeny"] == decisions(aws, *asked)


CHECKS: dict[str, Callable[[SimulatedAws], None]] = {
    "iam-simulate-principal-policy": decides_by_the_most_exact_pattern,
}


def decisions(aws: SimulatedAws, *actions: str) -> list[str]:
    """What is decided of each action."""
    iam = aws.client("iam", config=Config(retries={"total_max_attempts": 1}))
    found = iam.simulate_principal_policy(PolicySourceArn=ROLE, ActionNames=list(actions))
    return [each["EvalDecision"] for each in found["EvaluationResults"]]
