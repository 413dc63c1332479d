"""The cache: five shards of large nodes, each with a replica, for data that would fit into one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticache as elasticache

if TYPE_CHECKING:
    from constructs import Construct

    from estate.shape import Cache

__all__ = ["CacheStack"]

_PORT = 6379


class CacheStack(cdk.Stack):
    """One ElastiCache replication group in cluster mode."""

    def __init__(self, scope: Construct, name: str, *, cache: Cache, vpc: ec2.IVpc) -> None:
        """Make the group in the subnets without a way out, reachable from inside the VPC."""
        super().__init__(scope, name, description="Over-provisioned estate: ElastiCache")
        subnets = elasticache.CfnSubnetGroup(
            self,
            "Subnets",
            description="Isolated subnets of the over-provisioned estate",
            subnet_ids=vpc.select_subnets(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED).subnet_ids,
        )
        firewall = ec2.SecurityGroup(self, "Firewall", vpc=vpc, allow_all_outbound=False)
        firewall.add_ingress_rule(ec2.Peer.ipv4(vpc.vpc_cidr_block), ec2.Port.tcp(_PORT), "from inside the VPC")
        self.group = elasticache.CfnReplicationGroup(
            self,
            "Sessions",
            replication_group_description="Sessions of the over-provisioned estate",
            engine="redis",
            engine_version="7.1",
            cache_parameter_group_name="default.redis7.cluster.on",
            cache_node_type=cache.node_type,
            num_node_groups=cache.shards,
            replicas_per_node_group=cache.replicas,
            automatic_failover_enabled=True,
            multi_az_enabled=True,
            at_rest_encryption_enabled=True,
            transit_encryption_enabled=True,
            auto_minor_version_upgrade=True,
            port=_PORT,
            cache_subnet_group_name=subnets.ref,
            security_group_ids=[firewall.security_group_id],
        )
        # Without it CloudFormation replaces the whole group when the number of shards changes.
        self.group.cfn_options.update_policy = cdk.CfnUpdatePolicy(use_online_resharding=True)
        self.group.apply_removal_policy(cdk.RemovalPolicy.DESTROY)
