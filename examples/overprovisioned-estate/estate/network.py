"""The network that database, cache and containers share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2

if TYPE_CHECKING:
    from constructs import Construct

__all__ = ["Network"]


class Network(cdk.Stack):
    """A VPC with public, private and isolated subnets, and one NAT gateway for pulling images."""

    def __init__(self, scope: Construct, name: str, *, zones: int) -> None:
        """Make the VPC over so many Availability Zones."""
        super().__init__(scope, name, description="Over-provisioned estate: network")
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            max_azs=zones,
            nat_gateways=1,
            subnet_configuration=[
                ec2.SubnetConfiguration(name="public", subnet_type=ec2.SubnetType.PUBLIC, cidr_mask=24),
                ec2.SubnetConfiguration(name="tasks", subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS, cidr_mask=24),
                ec2.SubnetConfiguration(name="data", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED, cidr_mask=24),
            ],
        )
