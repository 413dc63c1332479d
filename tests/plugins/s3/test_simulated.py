"""Each correction of the simulated S3 makes its check hold, and without it the check does not hold."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from trueup.plugins.s3.simulated import CORRECTIONS

if TYPE_CHECKING:
    from collections.abc import Callable

    from trueup.testing import SimulatedAws

DOES_NOT_HOLD = (AssertionError, ClientError, BotoCoreError, KeyError, pytest.fail.Exception)


def test_every_correction_has_a_check() -> None:
    """No correction is without its check, and no check without its correction."""
    assert {correction.name for correction in CORRECTIONS} == CHECKS.keys()


@pytest.mark.parametrize("name", [correction.name for correction in CORRECTIONS])
def test_the_correction_is_right(simulated_aws: SimulatedAws, name: str) -> None:
    """The simulated S3 does what the correction says."""
    CHECKS[name](simulated_aws)


@pytest.mark.parametrize("name", [correction.name for correction in CORRECTIONS])
def test_the_correction_is_needed(simulated_aws: SimulatedAws, name: str) -> None:
    """Without the correction moto does something else."""
    with simulated_aws.without(name), pytest.raises(DOES_NOT_HOLD):
        CHECKS[name](simulated_aws)


@pytest.mark.parametrize("name", [correction.name for correction in CORRECTIONS])
def test_the_check_fails_on_plain_moto(simulated_aws: SimulatedAws, name: str) -> None:
    """With no correction of the service at all, what the correction says does not hold either."""
    with simulated_aws.without(*CHECKS), pytest.raises(DOES_NOT_HOLD):
        CHECKS[name](simulated_aws)


def lists_in_pages(aws: SimulatedAws) -> None:
    """A paginator sees every bucket, by name, with its Region."""
    s3 = aws.client("s3")
    for name in ("bucket-c", "bucket-a", "bucket-b"):
        s3.create_bucket(Bucket=name)
    pages = list(s3.get_paginator("list_buckets").paginate(PaginationConfig={"PageSize": 2}))
    assert [["bucket-a", "bucket-b"], ["bucket-c"]] == [[each["Name"] for each in page["Buckets"]] for page in pages]
    assert ["us-east-1"] == [each["BucketRegion"] for each in pages[1]["Buckets"]]


def created_by_the_clock(aws: SimulatedAws) -> None:
    """A bucket of an earlier year stays that old."""
    aws.reset(datetime(2020, 2, 3, tzinfo=UTC))
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="old-bucket")
    aws.clock.advance(86_400)
    assert ["2020-02-03"] == [f"{each['CreationDate']:%Y-%m-%d}" for each in s3.list_buckets()["Buckets"]]


def public_access_is_blocked(aws: SimulatedAws) -> None:
    """All four settings are on for a new bucket, and none is once the block is deleted."""
    s3 = new_bucket(aws)
    block = s3.get_public_access_block(Bucket="a-bucket")["PublicAccessBlockConfiguration"]
    assert dict.fromkeys(BLOCK, True) == block
    s3.put_public_access_block(Bucket="a-bucket", PublicAccessBlockConfiguration={**block, "BlockPublicAcls": False})
    block = s3.get_public_access_block(Bucket="a-bucket")["PublicAccessBlockConfiguration"]
    assert {**dict.fromkeys(BLOCK, True), "BlockPublicAcls": False} == block
    s3.delete_public_access_block(Bucket="a-bucket")
    refused(s3.get_public_access_block, "NoSuchPublicAccessBlockConfiguration", Bucket="a-bucket")


def encrypted_by_default(aws: SimulatedAws) -> None:
    """SSE-S3 stands for "nobody chose", before a choice and after it was deleted; a choice is kept whole."""
    s3 = new_bucket(aws)
    default = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}]}
    chosen = {
        "Rules": [
            {
                "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "a-key"},
                "BucketKeyEnabled": True,
                "BlockedEncryptionTypes": {"EncryptionType": ["SSE-C"]},
            }
        ]
    }
    assert default == s3.get_bucket_encryption(Bucket="a-bucket")["ServerSideEncryptionConfiguration"]
    s3.put_bucket_encryption(Bucket="a-bucket", ServerSideEncryptionConfiguration=chosen)
    assert chosen == s3.get_bucket_encryption(Bucket="a-bucket")["ServerSideEncryptionConfiguration"]
    s3.delete_bucket_encryption(Bucket="a-bucket")
    assert default == s3.get_bucket_encryption(Bucket="a-bucket")["ServerSideEncryptionConfiguration"]


def lifecycle_is_kept(aws: SimulatedAws) -> None:
    """What is read is what was put."""
    s3 = new_bucket(aws)
    refused(s3.get_bucket_lifecycle_configuration, "NoSuchLifecycleConfiguration", Bucket="a-bucket")
    document = {
        "Rules": [
            {
                "ID": "by size",
                "Status": "Enabled",
                "Filter": {"ObjectSizeGreaterThan": 131_072},
                "Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}],
                "NoncurrentVersionExpiration": {"NoncurrentDays": 7, "NewerNoncurrentVersions": 3},
            }
        ]
    }
    s3.put_bucket_lifecycle_configuration(
        Bucket="a-bucket",
        LifecycleConfiguration=document,
        TransitionDefaultMinimumObjectSize="varies_by_storage_class",
    )
    read = s3.get_bucket_lifecycle_configuration(Bucket="a-bucket")
    assert document["Rules"] == read["Rules"]
    assert read["TransitionDefaultMinimumObjectSize"] == "varies_by_storage_class"


def lifecycle_is_checked(aws: SimulatedAws) -> None:
    """A transition to STANDARD_IA before day 30 is refused."""
    rule = {
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "Transitions": [{"Days": 29, "StorageClass": "STANDARD_IA"}],
    }
    refused(
        new_bucket(aws).put_bucket_lifecycle_configuration,
        "InvalidArgument",
        Bucket="a-bucket",
        LifecycleConfiguration={"Rules": [rule]},
    )


def tiering_is_kept(aws: SimulatedAws) -> None:
    """An Intelligent-Tiering configuration is put, read, listed and deleted, and its bucket lives on."""
    document = {
        "Id": "archive",
        "Filter": {"And": {"Prefix": "logs/", "Tags": [{"Key": "team", "Value": "a"}]}},
        "Status": "Enabled",
        "Tierings": [{"Days": 90, "AccessTier": "ARCHIVE_ACCESS"}],
    }
    configurations_are_kept(aws, "intelligent_tiering", "IntelligentTieringConfiguration", document)


def metrics_are_kept(aws: SimulatedAws) -> None:
    """A metrics configuration is put, read, listed and deleted, and its bucket lives on."""
    document = {"Id": "all", "Filter": {"Prefix": "logs/"}}
    configurations_are_kept(aws, "metrics", "MetricsConfiguration", document)


def analytics_are_kept(aws: SimulatedAws) -> None:
    """A storage class analysis is put, read, listed and deleted, and its bucket lives on."""
    document = {"Id": "all", "Filter": {"Prefix": "logs/"}, "StorageClassAnalysis": {}}
    configurations_are_kept(aws, "analytics", "AnalyticsConfiguration", document)


def inventories_are_kept(aws: SimulatedAws) -> None:
    """An inventory configuration is put, read, listed and deleted, and its bucket lives on."""
    document = {
        "Id": "weekly",
        "IsEnabled": True,
        "IncludedObjectVersions": "Current",
        "Schedule": {"Frequency": "Weekly"},
        "Destination": {"S3BucketDestination": {"Bucket": "arn:aws:s3:::a-bucket", "Format": "CSV"}},
        "OptionalFields": ["Size", "StorageClass"],
    }
    configurations_are_kept(aws, "inventory", "InventoryConfiguration", document)


def public_policy_is_refused(aws: SimulatedAws) -> None:
    """A public policy is refused while the block is on and kept byte for byte once it is off."""
    s3 = new_bucket(aws)
    refused(s3.put_bucket_policy, "MalformedPolicy", Bucket="a-bucket", Policy="[]")
    refused(s3.put_bucket_policy, "AccessDenied", Bucket="a-bucket", Policy=PUBLIC)
    s3.delete_public_access_block(Bucket="a-bucket")
    s3.put_bucket_policy(Bucket="a-bucket", Policy=PUBLIC)
    assert s3.get_bucket_policy(Bucket="a-bucket")["Policy"] == PUBLIC


def policy_is_judged(aws: SimulatedAws) -> None:
    """A condition that names nobody leaves a policy public."""
    s3 = new_bucket(aws)
    s3.delete_public_access_block(Bucket="a-bucket")
    policy = json.loads(PUBLIC)
    policy["Statement"][0]["Condition"] = {"Bool": {"aws:SecureTransport": "true"}}
    s3.put_bucket_policy(Bucket="a-bucket", Policy=json.dumps(policy))
    assert {"IsPublic": True} == s3.get_bucket_policy_status(Bucket="a-bucket")["PolicyStatus"]


def unserved_is_refused(aws: SimulatedAws) -> None:
    """The delete of a configuration that the simulated S3 does not have leaves the bucket."""
    s3 = new_bucket(aws)
    refused(s3.delete_bucket_metadata_configuration, "NotImplemented", Bucket="a-bucket")
    s3.head_bucket(Bucket="a-bucket")


def owner_is_compared(aws: SimulatedAws) -> None:
    """Another account's number in ExpectedBucketOwner is refused, the owner's is not."""
    s3 = new_bucket(aws)
    s3.get_bucket_versioning(Bucket="a-bucket", ExpectedBucketOwner=aws.account)
    refused(s3.get_bucket_versioning, "AccessDenied", Bucket="a-bucket", ExpectedBucketOwner="999999999999")
    refused(s3.head_bucket, "403", Bucket="a-bucket", ExpectedBucketOwner="999999999999")


def region_is_compared(aws: SimulatedAws) -> None:
    """A client of another Region is sent to the bucket's own, and finds its way with one HeadBucket."""
    there = aws.client("s3", "eu-west-1")
    there.create_bucket(Bucket="a-bucket", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    aws.calls.clear()
    here = aws.client("s3")
    assert here.get_bucket_location(Bucket="a-bucket")["LocationConstraint"] == "eu-west-1"
    here.get_bucket_versioning(Bucket="a-bucket")
    made = [(call.operation, call.region, call.status) for call in aws.calls]
    assert made == [
        ("GetBucketLocation", "us-east-1", 200),
        ("GetBucketVersioning", "us-east-1", 301),
        ("GetBucketVersioning", "eu-west-1", 200),
    ]


def europe_is_found(aws: SimulatedAws) -> None:
    """The old name of eu-west-1 is a location and no Region."""
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="a-bucket", CreateBucketConfiguration={"LocationConstraint": "EU"})
    assert s3.get_bucket_location(Bucket="a-bucket")["LocationConstraint"] == "EU"
    assert aws.client("s3", "eu-west-1").head_bucket(Bucket="a-bucket")["BucketRegion"] == "eu-west-1"


def conditions_count(aws: SimulatedAws) -> None:
    """A TLS-only policy leaves objects readable, and an unconditional Deny does not."""
    s3 = new_bucket(aws)
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::a-bucket/*"}
    tls_only = {**deny, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    s3.put_object(Bucket="a-bucket", Key="k", Body=b"v")
    s3.put_bucket_policy(Bucket="a-bucket", Policy=json.dumps({"Version": "2012-10-17", "Statement": [tls_only]}))
    assert s3.get_object(Bucket="a-bucket", Key="k")["Body"].read() == b"v"
    s3.put_bucket_policy(Bucket="a-bucket", Policy=json.dumps({"Version": "2012-10-17", "Statement": [tls_only, deny]}))
    refused(s3.get_object, "403", Bucket="a-bucket", Key="k")


def lists_are_disabled(aws: SimulatedAws) -> None:
    """A new bucket takes no list but its owner's, until its ownership is set otherwise."""
    s3 = new_bucket(aws)
    s3.delete_public_access_block(Bucket="a-bucket")
    rules = s3.get_bucket_ownership_controls(Bucket="a-bucket")["OwnershipControls"]["Rules"]
    assert [{"ObjectOwnership": "BucketOwnerEnforced"}] == rules
    s3.put_bucket_acl(Bucket="a-bucket", ACL="private")
    refused(s3.put_bucket_acl, "AccessControlListNotSupported", Bucket="a-bucket", ACL="public-read")
    with_lists = {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    s3.put_bucket_ownership_controls(Bucket="a-bucket", OwnershipControls=with_lists)
    s3.put_bucket_acl(Bucket="a-bucket", ACL="public-read")
    grantees = [each["Grantee"].get("URI") for each in s3.get_bucket_acl(Bucket="a-bucket")["Grants"]]
    assert "http://acs.amazonaws.com/groups/global/AllUsers" in grantees


def public_list_is_refused(aws: SimulatedAws) -> None:
    """With lists enabled, a public one is refused while the block is on, canned or granted."""
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="a-bucket", ObjectOwnership="ObjectWriter")
    everyone = 'uri="http://acs.amazonaws.com/groups/global/AllUsers"'
    refused(s3.put_bucket_acl, "AccessDenied", Bucket="a-bucket", ACL="public-read")
    refused(s3.put_bucket_acl, "AccessDenied", Bucket="a-bucket", GrantRead=everyone)
    s3.put_bucket_acl(Bucket="a-bucket", ACL="private")
    s3.delete_public_access_block(Bucket="a-bucket")
    s3.put_bucket_acl(Bucket="a-bucket", GrantRead=everyone)


def configurations_are_kept(aws: SimulatedAws, kind: str, member: str, document: dict[str, Any]) -> None:
    """A configuration of any kind goes through put, get, list and delete."""
    s3 = new_bucket(aws)
    named: dict[str, Any] = {"Bucket": "a-bucket", "Id": document["Id"]}
    put, get, delete = (getattr(s3, f"{verb}_bucket_{kind}_configuration") for verb in ("put", "get", "delete"))
    enumerate_all = getattr(s3, f"list_bucket_{kind}_configurations")
    refused(get, "NoSuchConfiguration", **named)
    put(**named, **{member: document})
    assert document == get(**named)[member]
    listed = enumerate_all(Bucket="a-bucket")
    assert ([document], False) == (listed[f"{member}List"], listed["IsTruncated"])
    delete(**named)
    assert f"{member}List" not in enumerate_all(Bucket="a-bucket")
    s3.head_bucket(Bucket="a-bucket")


def new_bucket(aws: SimulatedAws) -> Any:
    """A client, and a bucket ``a-bucket``."""
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="a-bucket")
    return s3


def refused(call: Callable[..., object], code: str, **parameters: Any) -> None:
    """The call is refused with this code."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    assert code == caught.value.response["Error"]["Code"]


BLOCK = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")

PUBLIC = """{ "Version":"2012-10-17",
  "Statement": [{"Sid": "ünïcode",  "Effect": "Allow", "Principal": {"AWS": ["*"]},
     "Action": "s3:GetObject", "Resource": "arn:aws:s3:::a-bucket/*"}]
}"""

CHECKS: dict[str, Callable[[SimulatedAws], None]] = {
    "s3-acls-disabled": lists_are_disabled,
    "s3-analytics-configurations": analytics_are_kept,
    "s3-creation-date": created_by_the_clock,
    "s3-default-encryption": encrypted_by_default,
    "s3-default-public-access-block": public_access_is_blocked,
    "s3-expected-bucket-owner": owner_is_compared,
    "s3-intelligent-tiering": tiering_is_kept,
    "s3-inventory-configurations": inventories_are_kept,
    "s3-lifecycle-checked": lifecycle_is_checked,
    "s3-lifecycle-kept-whole": lifecycle_is_kept,
    "s3-list-buckets-paged": lists_in_pages,
    "s3-location-eu": europe_is_found,
    "s3-metrics-configurations": metrics_are_kept,
    "s3-policy-checked": public_policy_is_refused,
    "s3-policy-conditions": conditions_count,
    "s3-policy-status": policy_is_judged,
    "s3-public-acl-refused": public_list_is_refused,
    "s3-region-redirect": region_is_compared,
    "s3-unserved-refused": unserved_is_refused,
}
