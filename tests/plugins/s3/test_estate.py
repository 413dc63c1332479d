"""Tests of the plugin over the demo's estate: listed, read, measured and judged through the simulated AWS."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from trueup.facts.unknown import Unknown
from trueup.plugins.s3.estate import BUCKETS, DENIED, build
from trueup.resource import Resource

MOVE = "s3-bucket-lifecycle-to-standard-ia"
VERSIONED = "s3-bucket-versioning-enabled"
BLOCKED = "s3-bucket-level-public-access-prohibited"
ENCRYPTED = "s3-bucket-server-side-encryption-enabled"
TLS = "s3-bucket-ssl-requests-only"
RULES = (MOVE, VERSIONED, BLOCKED, ENCRYPTED, TLS)


@pytest.fixture
def estate(operator: Any) -> Any:
    """The operator of an account with the demo's buckets, measured for longer than the look-back."""
    operator.aws.reset(start=datetime.now(UTC) - timedelta(days=40))
    build(operator.aws)
    operator.aws.clock.advance(timedelta(days=39).total_seconds())
    operator.aws.calls.clear()
    return operator


def _bucket(name: str, region: str = "us-east-1") -> Resource:
    return Resource("s3.bucket", f"arn:aws:s3:::{name}", name, "123456789012", region)


def _expected(good: set[str], other: dict[str, str]) -> dict[str, str]:
    return {each.name: "pass" if each.name in good else "fail" for each in BUCKETS} | other | {DENIED: "unknown"}


def test_the_buckets_are_judged_as_they_were_made(estate: Any) -> None:
    """Own rules, Intelligent-Tiering and small objects are told apart, and what is denied is unknown."""
    everything = {each.name for each in BUCKETS}
    other = {"data-lake": "not_applicable", "thumbnails": "not_applicable"}
    expected = {
        MOVE: _expected({"access-logs", "ledger-exports"}, other),
        VERSIONED: _expected({each.name for each in BUCKETS if each.versioned}, {}),
        BLOCKED: _expected({each.name for each in BUCKETS if each.blocked}, {}),
        ENCRYPTED: _expected(everything, {}),
        TLS: _expected({each.name for each in BUCKETS if each.tls_only}, {}),
    }
    assert expected == {rule: estate.verdicts(rule) for rule in RULES}


def test_a_denied_bucket_names_the_missing_permission(estate: Any) -> None:
    """Whoever reads the report knows what to allow."""
    planned = estate.plan(VERSIONED)
    (finding,) = (each for each in estate.findings(planned.run) if each["resource"]["id"] == DENIED)
    assert "unknown" == finding["verdict"]
    assert "s3:GetBucketVersioning" in str(finding)


def test_the_plan_moves_what_may_move_and_says_why_the_rest_stays(estate: Any) -> None:
    """Own rules are kept; a bucket of which nobody knows how it is read is not moved."""
    planned = estate.plan(MOVE)
    assert planned.plan is not None
    assert [] == planned.over_limits
    changes = {change.resource.id: change for change in planned.plan.changes()}
    assert ["build-artifacts", "customer-documents", "invoice-archive", "media-library"] == sorted(changes)
    assert all(change.savings_monthly["likely"] > 0 for change in changes.values())
    reasons = {each["resource"]["id"]: str(each) for each in estate.findings(planned.run)}
    assert "turn request metrics of the whole bucket on" in reasons["team-backups"]


def test_every_aspect_of_a_readable_bucket_is_read(estate: Any) -> None:
    """Through S3's own answers, those for what is not configured too."""
    declared = estate.host.resource_type("s3.bucket").aspects
    for name in ("build-artifacts", "invoice-archive", "data-lake"):
        found = estate.facts(_bucket(name), *declared)
        assert [] == [aspect for aspect, value in found.items() if isinstance(value, Unknown)]
        assert {"team": "shop"} == found["tags"]
    tiered = estate.facts(_bucket("data-lake"), "objects.intelligent_bytes", "intelligent_tiering.configurations")
    assert tiered["objects.intelligent_bytes"] > 0
    assert ["archive"] == [each["Id"] for each in tiered["intelligent_tiering.configurations"]]


def test_a_read_is_made_once_a_bucket_and_only_when_asked(estate: Any) -> None:
    """One rule reads one thing of each bucket, and no tags."""
    estate.verdicts(VERSIONED)
    made: dict[str, int] = {}
    for call in estate.aws.calls:
        made[call.name] = made.get(call.name, 0) + 1
    made.pop("sts:GetCallerIdentity", None)
    assert {"s3:ListBuckets": 1, "s3:GetBucketVersioning": len(BUCKETS)} == made


def test_buckets_are_listed_in_their_own_region(estate: Any) -> None:
    """A bucket elsewhere is not of this scope, and every read names the owner."""
    estate.aws.client("s3", "eu-west-1").create_bucket(
        Bucket="elsewhere", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    estate.aws.calls.clear()
    assert "elsewhere" not in estate.verdicts(VERSIONED)
    reads = [call for call in estate.aws.calls if call.name == "s3:GetBucketVersioning"]
    assert {"123456789012"} == {call.parameters["ExpectedBucketOwner"] for call in reads}
    assert {"versioning.enabled": False} == estate.facts(_bucket("elsewhere", "eu-west-1"), "versioning.enabled")


def test_public_buckets_and_websites_are_told(estate: Any) -> None:
    """What is public by policy or list, or a website, is not closed unasked."""
    client = estate.aws.client("s3")
    for name in ("by-policy", "by-list", "a-website"):
        client.create_bucket(Bucket=name)
        client.delete_public_access_block(Bucket=name)
    policy = (
        '{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::by-policy/*"}}'
    )
    client.put_bucket_policy(Bucket="by-policy", Policy=policy)
    client.put_bucket_ownership_controls(
        Bucket="by-list", OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    )
    client.put_bucket_acl(Bucket="by-list", ACL="public-read")
    client.put_bucket_website(Bucket="a-website", WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}})
    for name, fact in (("by-policy", "public_policy"), ("by-list", "public_acl"), ("a-website", "is_website")):
        assert estate.facts(_bucket(name), "exposure")["exposure"][fact] is True
    planned = estate.plan(BLOCKED)
    assert planned.plan is not None
    assert ["build-artifacts"] == [change.resource.id for change in planned.plan.changes()]


@pytest.mark.parametrize(
    ("operation", "rules"),
    [
        ("s3:GetBucketLifecycleConfiguration", {MOVE}),
        ("s3:GetBucketPolicy", {TLS}),
        ("s3:GetBucketEncryption", {ENCRYPTED}),
        ("s3:GetPublicAccessBlock", {BLOCKED}),
        ("s3:GetBucketTagging", set()),
        ("cloudwatch:GetMetricData", {MOVE}),
    ],
)
def test_a_denied_read_is_unknown_and_nothing_else_is(estate: Any, operation: str, rules: set[str]) -> None:
    """What one missing permission hides is unknown, also where its answer may be that there is none."""
    estate.aws.faults.inject(operation, "denied")
    judged = {rule: estate.verdicts(rule)["build-artifacts"] for rule in RULES}
    assert rules == {rule for rule, verdict in judged.items() if verdict == "unknown"}
