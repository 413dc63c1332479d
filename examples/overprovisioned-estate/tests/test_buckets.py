"""The buckets."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Assembly


def test_everything_goes_to_intelligent_tiering_at_once(assembly: Assembly) -> None:
    """Both buckets have the rule, and one of them the tier of deep archives too."""
    buckets = [each["Properties"] for each in assembly.resources("AWS::S3::Bucket").values()]
    (transition,) = {
        (each["StorageClass"], each["TransitionInDays"])
        for bucket in buckets
        for rule in bucket["LifecycleConfiguration"]["Rules"]
        for each in rule["Transitions"]
    }
    tierings = [each["Tierings"] for bucket in buckets for each in bucket.get("IntelligentTieringConfigurations", [])]

    assert ("INTELLIGENT_TIERING", 0) == transition
    assert [[{"AccessTier": "DEEP_ARCHIVE_ACCESS", "Days": 180}]] == tierings


def test_buckets_are_closed(assembly: Assembly) -> None:
    """All four settings of the public access block are on, and requests without TLS are denied."""
    buckets = [each["Properties"] for each in assembly.resources("AWS::S3::Bucket").values()]
    policies = [each["Properties"]["PolicyDocument"] for each in assembly.resources("AWS::S3::BucketPolicy").values()]

    assert [{True}] * 2 == [set(each["PublicAccessBlockConfiguration"].values()) for each in buckets]
    assert [True] * 2 == [
        any(each.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}} for each in policy["Statement"])
        for policy in policies
    ]


def test_buckets_are_emptied_before_they_go(assembly: Assembly) -> None:
    """A bucket with objects cannot be deleted, so each has the resource that empties it."""
    assembly.templates["buckets"].resource_count_is("Custom::S3AutoDeleteObjects", 2)


def test_nobody_gives_a_bucket_its_name(assembly: Assembly) -> None:
    """Names are unique in the world: S3's own never clash."""
    assert [] == [
        name for name, each in assembly.resources("AWS::S3::Bucket").items() if "BucketName" in each["Properties"]
    ]
