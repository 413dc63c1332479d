"""The network."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Assembly


def test_two_zones_of_whatever_region(assembly: Assembly) -> None:
    """Two Availability Zones are taken by number, so that Multi-AZ has where to go and no Region is looked up."""
    zones = {str(each["Properties"]["AvailabilityZone"]) for each in assembly.resources("AWS::EC2::Subnet").values()}

    assert {str({"Fn::Select": [n, {"Fn::GetAZs": ""}]}) for n in (0, 1)} == zones


def test_one_nat_gateway(assembly: Assembly) -> None:
    """The containers pull their image through one NAT gateway, not one a zone."""
    assembly.templates["network"].resource_count_is("AWS::EC2::NatGateway", 1)
