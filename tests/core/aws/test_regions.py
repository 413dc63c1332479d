"""Regions, offline."""

from __future__ import annotations

import pytest

from trueup.aws.regions import check_region, client_region, partition_of, regions_of
from trueup.errors import UsageError


def test_a_partitions_regions_are_known() -> None:
    """Opt-in ones too; what botocore calls aws-global is no Region."""
    assert {"us-east-1", "eu-west-1", "af-south-1"} <= set(regions_of())
    assert sorted(regions_of()) == list(regions_of())
    assert ["cn-north-1", "cn-northwest-1"] == list(regions_of("aws-cn"))
    assert not [name for name in regions_of() if "global" in name]


@pytest.mark.parametrize("name", ["us-east-1", "cn-north-1", "us-gov-west-1", "global"])
def test_a_known_region_is_given_back(name: str) -> None:
    """Of any partition."""
    assert name == check_region(name)


@pytest.mark.parametrize(
    ("name", "near"), [("us-eats-1", "us-east-1"), ("eu-west1", "eu-west-1"), ("EU-WEST-1", None), ("mars", None)]
)
def test_an_unknown_region_is_refused_with_near_ones(name: str, near: str | None) -> None:
    """It would be audited as an empty one."""
    with pytest.raises(UsageError, match=f"{name!r} is no AWS Region") as caught:
        check_region(name)
    assert (near or "name it as in us-east-1") in str(caught.value)


def test_a_region_has_its_partition() -> None:
    """What is not known lies in the commercial one."""
    assert ["aws", "aws-cn", "aws-us-gov", "aws"] == [
        partition_of(name) for name in ("eu-west-1", "cn-north-1", "us-gov-east-1", "global")
    ]


def test_global_services_have_a_region_to_ask_in() -> None:
    """Each partition has its own."""
    assert "us-east-1" == client_region("global")
    assert "us-gov-west-1" == client_region("global", "aws-us-gov")
    assert "us-east-1" == client_region("global", "aws-moon")
    assert "eu-west-1" == client_region("eu-west-1", "aws-us-gov")
