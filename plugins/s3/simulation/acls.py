"""Access control lists: disabled on a new bucket, and public ones refused while the public access block is on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.plugins.s3.simulation.buckets import bucket_name, bucket_of, owner_of
from trueup.plugins.s3.simulation.refusals import access_denied
from trueup.testing.correction import Correction, together
from trueup.testing.exchange import AwsError

if TYPE_CHECKING:
    from trueup.testing.correction import Proceed, Simulation, Undo
    from trueup.testing.exchange import Answer, ApiRequest

__all__ = ["DISABLED", "PUBLIC_REFUSED"]

ENFORCED = "BucketOwnerEnforced"

OWNERS_ACLS = frozenset({"private", "bucket-owner-full-control"})
"""Canned lists that give nothing to anyone but the owner, which S3 takes also when lists are disabled."""

PUBLIC_ACLS = frozenset({"public-read", "public-read-write", "authenticated-read"})

EVERYONE = ("/global/AllUsers", "/global/AuthenticatedUsers")
"""How the names of the groups end that make a list public (S3 user guide, the meaning of "public")."""

_GRANTS = ("GrantFullControl", "GrantRead", "GrantReadACP", "GrantWrite", "GrantWriteACP")


def _install_disabled(aws: Simulation) -> Undo:
    return together(aws.answer("s3:CreateBucket", _create), aws.answer("s3:PutBucketAcl", _put_when_disabled))


def _install_public(aws: Simulation) -> Undo:
    return aws.answer("s3:PutBucketAcl", _put_when_blocked)


DISABLED = Correction(
    name="s3-acls-disabled",
    service="s3",
    says="a new bucket's Object Ownership is BucketOwnerEnforced, and no list but the owner's can be put on it; moto "
    "has no ownership unless asked and takes any list",
    source="botocore model s3:ObjectOwnership (by default BucketOwnerEnforced, ACLs are disabled), s3:PutBucketAcl "
    "(AccessControlListNotSupported)",
    install=_install_disabled,
)

PUBLIC_REFUSED = Correction(
    name="s3-public-acl-refused",
    service="s3",
    says="S3 refuses a public list while BlockPublicAcls is on; moto takes it",
    source="botocore model s3:PublicAccessBlockConfiguration (BlockPublicAcls: PUT Bucket ACL calls fail if the ACL is "
    "public); S3 user guide, troubleshooting access denied errors",
    install=_install_public,
)


def _create(request: ApiRequest, proceed: Proceed) -> Answer:
    new = owner_of(bucket_name(request)) is None
    answer = proceed(request)
    if answer.ok and new and "ObjectOwnership" not in request.parameters:
        bucket_of(request).ownership_rule = ENFORCED
    return answer


def _put_when_disabled(request: ApiRequest, proceed: Proceed) -> Answer:
    if bucket_of(request).ownership_rule == ENFORCED and request.parameters.get("ACL") not in OWNERS_ACLS:
        raise AwsError("AccessControlListNotSupported", "The bucket does not allow ACLs", 400)
    return proceed(request)


def _put_when_blocked(request: ApiRequest, proceed: Proceed) -> Answer:
    bucket = bucket_of(request)
    block = bucket.public_access_block
    if block is not None and block.block_public_acls and _is_public(request.parameters):
        raise access_denied(
            f"User: arn:aws:iam::{request.account}:root is not authorized to perform: s3:PutBucketAcl on resource: "
            f'"arn:aws:s3:::{bucket.name}" because public ACLs are prevented by the BlockPublicAcls setting in S3 '
            "Block Public Access."
        )
    return proceed(request)


def _is_public(parameters: dict[str, Any]) -> bool:
    granted = [grant.get("Grantee", {}).get("URI", "") for grant in _grants(parameters)]
    named = [parameters.get(name, "").strip('"') for name in _GRANTS]
    return parameters.get("ACL") in PUBLIC_ACLS or any(text.endswith(EVERYONE) for text in [*granted, *named])


def _grants(parameters: dict[str, Any]) -> list[dict[str, Any]]:
    grants: list[dict[str, Any]] = parameters.get("AccessControlPolicy", {}).get("Grants", [])
    return grants
