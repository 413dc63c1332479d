"""The table: capacity for a thousand requests a second, and a handful of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb

if TYPE_CHECKING:
    from constructs import Construct

    from estate.shape import Table

__all__ = ["Tables"]


class Tables(cdk.Stack):
    """One provisioned table with an index."""

    def __init__(self, scope: Construct, name: str, *, table: Table) -> None:
        """Make them, without autoscaling."""
        super().__init__(scope, name, description="Over-provisioned estate: DynamoDB")
        self.orders = dynamodb.Table(
            self,
            "Orders",
            partition_key=_key("id"),
            billing_mode=dynamodb.BillingMode.PROVISIONED,
            read_capacity=table.units.read,
            write_capacity=table.units.write,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        self.orders.add_global_secondary_index(
            index_name=table.index,
            partition_key=_key(table.index),
            projection_type=dynamodb.ProjectionType.KEYS_ONLY,
            read_capacity=table.index_units.read,
            write_capacity=table.index_units.write,
        )


def _key(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
