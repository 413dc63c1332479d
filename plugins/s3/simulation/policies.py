"""Bucket policies: judged public as S3 judges them, and their conditions not forgotten."""

from __future__ import annotations

import ipaddress
import json
from typing import TYPE_CHECKING, Any

from trueup.plugins.s3.simulation.buckets import bucket_of
from trueup.testing.correction import Correction
from trueup.testing.exchange import AwsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trueup.testing.correction import Proceed, Simulation, Undo
    from trueup.testing.exchange import Answer, ApiRequest

__all__ = ["CONDITIONS_COUNT", "JUDGED", "is_public", "listed", "statements_of"]

NARROWING_KEYS = frozenset(
    {
        "aws:principalarn",
        "aws:principalaccount",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceip",
        "aws:sourceorgid",
        "aws:sourceorgpaths",
        "aws:sourceowner",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:userid",
        "s3:dataaccesspointaccount",
        "s3:dataaccesspointarn",
        "s3:x-amz-server-side-encryption-aws-kms-key-id",
    }
)
"""Condition keys whose fixed values make a policy not public (S3 user guide, the meaning of "public")."""

NEGATIVE_OPERATORS = ("not", "null")
"""Operators that name whom a policy excludes narrow nothing."""


def is_public(policy: str | bytes) -> bool:
    """Whether S3 calls a bucket policy public: it lets anyone in, and no condition with a fixed value says who.

    Source: S3 user guide, Blocking public access, the meaning of "public".
    """
    return any(_opens(statement) for statement in statements_of(policy))


def statements_of(policy: str | bytes) -> list[dict[str, Any]]:
    """The statements of a policy, which may hold one or a list of them."""
    return listed(json.loads(policy).get("Statement", []))


def listed(value: Any) -> list[Any]:
    """A value of a policy that may stand alone or in a list, as a list."""
    return value if isinstance(value, list) else [value]


def _install_judgement(aws: Simulation) -> Undo:
    return aws.answer("s3:GetBucketPolicyStatus", _status)


def _install_conditions(aws: Simulation) -> Undo:
    from moto.iam.access_control import IAMPolicy, PermissionResult
    from moto.s3.models import FakeBucket

    def permission(bucket: Any, action: str, resource: str) -> Any:
        statements = [] if bucket.policy is None else statements_of(bucket.policy)
        unconditional = [statement for statement in statements if "Condition" not in statement]
        if not unconditional:
            return PermissionResult.NEUTRAL
        return IAMPolicy(json.dumps({"Statement": unconditional})).is_action_permitted(action, resource)

    return aws.patch(FakeBucket, "get_permission", permission)


JUDGED = Correction(
    name="s3-policy-status",
    service="s3",
    says="S3 calls a policy public unless its conditions narrow it to fixed values of certain keys; moto calls it not "
    "public as soon as it has any condition",
    source='S3 user guide, Blocking public access, the meaning of "public"; botocore model s3:PolicyStatus',
    install=_install_judgement,
)


CONDITIONS_COUNT = Correction(
    name="s3-policy-conditions",
    service="s3",
    says="a Deny with a condition denies only requests that meet it; moto denies every request for an object, so that "
    "a TLS-only policy closes the bucket to all. Here no request meets a condition",
    source="IAM guide, policy evaluation logic; tried on moto: PutObject under a TLS-only policy answers 403",
    install=_install_conditions,
)


def _status(request: ApiRequest, _proceed: Proceed) -> Answer:
    bucket = bucket_of(request)
    if not bucket.policy:
        raise AwsError("NoSuchBucketPolicy", "The bucket policy does not exist", 404, BucketName=bucket.name)
    return request.answer({"PolicyStatus": {"IsPublic": is_public(bucket.policy)}})


def _opens(statement: dict[str, Any]) -> bool:
    return statement.get("Effect") == "Allow" and _names_everyone(statement) and not _is_narrowed(statement)


def _names_everyone(statement: dict[str, Any]) -> bool:
    if "NotPrincipal" in statement:
        return True
    principal = statement.get("Principal")
    named = principal.get("AWS", []) if isinstance(principal, dict) else principal
    return "*" in listed(named)


def _is_narrowed(statement: dict[str, Any]) -> bool:
    return any(
        key in NARROWING_KEYS and values and all(_is_fixed(key, value) for value in values)
        for key, values in _conditions(statement)
    )


def _conditions(statement: dict[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    for operator, pairs in statement.get("Condition", {}).items():
        plain = operator.lower().rpartition(":")[2]
        if any(word in plain for word in NEGATIVE_OPERATORS) or plain.endswith("ifexists"):
            continue
        for key, values in pairs.items():
            yield key.lower(), listed(values)


def _is_fixed(key: str, value: Any) -> bool:
    text = str(value)
    if key == "aws:sourceip":
        # Every address is no restriction; S3 also refuses very wide ranges, whose width its guide gives as /8 and /32.
        network = ipaddress.ip_network(text, strict=False)
        return network.prefixlen >= (8 if network.version == 4 else 32)  # noqa: PLR2004 - IP versions
    return "*" not in text and "?" not in text and "${" not in text
