"""Each correction of the simulated Account Management makes its check hold, and without it the check does not hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from trueup.plugins.account.simulated import CORRECTIONS, ENABLED_BY_DEFAULT, REGIONS

if TYPE_CHECKING:
    from collections.abc import Callable

    from trueup.testing import SimulatedAws

pytest_plugins = ["trueup.testing.fixtures"]


@pytest.mark.parametrize("name", [correction.name for correction in CORRECTIONS])
def test_the_correction_is_right(simulated_aws: SimulatedAws, name: str) -> None:
    """The simulated service does what the correction says."""
    CHECKS[name](simulated_aws)


@pytest.mark.parametrize("name", [correction.name for correction in CORRECTIONS])
def test_the_correction_is_needed(simulated_aws: SimulatedAws, name: str) -> None:
    """Without the correction moto does something else."""
    with simulated_aws.without(name), pytest.raises((AssertionError, ClientError, BotoCoreError)):
        CHECKS[name](simulated_aws)


def lists_regions(aws: SimulatedAws) -> None:
    """Enabled ones, those that were asked for, those of one account, and page by page."""
    client = aws.client("account")
    aws.settings[REGIONS] = {"*": {"ap-east-1": "DISABLED"}, aws.account: {"eu-south-1": "ENABLED"}}
    listed = client.list_regions(RegionOptStatusContains=["ENABLED", "ENABLED_BY_DEFAULT"])["Regions"]
    assert sorted((*ENABLED_BY_DEFAULT, "eu-south-1")) == [each["RegionName"] for each in listed]
    page = client.list_regions(MaxResults=10)
    rest = client.list_regions(NextToken=page["NextToken"])
    names = [each["RegionName"] for each in (*page["Regions"], *rest["Regions"])]
    assert sorted((*ENABLED_BY_DEFAULT, "ap-east-1", "eu-south-1")) == names
    assert "NextToken" not in rest


CHECKS: dict[str, Callable[[SimulatedAws], None]] = {"account-list-regions": lists_regions}
