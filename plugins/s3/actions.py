"""The fixes of a bucket's settings, as pure functions from its facts to the calls that will be sent.

Each gives the whole of it: the call, its undo, what does not come back, and what it may break for whom.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.canonical import plain
from trueup.change import Call, Change, Refusal, Reversible, Risk, Step
from trueup.plugins.s3.exposure import FLAGS, reasons
from trueup.plugins.s3.policy import MAX_BYTES, document, inserted, tls_statement

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.facts.snapshot import Snapshot

__all__ = ["block_public_access", "enable_default_encryption", "enable_versioning", "require_tls"]


def enable_versioning(bucket: Snapshot, _parameters: Mapping[str, Any]) -> Change | Refusal:
    """Turn versioning on.

    Args:
        bucket: with ``versioning``.

    Source: S3 API, PutBucketVersioning: versioning that was once on can only be suspended.
    """
    if bucket["versioning.enabled"]:
        return Refusal("versioning is enabled already", passes=True)
    if bucket["versioning.MFADelete"] == "Enabled":
        return Refusal("MFA delete is on, and S3 takes a change of versioning then only with the device's code")
    step = Step(
        call=_call(bucket, "PutBucketVersioning", VersioningConfiguration={"Status": "Enabled"}),
        undo=(_call(bucket, "PutBucketVersioning", VersioningConfiguration={"Status": "Suspended"}),),
        effect={"versioning.enabled": True},
        repeatable=True,
    )
    return Change(
        summary=f"versioning of {bucket.resource.id}: {bucket['versioning.Status'] or 'never enabled'} becomes Enabled",
        steps=(step,),
        risk=Risk.SAFE,
        risk_reason="reads and writes go on as before; every version is stored and billed until it is deleted",
        reversible=Reversible.PARTLY,
        reversible_reason="versioning can only be suspended, never taken away, and versions made meanwhile stay",
        code="AWS::S3::Bucket VersioningConfiguration.Status: Enabled",
    )


def block_public_access(bucket: Snapshot, parameters: Mapping[str, Any]) -> Change | Refusal:
    """Turn all four settings of the public access block on.

    Args:
        bucket: with ``public_access_block`` and ``exposure``.
        parameters: ``include_public``, whether to close what is public now, a website or by policy or ACL.

    Source: S3 API, PutPublicAccessBlock, DeletePublicAccessBlock.
    """
    block = bucket["public_access_block"]
    if all(block[flag] for flag in FLAGS):
        return Refusal("public access is blocked already", passes=True)
    public = reasons(bucket)
    if public and not parameters.get("include_public", False):
        return Refusal(f"the bucket may be public on purpose: {public}; say include_public=true to close it")
    undo = _call(bucket, "DeletePublicAccessBlock")
    if block["configured"]:
        undo = _block(bucket, {flag: block[flag] for flag in FLAGS})
    step = Step(
        call=_block(bucket, dict.fromkeys(FLAGS, True)),
        undo=(undo,),
        effect={f"public_access_block.{name}": True for name in (*FLAGS, "configured")},
        repeatable=True,
    )
    off = ", ".join(flag for flag in FLAGS if not block[flag])
    return Change(
        summary=f"public access block of {bucket.resource.id}: {off} become on",
        steps=(step,),
        risk=Risk.DISRUPTIVE,
        risk_reason=f"the public is denied, and so are policies and lists that let it in; {public or 'none does now'}",
        code="AWS::S3::Bucket PublicAccessBlockConfiguration: all four true",
    )


def enable_default_encryption(bucket: Snapshot, parameters: Mapping[str, Any]) -> Change | Refusal:
    """Encrypt new objects by the first of the accepted algorithms, keeping what else the configuration says.

    Args:
        bucket: with ``encryption``.
        parameters: ``algorithms``, and ``kms_key_id`` (empty is the key that AWS manages).

    Source: S3 API, PutBucketEncryption, DeleteBucketEncryption.
    """
    if bucket["encryption.algorithm"] in parameters["algorithms"]:
        return Refusal("the bucket is encrypted by an accepted algorithm already", passes=True)
    algorithm = parameters["algorithms"][0]
    kms = algorithm != "AES256"
    key = {"KMSMasterKeyID": parameters["kms_key_id"]} if kms and parameters.get("kms_key_id") else {}
    before = plain(bucket["encryption.Rules"])
    kept = before[0] if before else {"BucketKeyEnabled": False}
    rules = [{**kept, "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": algorithm, **key}}]
    step = Step(
        call=_encrypt(bucket, rules),
        undo=(_encrypt(bucket, before) if before else _call(bucket, "DeleteBucketEncryption"),),
        effect={"encryption.Rules": rules, "encryption.algorithm": algorithm},
        repeatable=True,
    )
    return Change(
        summary=f"default encryption of {bucket.resource.id}: {bucket['encryption.algorithm']} becomes {algorithm}",
        steps=(step,),
        risk=Risk.DISRUPTIVE if kms else Risk.SAFE,
        risk_reason="who reads or writes new objects needs permission to use the key"
        if kms
        else "S3 encrypts and decrypts by itself, whoever may read an object reads it as before",
        reversible=Reversible.PARTLY,
        reversible_reason="objects that are written meanwhile stay encrypted as they were written",
        code=f"AWS::S3::Bucket BucketEncryption ServerSideEncryptionByDefault.SSEAlgorithm: {algorithm}",
    )


def require_tls(bucket: Snapshot, _parameters: Mapping[str, Any]) -> Change | Refusal:
    """Add one statement to the bucket's policy that denies requests without TLS; all else stays, byte for byte.

    Args:
        bucket: with ``policy``, ``policy_status``, ``public_access_block``, ``transport``.

    Source: S3 API, PutBucketPolicy (replaces the whole policy), DeleteBucketPolicy.
    """
    if bucket["transport.tls_only"]:
        return Refusal("requests without TLS are denied already", passes=True)
    if bucket["policy_status.IsPublic"] and bucket["public_access_block.BlockPublicPolicy"]:
        return Refusal(
            "the policy lets everyone in while BlockPublicPolicy is on, so that S3 would refuse to take it back"
        )
    text = bucket["policy.text"]
    after = inserted(text, tls_statement(bucket["policy.document"], bucket.resource.arn))
    if len(after.encode()) > MAX_BYTES:
        return Refusal(f"the policy would have {len(after.encode())} bytes, expected at most {MAX_BYTES}")
    undo = _call(bucket, "DeleteBucketPolicy") if text is None else _call(bucket, "PutBucketPolicy", Policy=text)
    step = Step(
        call=_call(bucket, "PutBucketPolicy", Policy=after),
        undo=(undo,),
        effect={"policy.document": document(after)["document"]},
        repeatable=True,
    )
    return Change(
        summary=f"policy of {bucket.resource.id}: one more statement denies requests without TLS",
        steps=(step,),
        risk=Risk.DISRUPTIVE,
        risk_reason="clients that use plain HTTP are denied",
        code="AWS::S3::BucketPolicy PolicyDocument.Statement: one more with Effect: Deny on aws:SecureTransport false",
    )


def _call(bucket: Snapshot, operation: str, **parameters: Any) -> Call:
    who = {"Bucket": bucket.resource.id, "ExpectedBucketOwner": bucket.resource.account}
    return Call("s3", operation, {**who, **parameters})


def _block(bucket: Snapshot, flags: Mapping[str, bool]) -> Call:
    return _call(bucket, "PutPublicAccessBlock", PublicAccessBlockConfiguration=dict(flags))


def _encrypt(bucket: Snapshot, rules: list[dict[str, Any]]) -> Call:
    return _call(bucket, "PutBucketEncryption", ServerSideEncryptionConfiguration={"Rules": rules})
