"""Tests of the fixes as pure functions: what all have in common, and each setting with its undo."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.plugins.s3.documents import LIFECYCLES
from trueup.aws.check import check_call
from trueup.change import Reversible, Risk
from trueup.errors import UnknownFactError
from trueup.facts.path import split_path
from trueup.facts.snapshot import lookup
from trueup.facts.unknown import Reason, Unknown
from trueup.plugins.s3.exposure import FLAGS
from trueup.plugins.s3.policy import document

DENIED = Unknown(Reason.ACCESS_DENIED, "", "s3:GetBucketPolicy", "s3:GetBucketPolicy")
ACTIONS = (
    "add-lifecycle-transition",
    "enable-versioning",
    "block-public-access",
    "enable-default-encryption",
    "require-tls",
)


@pytest.mark.parametrize("action", ACTIONS)
def test_the_effect_is_what_the_action_owns(buckets: Any, action: str) -> None:
    """Each declared owned fact has a value after the step, something changes, and only declared calls are used."""
    snapshot, declared = buckets.snapshot(), buckets.type.actions[action]
    (step,) = buckets.change(action, snapshot).steps
    assert sorted(declared.owned) == sorted(step.effect)
    assert any(lookup(snapshot.aspects, path) != value for path, value in step.effect.items())
    assert {step.call.name, *(undo.name for undo in step.undo)} <= set(declared.writes)


@pytest.mark.parametrize("action", ACTIONS)
def test_every_call_names_the_owner_and_may_be_sent_again(buckets: Any, action: str) -> None:
    """A bucket of somebody else is never written, and each put says the whole of it."""
    (step,) = buckets.change(action, buckets.snapshot()).steps
    assert step.repeatable
    for call in (step.call, *step.undo):
        assert {"Bucket": "orders", "ExpectedBucketOwner": "123456789012"}.items() <= call.parameters.items()
        assert [] == list(check_call(call))


@given(rules=LIFECYCLES)
def test_every_merge_is_valid_offline(buckets: Any, rules: list[dict[str, Any]]) -> None:
    """Whatever the rules, the planned put and its undo pass botocore's model."""
    snapshot = buckets.with_rules(*rules) if rules else buckets.snapshot()
    (step,) = buckets.change("add-lifecycle-transition", snapshot).steps
    assert [] == [problem for call in (step.call, *step.undo) for problem in check_call(call)]


def test_risk_and_reversibility_are_told(buckets: Any) -> None:
    """What denies somebody is disruptive; what leaves something behind says what."""
    found = {name: buckets.change(name, buckets.snapshot()) for name in ACTIONS}
    assert {
        "add-lifecycle-transition": (Risk.SAFE, Reversible.NO),
        "enable-versioning": (Risk.SAFE, Reversible.PARTLY),
        "block-public-access": (Risk.DISRUPTIVE, Reversible.YES),
        "enable-default-encryption": (Risk.DISRUPTIVE, Reversible.PARTLY),
        "require-tls": (Risk.DISRUPTIVE, Reversible.YES),
    } == {name: (change.risk, change.reversible) for name, change in found.items()}
    for change in found.values():
        assert change.risk_reason
        assert change.code.startswith("AWS::S3::Bucket")
        assert bool(change.reversible_reason) is (change.reversible is not Reversible.YES)


@pytest.mark.parametrize("action", ACTIONS)
def test_actions_need_only_what_they_declare(buckets: Any, action: str) -> None:
    """An action planned from its declared needs alone gives the same change."""
    snapshot, declared = buckets.snapshot(), buckets.type.actions[action]
    only = replace(snapshot, aspects={name: snapshot.aspects[name] for name in declared.needs})
    assert buckets.change(action, snapshot) == buckets.change(action, only)


@pytest.mark.parametrize("action", ACTIONS)
def test_nothing_is_planned_from_what_is_not_known(buckets: Any, action: str) -> None:
    """Each owned aspect that could not be read stops the action."""
    snapshot, declared = buckets.snapshot(), buckets.type.actions[action]
    for aspect in {split_path(path)[0] for path in declared.owned}:
        unknown = replace(snapshot, aspects={**snapshot.aspects, aspect: DENIED})
        with pytest.raises(UnknownFactError):
            buckets.change(action, unknown)


@pytest.mark.parametrize("action", ACTIONS)
def test_a_second_fix_finds_nothing_to_do(buckets: Any, action: str) -> None:
    """On facts as they are after the fix the action says that it is done, or the rule passes."""
    (step,) = buckets.change(action, buckets.snapshot()).steps
    after: dict[str, dict[str, Any]] = {}
    for path, value in step.effect.items():
        aspect, name = split_path(path)
        after.setdefault(aspect, {**buckets.snapshot()[aspect]})[name] = value
    snapshot = buckets.snapshot(**after)
    if action == "add-lifecycle-transition":
        assert snapshot["tiering.days"] == 30
    else:
        refusal = buckets.refusal(action, snapshot)
        assert refusal.passes
        assert "already" in refusal.reason


@pytest.mark.parametrize("status", [None, "Suspended"])
def test_versioning_goes_back_to_suspended_only(buckets: Any, status: str | None) -> None:
    """There is no way back to a bucket that was never versioned."""
    (step,) = buckets.change(
        "enable-versioning", buckets.snapshot(versioning={"Status": status, "enabled": False})
    ).steps
    assert {"Status": "Enabled"} == step.call.parameters["VersioningConfiguration"]
    assert {"Status": "Suspended"} == step.undo[0].parameters["VersioningConfiguration"]


def test_versioning_with_mfa_delete_is_left_alone(buckets: Any) -> None:
    """S3 asks for a device's code that we do not have."""
    guarded = {"Status": "Suspended", "MFADelete": "Enabled", "enabled": False}
    assert "MFA delete" in buckets.refusal("enable-versioning", buckets.snapshot(versioning=guarded)).reason


@given(flags=st.fixed_dictionaries(dict.fromkeys(FLAGS, st.booleans())), configured=st.booleans())
def test_a_block_comes_back_as_it_was(buckets: Any, flags: dict[str, bool], *, configured: bool) -> None:
    """The undo puts the settings of before, or deletes the block where there was none."""
    block = {**(flags if configured else dict.fromkeys(FLAGS, False)), "configured": configured}
    snapshot = buckets.snapshot(public_access_block=block)
    if all(block[flag] for flag in FLAGS):
        assert buckets.refusal("block-public-access", snapshot).passes
        return
    (step,) = buckets.change("block-public-access", snapshot).steps
    assert dict.fromkeys(FLAGS, True) == step.call.parameters["PublicAccessBlockConfiguration"]
    (undo,) = step.undo
    assert ("s3:PutPublicAccessBlock" if configured else "s3:DeletePublicAccessBlock") == undo.name
    assert (flags if configured else None) == undo.parameters.get("PublicAccessBlockConfiguration")


@pytest.mark.parametrize(
    ("aspects", "said"),
    [
        ({"website": {"enabled": True}}, "it is a website"),
        ({"policy_status": {"IsPublic": True}}, "its policy lets everyone in"),
        (
            {
                "acl": {"public_grants": [{"group": "AllUsers", "permission": "READ"}]},
                "ownership": {"ObjectOwnership": None},
            },
            "its access control list lets everyone in",
        ),
    ],
)
def test_what_is_public_is_not_closed_unasked(buckets: Any, aspects: dict[str, Any], said: str) -> None:
    """A website, or a bucket that is public by policy or list, may be so on purpose."""
    snapshot = buckets.snapshot(**aspects)
    assert f"may be public on purpose: {said}" in buckets.refusal("block-public-access", snapshot).reason
    assert said in buckets.change("block-public-access", snapshot, include_public=True).risk_reason


def test_a_list_that_ownership_disables_makes_nothing_public(buckets: Any) -> None:
    """Grants stay in a list that has no effect any more."""
    grants = {"public_grants": [{"group": "AllUsers", "permission": "READ"}]}
    assert not buckets.snapshot(acl=grants)["exposure.is_public"]


@pytest.mark.parametrize(
    ("parameters", "by_default", "risk"),
    [
        ({"algorithms": ["aws:kms"]}, {"SSEAlgorithm": "aws:kms"}, Risk.DISRUPTIVE),
        (
            {"algorithms": ["aws:kms:dsse", "aws:kms"], "kms_key_id": "alias/shop"},
            {"SSEAlgorithm": "aws:kms:dsse", "KMSMasterKeyID": "alias/shop"},
            Risk.DISRUPTIVE,
        ),
    ],
)
def test_encryption_changes_the_algorithm_alone(
    buckets: Any, parameters: dict[str, Any], by_default: dict[str, Any], risk: Risk
) -> None:
    """What else the rule says is kept, and the undo puts the whole rule back."""
    rule = {
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"},
        "BucketKeyEnabled": True,
        "BlockedEncryptionTypes": {"EncryptionType": ["SSE-C"]},
    }
    snapshot = buckets.snapshot(encryption={"Rules": [rule], "algorithm": "AES256"})
    change = buckets.change("enable-default-encryption", snapshot, **parameters)
    (step,) = change.steps
    sent = step.call.parameters["ServerSideEncryptionConfiguration"]["Rules"]
    assert [{**rule, "ApplyServerSideEncryptionByDefault": by_default}] == sent
    assert [rule] == step.undo[0].parameters["ServerSideEncryptionConfiguration"]["Rules"]
    assert risk is change.risk


def test_a_bucket_without_encryption_gets_some(buckets: Any) -> None:
    """AWS no longer has such buckets; the undo would give one back."""
    snapshot = buckets.snapshot(encryption={"Rules": [], "algorithm": None})
    change = buckets.change("enable-default-encryption", snapshot, algorithms=["AES256"], kms_key_id="alias/unused")
    (step,) = change.steps
    assert {"SSEAlgorithm": "AES256"} == step.effect["encryption.Rules"][0]["ApplyServerSideEncryptionByDefault"]
    assert ("s3:DeleteBucketEncryption", Risk.SAFE) == (step.undo[0].name, change.risk)


def test_a_policy_that_could_not_be_put_back_is_left_alone(buckets: Any) -> None:
    """S3 refuses a public policy while BlockPublicPolicy is on, ours with one more statement, too."""
    blocked = {**dict.fromkeys(FLAGS, True), "configured": True}
    snapshot = buckets.snapshot(policy_status={"IsPublic": True}, public_access_block=blocked)
    assert "BlockPublicPolicy" in buckets.refusal("require-tls", snapshot).reason


def test_a_policy_may_not_grow_too_large(buckets: Any) -> None:
    """S3 takes 20 KB."""
    text = '{"Statement":[],"Id":"%s"}' % ("x" * 20_400)
    refusal = buckets.refusal("require-tls", buckets.snapshot(policy=document(text)))
    assert "expected at most 20480" in refusal.reason


def test_a_new_policy_is_deleted_again(buckets: Any) -> None:
    """Where there was none, none is left."""
    (step,) = buckets.change("require-tls", buckets.snapshot()).steps
    assert ["s3:DeleteBucketPolicy"] == [undo.name for undo in step.undo]
