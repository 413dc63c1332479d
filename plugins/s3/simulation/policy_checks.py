"""What S3 demands of a bucket policy before it keeps it, byte for byte: its form, its resources, whom it lets in."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from trueup.plugins.s3.simulation.buckets import bucket_of
from trueup.plugins.s3.simulation.policies import is_public, listed, statements_of
from trueup.plugins.s3.simulation.refusals import access_denied
from trueup.testing.correction import Correction
from trueup.testing.exchange import AwsError

if TYPE_CHECKING:
    from trueup.testing.correction import Proceed, Simulation, Undo
    from trueup.testing.exchange import Answer, ApiRequest

__all__ = ["CHECKED"]

REQUIRED = ("Effect", "Principal", "Action", "Resource")
"""What each statement has, itself or as its negation (NotPrincipal, NotAction, NotResource)."""


def _install(aws: Simulation) -> Undo:
    return aws.answer("s3:PutBucketPolicy", _put)


CHECKED = Correction(
    name="s3-policy-checked",
    service="s3",
    says="S3 refuses a policy that is not well-formed or names another bucket, and a public one while "
    "BlockPublicPolicy is on; moto takes them all",
    source="botocore model s3:PublicAccessBlockConfiguration (BlockPublicPolicy); S3 user guide, troubleshooting "
    "access denied errors; the messages of MalformedPolicy as users quote them",
    install=_install,
)


def _put(request: ApiRequest, proceed: Proceed) -> Answer:
    bucket = bucket_of(request)
    _check_form(request.body, bucket.name)
    block = bucket.public_access_block
    if block is not None and block.block_public_policy and is_public(request.body):
        raise access_denied(
            f"User: arn:aws:iam::{request.account}:root is not authorized to perform: s3:PutBucketPolicy on resource: "
            f'"arn:aws:s3:::{bucket.name}" because public policies are prevented by the BlockPublicPolicy setting in '
            "S3 Block Public Access."
        )
    return proceed(request)


def _check_form(policy: bytes, bucket: str) -> None:
    try:
        document = json.loads(policy)
    except ValueError:
        document = None
    if not isinstance(document, dict) or not policy.startswith(b"{"):
        raise _malformed("Policies must be valid JSON and the first byte must be '{'")
    if "Statement" not in document:
        raise _malformed("Missing required field Statement")
    for statement in statements_of(policy):
        if not isinstance(statement, dict) or statement.get("Effect", "Deny") not in {"Allow", "Deny"}:
            raise _malformed("Invalid policy syntax.")
        for name in REQUIRED:
            if not {name, f"Not{name}"} & statement.keys():
                raise _malformed(f"Missing required field {name}")
        if not all(_is_of(bucket, resource) for resource in listed(statement.get("Resource", "*"))):
            raise _malformed("Policy has invalid resource")


def _is_of(bucket: str, resource: Any) -> bool:
    """Whether a resource of a policy is the bucket, or objects in it, possibly by wildcards."""
    pattern = str(resource).rpartition(":::")[2].partition("/")[0]
    return fnmatchcase(bucket, pattern)


def _malformed(message: str) -> AwsError:
    return AwsError("MalformedPolicy", message, 400)
