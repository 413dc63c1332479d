"""What trueup knows of S3: its buckets, how their facts are read or follow from others, and their fixes.

A table of declarations; each fact and each fix is a pure function in the module named after it. Every call names the
account that must own the bucket, so that a bucket that was deleted and taken by somebody else is never read for ours.
The account's own public access block is left out: it belongs to no bucket, and would make every bucket unknown where
it cannot be read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.change import Reversible
from trueup.plugins.s3 import actions, exposure, lifecycle, money, policy, standard_ia, storage
from trueup.service.plugin import ServicePlugin, action, aspect, derived, metrics, resource

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trueup.change import Change, Refusal
    from trueup.facts.snapshot import Snapshot
    from trueup.facts.unknown import Unknown
    from trueup.resource import Resource
    from trueup.service.declarations import MetricQuery, Reader

__all__ = ["S3Plugin"]

_SETTLE_SECONDS = 900
"""S3 spreads a configuration within minutes; for versioning it advises to wait 15.

Source: S3 API, PutBucketVersioning.
"""

_LOOK_BACK_DAYS = 30

_BUCKETS_A_PAGE = 1_000

_MOVE_PARAMETERS = {
    "type": "object",
    "properties": {
        "days": {"type": "integer", "minimum": 30},
        "access_pattern": {"enum": ["measured", "waived"]},
    },
    "required": ["days"],
    "additionalProperties": False,
}

_BLOCK_PARAMETERS = {
    "type": "object",
    "properties": {"include_public": {"type": "boolean"}},
    "additionalProperties": False,
}

_ENCRYPTION_PARAMETERS = {
    "type": "object",
    "properties": {
        "algorithms": {
            "type": "array",
            "items": {"enum": ["AES256", "aws:kms", "aws:kms:dsse"]},
            "minItems": 1,
        },
        "kms_key_id": {"type": "string"},
    },
    "required": ["algorithms"],
    "additionalProperties": False,
}

_NO_PARAMETERS = {"type": "object", "additionalProperties": False}


class S3Plugin(ServicePlugin):
    """General purpose buckets."""

    service = "s3"

    @resource(
        "bucket",
        key="Name",
        arn="arn:{partition}:s3:::{key}",
        lists="s3:ListBuckets",
        alarm_dimensions={"BucketName": "{id}"},
    )
    def buckets(self, aws: Reader) -> Iterator[str]:
        """Yield the names of the buckets in the scope's Region; the filter is taken at that Region's endpoint only.

        The number is said: S3 refuses a list without one to accounts that may have more than 10,000 buckets, and a
        page of so many is more than need be in memory.

        Source: S3 API, ListBuckets.
        """
        pages = {"MaxBuckets": _BUCKETS_A_PAGE, "BucketRegion": aws.scope.region}
        yield from aws.paginate("s3:ListBuckets", "Buckets[].Name", **pages)

    @aspect("bucket", name="lifecycle", reads="s3:GetBucketLifecycleConfiguration", written_back=".")
    def lifecycle_rules(self, aws: Reader, bucket: Resource) -> dict[str, Any]:
        """Give the lifecycle configuration, every field of every rule of it."""
        operation = "s3:GetBucketLifecycleConfiguration"
        return lifecycle.configuration(aws.call(operation, absent=("NoSuchLifecycleConfiguration",), **_of(bucket)))

    @aspect("bucket", reads="s3:ListBucketIntelligentTieringConfigurations")
    def intelligent_tiering(self, aws: Reader, bucket: Resource) -> dict[str, Any]:
        """Give the archive tiers that Intelligent-Tiering objects may go to."""
        operation = "s3:ListBucketIntelligentTieringConfigurations"
        found = aws.paginate(operation, "IntelligentTieringConfigurationList[]", **_of(bucket))
        return {"configurations": list(found)}

    @aspect("bucket", reads="s3:GetBucketVersioning")
    def versioning(self, aws: Reader, bucket: Resource) -> dict[str, Any]:
        """Give the versioning; a status that is not mentioned was never set."""
        found = aws.call("s3:GetBucketVersioning", **_of(bucket))
        return {**found, "enabled": found.get("Status") == "Enabled"}

    @aspect("bucket", reads="s3:GetPublicAccessBlock", written_back=".")
    def public_access_block(self, aws: Reader, bucket: Resource) -> dict[str, Any]:
        """Give the bucket's own public access block; what is not set is off."""
        absent = ("NoSuchPublicAccessBlockConfiguration",)
        found = aws.call("s3:GetPublicAccessBlock", absent=absent, **_of(bucket))
        settings = {} if found is None else found["PublicAccessBlockConfiguration"]
        return {**dict.fromkeys(exposure.FLAGS, False), **settings, "configured": found is not None}

    @aspect("bucket", reads="s3:GetBucketEncryption", written_back=".")
    def encryption(self, aws: Reader, bucket: Resource) -> dict[str, Any]:
        """Give the default encryption; AWS answers SSE-S3 where nobody set any."""
        absent = ("ServerSideEncryptionConfigurationNotFoundError",)
        found = aws.call("s3:GetBucketEncryption", absent=absent, **_of(bucket)) or {}
        rules = found.get("ServerSideEncryptionConfiguration", {}).get("Rules", [])
        named = [rule.get("ApplyServerSideEncryptionByDefault", {}).get("SSEAlgorithm") for rule in rules]
        return {
            "Rules": [{"BucketKeyEnabled": False, **rule} for rule in rules],
            "algorithm": next(iter(named), None),
        }

    @aspect("bucket", name="policy", reads="s3:GetBucketPolicy")
    def bucket_policy(self, aws: Reader, bucket: Resource) -> dict[str, Any]:
        """Give the policy, byte for byte and parsed."""
        found = aws.call("s3:GetBucketPolicy", absent=("NoSuchBucketPolicy",), **_of(bucket))
        return dict(policy.NONE) if found is None else policy.document(found["Policy"])

    @aspect("bucket", reads="s3:GetBucketPolicyStatus")
    def policy_status(self, aws: Reader, bucket: Resource) -> dict[str, Any]:
        """Give whether S3 calls the policy public; none is not."""
        found = aws.call("s3:GetBucketPolicyStatus", absent=("NoSuchBucketPolicy",), **_of(bucket))
        return {"IsPublic": False} if found is None else dict(found["PolicyStatus"])

    @aspect("bucket", reads="s3:GetBucketAcl")
    def acl(self, aws: Reader, bucket: Resource) -> dict[str, Any]:
        """Give the public grants of the access control list, and nobody's name."""
        return {"public_grants": exposure.public_grants(aws.call("s3:GetBucketAcl", **_of(bucket)))}

    @aspect("bucket", reads="s3:GetBucketOwnershipControls")
    def ownership(self, aws: Reader, bucket: Resource) -> dict[str, Any]:
        """Give who owns objects, which says whether access control lists count; null is a bucket of before 2023."""
        absent = ("OwnershipControlsNotFoundError",)
        found = aws.call("s3:GetBucketOwnershipControls", absent=absent, **_of(bucket))
        rules = [] if found is None else found["OwnershipControls"]["Rules"]
        return {"ObjectOwnership": next((rule["ObjectOwnership"] for rule in rules), None)}

    @aspect("bucket", reads="s3:GetBucketWebsite")
    def website(self, aws: Reader, bucket: Resource) -> dict[str, Any]:
        """Give whether the bucket is served as a website."""
        found = aws.call("s3:GetBucketWebsite", absent=("NoSuchWebsiteConfiguration",), **_of(bucket))
        return {"enabled": found is not None}

    @aspect("bucket", reads="s3:GetBucketTagging")
    def tags(self, aws: Reader, bucket: Resource) -> dict[str, str]:
        """Give the tags by name."""
        found = aws.call("s3:GetBucketTagging", absent=("NoSuchTagSet",), **_of(bucket)) or {}
        return {tag["Key"]: tag["Value"] for tag in found.get("TagSet", ())}

    @aspect("bucket", reads="s3:ListBucketMetricsConfigurations")
    def metrics_configurations(self, aws: Reader, bucket: Resource) -> dict[str, Any]:
        """Give the request metrics that are paid for, those of the whole bucket apart."""
        found = list(aws.paginate("s3:ListBucketMetricsConfigurations", "MetricsConfigurationList[]", **_of(bucket)))
        return {
            "whole_bucket": sorted(each["Id"] for each in found if not each.get("Filter")),
            "filtered": sorted(each["Id"] for each in found if each.get("Filter")),
        }

    @aspect("bucket", reads=(), per="scope")
    def prices(self, aws: Reader, _: None) -> Mapping[str, Any]:
        """Give the Region's prices."""
        return aws.prices(self.service)

    @metrics("bucket", name=storage.STORAGE, period=storage.DAY, days=_LOOK_BACK_DAYS)
    def daily(self, bucket: Snapshot) -> Iterator[MetricQuery]:
        """Give the series of what is stored."""
        yield from storage.storage_queries(bucket)

    @metrics(
        "bucket", name=storage.REQUESTS, needs=("metrics_configurations",), period=storage.DAY, days=_LOOK_BACK_DAYS
    )
    def requested(self, bucket: Snapshot) -> Iterator[MetricQuery]:
        """Give the series of how objects are read."""
        yield from storage.request_queries(bucket)

    @derived("bucket", needs=("lifecycle", "intelligent_tiering"))
    def tiering(self, bucket: Snapshot) -> dict[str, Any]:
        """Give what becomes of objects as they age."""
        return lifecycle.tiering(bucket)

    @derived("bucket", needs=(storage.STORAGE,))
    def objects(self, bucket: Snapshot) -> dict[str, Any]:
        """Give number and size of the objects."""
        return storage.objects(bucket)

    @derived("bucket", needs=("objects", "prices"))
    def cost(self, bucket: Snapshot) -> dict[str, Any] | Unknown:
        """Give what the bucket's storage costs a month."""
        return money.monthly_cost(bucket)

    @derived("bucket", needs=("metrics_configurations", storage.REQUESTS))
    def access(self, bucket: Snapshot) -> dict[str, Any]:
        """Give how the bucket is read."""
        return storage.access(bucket)

    @derived("bucket", needs=("policy",))
    def transport(self, bucket: Snapshot) -> dict[str, Any]:
        """Give whether requests without TLS are denied."""
        return policy.transport(bucket)

    @derived("bucket", name="exposure", needs=("website", "policy_status", "acl", "ownership"))
    def open_to(self, bucket: Snapshot) -> dict[str, Any]:
        """Give whether, and by what, the bucket is public."""
        return exposure.exposure(bucket)

    @action(
        "bucket",
        "add-lifecycle-transition",
        needs=("lifecycle", "tiering", "objects", "access", "prices"),
        owned=("lifecycle.Rules", "lifecycle.TransitionDefaultMinimumObjectSize"),
        writes=("s3:PutBucketLifecycleConfiguration", "s3:DeleteBucketLifecycle"),
        risk="safe",
        reversible=Reversible.NO,
        settle_seconds=_SETTLE_SECONDS,
        parameters=_MOVE_PARAMETERS,
    )
    def add_lifecycle_transition(self, bucket: Snapshot, parameters: Mapping[str, Any]) -> Change | Refusal:
        """Let objects move to STANDARD_IA."""
        return standard_ia.add_lifecycle_transition(bucket, parameters)

    @action(
        "bucket",
        "enable-versioning",
        needs=("versioning",),
        owned=("versioning.enabled",),
        writes=("s3:PutBucketVersioning",),
        risk="safe",
        reversible=Reversible.PARTLY,
        settle_seconds=_SETTLE_SECONDS,
        parameters=_NO_PARAMETERS,
    )
    def enable_versioning(self, bucket: Snapshot, parameters: Mapping[str, Any]) -> Change | Refusal:
        """Keep every version of an object."""
        return actions.enable_versioning(bucket, parameters)

    @action(
        "bucket",
        "block-public-access",
        needs=("public_access_block", "exposure"),
        owned=tuple(f"public_access_block.{name}" for name in (*exposure.FLAGS, "configured")),
        writes=("s3:PutPublicAccessBlock", "s3:DeletePublicAccessBlock"),
        risk="disruptive",
        settle_seconds=_SETTLE_SECONDS,
        parameters=_BLOCK_PARAMETERS,
    )
    def block_public_access(self, bucket: Snapshot, parameters: Mapping[str, Any]) -> Change | Refusal:
        """Keep the public out."""
        return actions.block_public_access(bucket, parameters)

    @action(
        "bucket",
        "enable-default-encryption",
        needs=("encryption",),
        owned=("encryption.Rules", "encryption.algorithm"),
        writes=("s3:PutBucketEncryption", "s3:DeleteBucketEncryption"),
        risk="safe",
        reversible=Reversible.PARTLY,
        settle_seconds=_SETTLE_SECONDS,
        parameters=_ENCRYPTION_PARAMETERS,
    )
    def enable_default_encryption(self, bucket: Snapshot, parameters: Mapping[str, Any]) -> Change | Refusal:
        """Encrypt new objects by an accepted algorithm."""
        return actions.enable_default_encryption(bucket, parameters)

    @action(
        "bucket",
        "require-tls",
        needs=("policy", "policy_status", "public_access_block", "transport"),
        owned=("policy.document",),
        writes=("s3:PutBucketPolicy", "s3:DeleteBucketPolicy"),
        risk="disruptive",
        settle_seconds=_SETTLE_SECONDS,
        parameters=_NO_PARAMETERS,
    )
    def require_tls(self, bucket: Snapshot, parameters: Mapping[str, Any]) -> Change | Refusal:
        """Deny requests without TLS."""
        return actions.require_tls(bucket, parameters)


def _of(bucket: Resource) -> dict[str, Any]:
    return {"Bucket": bucket.id, "ExpectedBucketOwner": bucket.account}
