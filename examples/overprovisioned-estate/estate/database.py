"""The database: Aurora Serverless v2 whose minimum is never used, two idle readers, and five weeks of backups."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_rds as rds

if TYPE_CHECKING:
    from constructs import Construct

    from estate.shape import Database

__all__ = ["DatabaseStack"]

_ENGINE = rds.DatabaseClusterEngine.aurora_mysql(version=rds.AuroraMysqlEngineVersion.VER_3_10_3)


class DatabaseStack(cdk.Stack):
    """One Aurora cluster."""

    def __init__(self, scope: Construct, name: str, *, database: Database, vpc: ec2.IVpc) -> None:
        """Make the cluster; its password is made by Secrets Manager and stands in no template."""
        super().__init__(scope, name, description="Over-provisioned estate: Aurora Serverless v2")
        self.cluster = rds.DatabaseCluster(
            self,
            "Orders",
            engine=_ENGINE,
            credentials=rds.Credentials.from_generated_secret("orders"),
            writer=rds.ClusterInstance.serverless_v2("writer"),
            readers=[rds.ClusterInstance.serverless_v2(f"reader-{n}") for n in range(1, database.readers + 1)],
            serverless_v2_min_capacity=database.minimum_acu,
            serverless_v2_max_capacity=database.maximum_acu,
            backup=rds.BackupProps(retention=cdk.Duration.days(database.backup_days)),
            storage_encrypted=True,
            # `cdk destroy` has to be able to take it away again.
            deletion_protection=False,
            removal_policy=cdk.RemovalPolicy.DESTROY,
            vpc=vpc,
            vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED),
        )
        self.cluster.connections.allow_default_port_from(ec2.Peer.ipv4(vpc.vpc_cidr_block), "from inside the VPC")
