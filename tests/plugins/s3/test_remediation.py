"""What is special about each fix; that it works, once, and can be undone, the contract of every plugin shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from trueup.applying.options import ApplyOptions
from trueup.journal.changes import ChangeStatus
from trueup.plugins.s3.estate import build

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.planning.plan_file import Plan

ALLOWED = ApplyOptions(allow=("disruptive",), allow_irreversible=True)


@dataclass(frozen=True)
class Fix:
    """One rule's fix of one bucket.

    Args:
        rule: the rule.
        bucket: the bucket.
        write: the call that it takes.
        undo: the call that undoes it.
        parameters: of the rule, other than the defaults.
    """

    rule: str
    bucket: str
    write: str
    undo: str
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def arn(self) -> str:
        """Give the bucket's ARN."""
        return f"arn:aws:s3:::{self.bucket}"


PUT_RULES, NO_RULES = "s3:PutBucketLifecycleConfiguration", "s3:DeleteBucketLifecycle"
MOVE = "s3-bucket-lifecycle-to-standard-ia"
TLS = "s3-bucket-ssl-requests-only"
KMS = {"algorithms": ["aws:kms"], "kms_key_id": "alias/shop"}
FIXES = (
    Fix(MOVE, "build-artifacts", PUT_RULES, NO_RULES),
    Fix(MOVE, "invoice-archive", PUT_RULES, PUT_RULES),
    Fix("s3-bucket-versioning-enabled", "build-artifacts", "s3:PutBucketVersioning", "s3:PutBucketVersioning"),
    Fix(
        "s3-bucket-level-public-access-prohibited",
        "build-artifacts",
        "s3:PutPublicAccessBlock",
        "s3:DeletePublicAccessBlock",
    ),
    Fix(
        "s3-bucket-server-side-encryption-enabled",
        "build-artifacts",
        "s3:PutBucketEncryption",
        "s3:PutBucketEncryption",
        KMS,
    ),
    Fix(TLS, "build-artifacts", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"),
    Fix(TLS, "invoice-archive", "s3:PutBucketPolicy", "s3:PutBucketPolicy"),
)


FURTHER = (
    Fix(MOVE, "media-library", PUT_RULES, PUT_RULES),
    Fix(MOVE, "customer-documents", PUT_RULES, PUT_RULES),
    Fix(MOVE, "team-backups", PUT_RULES, NO_RULES, {"access_pattern": "waived", "days": 45}),
)
"""Rules by size and of noncurrent versions, and a move that is asked for without known reading."""


@pytest.fixture(params=FIXES, ids=lambda fix: f"{fix.rule}-{fix.bucket}")
def fix(request: pytest.FixtureRequest) -> Any:
    """One of the fixes."""
    return request.param


@pytest.fixture
def estate(operator: Any) -> Any:
    """The operator of an account with the demo's buckets, who may do what is disruptive and does not come back."""
    operator.aws.reset(start=datetime.now(UTC) - timedelta(days=40))
    build(operator.aws)
    operator.aws.clock.advance(timedelta(days=39).total_seconds())
    operator.aws.calls.clear()
    operator.options = ALLOWED
    return operator


def _plan(estate: Any, fix: Fix) -> Plan:
    estate.parameters = {fix.rule: fix.parameters}
    planned = estate.plan(fix.rule, fix.arn)
    assert planned.plan is not None, estate.findings(planned.run)
    plan: Plan = planned.plan
    return plan


def _statuses(estate: Any, run: str) -> list[tuple[str, str | None]]:
    return [(str(record.status), record.reason) for record in estate.changes(run)]


WHOLE_DOCUMENTS = [FIXES[1], FIXES[3], FIXES[4]]
"""Fixes of a document that is there already."""


def _read_of(fix: Fix) -> str:
    return fix.write.replace(":Put", ":Get")


@pytest.fixture
def documents(estate: Any) -> Any:
    """The estate, with a public access block that keeps some of the public out."""
    some = {
        "BlockPublicAcls": True,
        "IgnorePublicAcls": False,
        "BlockPublicPolicy": True,
        "RestrictPublicBuckets": False,
    }
    client = estate.aws.client("s3")
    client.put_public_access_block(Bucket="build-artifacts", PublicAccessBlockConfiguration=some)
    estate.aws.clock.advance(3600)
    estate.aws.calls.clear()
    return estate


@pytest.mark.parametrize("fix", WHOLE_DOCUMENTS, ids=lambda fix: f"{fix.rule}-{fix.bucket}")
def test_what_botocore_does_not_know_of_a_document_is_not_written_over(documents: Any, fix: Fix) -> None:
    """An audit's verdict is as before; a plan has no fix, which would delete what is new, and says what to do."""
    documents.parameters = {fix.rule: fix.parameters}
    verdicts = documents.verdicts(fix.rule, fix.arn)
    documents.aws.faults.inject(_read_of(fix), "newer")
    assert {fix.bucket: "fail"} == verdicts == documents.verdicts(fix.rule, fix.arn)
    planned = documents.plan(fix.rule, fix.arn)
    assert planned.plan is None
    (finding,) = documents.findings(planned.run)
    assert "unknown" == finding["verdict"]
    assert "does not know and a fix would delete" in finding["reason"]
    assert "install a newer boto3" in finding["reason"]
    assert [] == documents.writes()


@pytest.mark.parametrize("fix", WHOLE_DOCUMENTS, ids=lambda fix: f"{fix.rule}-{fix.bucket}")
def test_nor_by_a_plan_that_was_made_before(documents: Any, fix: Fix) -> None:
    """Somebody uses a new setting between plan and apply: nothing is sent, and the reason is told."""
    plan = _plan(documents, fix)
    documents.aws.faults.inject(_read_of(fix), "newer")
    ((status, reason),) = _statuses(documents, documents.apply(plan))
    assert "skipped" == status
    assert "does not know and a fix would delete" in str(reason)
    assert [] == documents.writes()


@pytest.mark.parametrize("fix", WHOLE_DOCUMENTS, ids=lambda fix: f"{fix.rule}-{fix.bucket}")
def test_nor_by_a_rollback(documents: Any, fix: Fix) -> None:
    """What was added after the apply is somebody's work, too."""
    run = documents.apply(_plan(documents, fix))
    fault = documents.aws.faults.inject(_read_of(fix), "newer")
    documents.aws.calls.clear()
    documents.rollback(run)
    assert [] == documents.writes()
    documents.aws.faults.clear(fault)
    documents.rollback(run)
    undone = [call.name for call in documents.writes()]
    assert [fix.write] == undone  # what was there is put back


def test_a_plan_writes_nothing(estate: Any, fix: Fix) -> None:
    """Planning reads, and reads only."""
    steps = [step for change in _plan(estate, fix).changes() for step in change.steps]
    assert [(fix.write, [fix.undo])] == [(step.call.name, [undo.name for undo in step.undo]) for step in steps]
    assert [] == estate.writes()


@pytest.mark.parametrize("fix", FIXES + FURTHER, ids=lambda fix: f"{fix.rule}-{fix.bucket}")
def test_a_rollback_restores_what_was_there(estate: Any, fix: Fix) -> None:
    """Every owned fact is as it was before, and the policy's text byte for byte."""
    (change,) = _plan(estate, fix).changes()
    before = estate.facts(change.resource, *change.before, "policy.text", "lifecycle")
    run = estate.apply(_plan(estate, fix))
    assert before != estate.facts(change.resource, *change.before, "policy.text", "lifecycle")
    rollback = estate.rollback(run)
    assert [str(ChangeStatus.ROLLED_BACK)] == [status for status, _ in _statuses(estate, run)], _statuses(
        estate, rollback
    )
    assert before == estate.facts(change.resource, *change.before, "policy.text", "lifecycle")
    assert [fix.write, fix.undo] == [call.name for call in estate.writes()]


@pytest.mark.parametrize(("options", "said"), [(ApplyOptions(), "needs --allow disruptive"), (ALLOWED, None)])
def test_a_tls_only_policy_needs_to_be_allowed(estate: Any, options: ApplyOptions, said: str | None) -> None:
    """Somebody may use plain HTTP."""
    estate.options = options
    ((_, reason),) = _statuses(estate, estate.apply(_plan(estate, FIXES[-1])))
    assert (said is None) is (reason is None)
    assert (said or "") in (reason or "")


def test_a_move_needs_to_be_allowed_as_irreversible(estate: Any) -> None:
    """Objects that moved do not come back."""
    estate.options = ApplyOptions(allow=("disruptive",))
    ((_, reason),) = _statuses(estate, estate.apply(_plan(estate, FIXES[0])))
    assert "irreversible" in (reason or "")
    assert [] == estate.writes()


def test_a_rule_that_somebody_added_meanwhile_makes_the_plan_stale(estate: Any) -> None:
    """A put of what was planned would delete it."""
    plan = _plan(estate, FIXES[0])
    rule = {"ID": "new", "Status": "Enabled", "Filter": {"Prefix": "tmp/"}, "Expiration": {"Days": 7}}
    estate.aws.client("s3").put_bucket_lifecycle_configuration(
        Bucket="build-artifacts", LifecycleConfiguration={"Rules": [rule]}
    )
    estate.aws.calls.clear()
    ((status, _),) = _statuses(estate, estate.apply(plan))
    assert "stale" == status
    assert [] == estate.writes()


def test_a_policy_rewritten_meanwhile_makes_the_plan_stale(estate: Any) -> None:
    """The same statements in other words: the undo would not give them back."""
    plan = _plan(estate, FIXES[-1])
    client = estate.aws.client("s3")
    text = client.get_bucket_policy(Bucket="invoice-archive")["Policy"]
    client.put_bucket_policy(Bucket="invoice-archive", Policy=text + "\n")
    estate.aws.calls.clear()
    ((status, _),) = _statuses(estate, estate.apply(plan))
    assert "stale" == status
    assert [] == estate.writes()
