"""The demo's buckets: plain ones, ones with rules of their own, Intelligent-Tiering, and one that is closed to us.

Made through the API, as a user would; the metrics are functions of time, so that they go on while the clock moves.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from trueup.plugins.s3.policy import inserted, tls_statement
from trueup.testing.shapes import Constant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trueup.testing.server import SimulatedAws

__all__ = ["BUCKETS", "DENIED", "PARAMETERS", "Bucket", "build"]

PARAMETERS = {
    "s3-bucket-server-side-encryption-enabled": {"algorithms": ["aws:kms"], "kms_key_id": "alias/shop"},
}
"""For the plugin contract: S3 encrypts every bucket by itself, so that a fix is due only where a key is asked for."""

DENIED = "payroll-exports"
"""The bucket whose policy denies whoever audits."""

_GIB = 1024**3
_DAY_MINUTES = 1440
_METRICS_ID = "entire-bucket"


@dataclass(frozen=True, slots=True)
class Bucket:
    """One bucket of the demo.

    Args:
        name: the bucket's name.
        count: its objects.
        gib: its size by storage type.
        read_gib_a_day: what is read of it in a day; None is no request metrics.
        rules: its lifecycle rules.
        minimum_size: which small objects its rules leave where they are.
        archives: whether Intelligent-Tiering's archive tiers are configured.
        versioned: whether versioning is enabled.
        blocked: whether it has kept the public access block of a new bucket.
        policy: its policy's text.
        tls_only: whether its policy denies requests without TLS, and nothing else.
    """

    name: str
    count: int
    gib: Mapping[str, float]
    read_gib_a_day: float | None = None
    rules: Sequence[Mapping[str, Any]] = ()
    minimum_size: str = "all_storage_classes_128K"
    archives: bool = False
    versioned: bool = False
    blocked: bool = True
    policy: str = field(default="", repr=False)
    tls_only: bool = False


_V1_RULES = (
    {"ID": "logs", "Prefix": "logs/", "Status": "Enabled", "Expiration": {"Days": 365}},
    {
        "ID": "uploads",
        "Prefix": "incoming/",
        "Status": "Enabled",
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    },
)

_SIZE_RULES = (
    {
        "ID": "large-videos",
        "Status": "Enabled",
        "Filter": {"And": {"Prefix": "videos/", "ObjectSizeGreaterThan": 1_048_576, "ObjectSizeLessThan": 10**12}},
        "Transitions": [{"Days": 180, "StorageClass": "GLACIER"}],
    },
)

_NONCURRENT_RULES = (
    {
        "ID": "old-versions",
        "Status": "Enabled",
        "Filter": {"Tag": {"Key": "keep", "Value": "no"}},
        "NoncurrentVersionTransitions": [
            {"NoncurrentDays": 30, "StorageClass": "STANDARD_IA", "NewerNoncurrentVersions": 3}
        ],
        "NoncurrentVersionExpiration": {"NoncurrentDays": 365, "NewerNoncurrentVersions": 5},
    },
)

_TIERED_RULES = (
    {
        "ID": "tier-by-use",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "Transitions": [{"Days": 0, "StorageClass": "INTELLIGENT_TIERING"}],
    },
)

_AGEING_RULES = (
    {
        "ID": "ageing",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}],
        "Expiration": {"Days": 730},
    },
)

_INVENTORY_POLICY = """{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Delivery",
      "Effect": "Allow",
      "Principal": {"Service": "logging.s3.amazonaws.com"},
      "Action": "s3:PutObject",
      "Resource": "arn:aws:s3:::invoice-archive/*"
    }
  ]
}"""

BUCKETS = (
    Bucket("build-artifacts", 200_000, {"StandardStorage": 4_000}, read_gib_a_day=2, blocked=False),
    Bucket(
        "invoice-archive", 900_000, {"StandardStorage": 9_000}, 1, _V1_RULES, versioned=True, policy=_INVENTORY_POLICY
    ),
    Bucket(
        "media-library", 50_000, {"StandardStorage": 20_000}, 5, _SIZE_RULES, "varies_by_storage_class", tls_only=True
    ),
    Bucket(
        "customer-documents", 300_000, {"StandardStorage": 6_000}, 3, _NONCURRENT_RULES, versioned=True, tls_only=True
    ),
    Bucket(
        "data-lake",
        2_000_000,
        {"StandardStorage": 100, "IntelligentTieringFAStorage": 8_000, "IntelligentTieringIAStorage": 30_000},
        40,
        _TIERED_RULES,
        archives=True,
        versioned=True,
        tls_only=True,
    ),
    Bucket("access-logs", 700_000, {"StandardIAStorage": 3_000}, 1, _AGEING_RULES, versioned=True, tls_only=True),
    Bucket("ledger-exports", 20_000, {"StandardIAStorage": 800}, 1, _AGEING_RULES, versioned=True, tls_only=True),
    Bucket("thumbnails", 80_000_000, {"StandardStorage": 900}, 60),
    Bucket("team-backups", 40_000, {"StandardStorage": 12_000}),
    Bucket(DENIED, 10_000, {"StandardStorage": 50}),
)
"""``build-artifacts`` fails and can be fixed; of ``team-backups`` nobody knows how it is read."""


def build(aws: SimulatedAws) -> None:
    """Make the buckets, with metrics from now on.

    Start the clock before the look-back of 30 days, build, and advance it.
    """
    client = aws.client("s3")
    for bucket in BUCKETS:
        client.create_bucket(Bucket=bucket.name)
        client.put_bucket_tagging(Bucket=bucket.name, Tagging={"TagSet": [{"Key": "team", "Value": "shop"}]})
        _configure(client, bucket)
        _measure(aws, bucket)
    # A policy that denies whoever asks is not carried out by the simulated S3: the fault answers as it would.
    aws.faults.inject("s3:*", "denied", resource=f"/{DENIED}")


def _configure(client: Any, bucket: Bucket) -> None:
    if bucket.rules:
        client.put_bucket_lifecycle_configuration(
            Bucket=bucket.name,
            LifecycleConfiguration={"Rules": list(bucket.rules)},
            TransitionDefaultMinimumObjectSize=bucket.minimum_size,
        )
    if bucket.archives:
        configuration = {
            "Id": "archive",
            "Status": "Enabled",
            "Tierings": [{"Days": 180, "AccessTier": "DEEP_ARCHIVE_ACCESS"}],
        }
        client.put_bucket_intelligent_tiering_configuration(
            Bucket=bucket.name, Id="archive", IntelligentTieringConfiguration=configuration
        )
    if bucket.versioned:
        client.put_bucket_versioning(Bucket=bucket.name, VersioningConfiguration={"Status": "Enabled"})
    if not bucket.blocked:
        client.delete_public_access_block(Bucket=bucket.name)
    policy = inserted(None, tls_statement(None, f"arn:aws:s3:::{bucket.name}")) if bucket.tls_only else bucket.policy
    if policy:
        client.put_bucket_policy(Bucket=bucket.name, Policy=policy)
    if bucket.read_gib_a_day is not None:
        client.put_bucket_metrics_configuration(
            Bucket=bucket.name, Id=_METRICS_ID, MetricsConfiguration={"Id": _METRICS_ID}
        )


def _measure(aws: SimulatedAws, bucket: Bucket) -> None:
    since = aws.clock.now()
    everything = {"BucketName": bucket.name, "StorageType": "AllStorageTypes"}
    aws.metrics.put("AWS/S3", "NumberOfObjects", everything, Constant(bucket.count), since=since)
    for kind, gib in bucket.gib.items():
        dimensions = {"BucketName": bucket.name, "StorageType": kind}
        aws.metrics.put("AWS/S3", "BucketSizeBytes", dimensions, Constant(gib * _GIB), since=since)
    if bucket.read_gib_a_day is None:
        return
    requests = {"BucketName": bucket.name, "FilterId": _METRICS_ID}
    a_minute = bucket.read_gib_a_day * _GIB / _DAY_MINUTES
    for metric, value in (("AllRequests", 3), ("GetRequests", 2), ("BytesDownloaded", a_minute)):
        aws.metrics.put("AWS/S3", metric, requests, Constant(value), since=since)
