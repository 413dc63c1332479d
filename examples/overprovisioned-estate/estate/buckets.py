"""The buckets: Intelligent-Tiering for everything from the first day, whatever its size and however it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

    from estate.shape import Bucket

__all__ = ["Buckets"]


class Buckets(cdk.Stack):
    """The buckets, closed to the public, and emptied when the stack is destroyed."""

    def __init__(self, scope: Construct, name: str, *, buckets: Sequence[Bucket]) -> None:
        """Make them."""
        super().__init__(scope, name, description="Over-provisioned estate: S3")
        self.all = {bucket.name: self._bucket(bucket) for bucket in buckets}

    def _bucket(self, bucket: Bucket) -> s3.Bucket:
        return s3.Bucket(
            self,
            bucket.name,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            encryption=s3.BucketEncryption.S3_MANAGED,
            lifecycle_rules=[
                s3.LifecycleRule(
                    id="tier-by-use",
                    transitions=[
                        s3.Transition(
                            storage_class=s3.StorageClass.INTELLIGENT_TIERING, transition_after=cdk.Duration.days(0)
                        )
                    ],
                )
            ],
            intelligent_tiering_configurations=_archives(bucket),
            removal_policy=cdk.RemovalPolicy.DESTROY,
            auto_delete_objects=True,
        )


def _archives(bucket: Bucket) -> list[s3.IntelligentTieringConfiguration] | None:
    if bucket.deep_archive_days is None:
        return None
    days = cdk.Duration.days(bucket.deep_archive_days)
    return [s3.IntelligentTieringConfiguration(name="archive", deep_archive_access_tier_time=days)]
