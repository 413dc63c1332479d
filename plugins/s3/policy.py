"""A bucket's policy: its statements, whether they demand TLS, and one more statement put into its text.

A policy is somebody's text. One statement is inserted where the list of statements ends; every other byte stays, so
that the change can be read as what it is and the undo is the text itself.
"""

from __future__ import annotations

import json
from json import JSONDecodeError, JSONDecoder
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.facts.snapshot import Snapshot

__all__ = ["MAX_BYTES", "NONE", "document", "inserted", "tls_only", "tls_statement", "transport"]

MAX_BYTES = 20 * 1024
"""What S3 takes as a policy. Source: S3 user guide, bucket policies: limited to 20 KB in size."""

NONE: Mapping[str, Any] = {"text": None, "document": None}
"""The facts of a bucket without a policy."""

_TRANSPORT = "aws:securetransport"


def document(text: str) -> dict[str, Any]:
    """Give a policy's facts: the text as it is, and what it says.

    Raises:
        ValueError: the text is no JSON object.
    """
    parsed = json.loads(text)
    if not isinstance(parsed, dict):
        message = "expected a policy that is a JSON object"
        raise ValueError(message)  # noqa: TRY004 - text of a wrong form is a wrong value
    return {"text": text, "document": parsed}


def transport(bucket: Snapshot) -> dict[str, Any]:
    """Give ``{"tls_only"}``: whether requests without TLS are denied to everyone, for the bucket and its objects."""
    policy = bucket["policy.document"]
    return {"tls_only": policy is not None and tls_only(policy, bucket.resource.arn)}


def tls_only(policy: Mapping[str, Any], arn: str) -> bool:
    """Say whether a policy denies every request without TLS.

    One statement must do it whole, for everyone, every action, the bucket and its objects, on no further condition.

    Source: AWS Config, s3-bucket-ssl-requests-only; IAM user guide, aws:SecureTransport.
    """
    return any(_demands_tls(statement, arn) for statement in _listed(policy.get("Statement")))


def tls_statement(policy: Mapping[str, Any] | None, arn: str) -> dict[str, Any]:
    """Give the statement that demands TLS, with a Sid that no statement of the policy has."""
    statements = _listed((policy or {}).get("Statement"))
    taken = {statement.get("Sid") for statement in statements}
    names = ("DenyWithoutTls", *(f"DenyWithoutTls{number}" for number in range(2, len(statements) + 2)))
    return {
        "Sid": next(name for name in names if name not in taken),
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def inserted(text: str | None, statement: Mapping[str, Any]) -> str:
    """Give a policy's text with a statement after its last one, all else of it byte for byte; None is no policy yet.

    Raises:
        ValueError: the text is no policy, or has no statements.
    """
    new = json.dumps(statement, separators=(",", ":"), ensure_ascii=False)
    if text is None:
        return f'{{"Version":"2012-10-17","Statement":[{new}]}}'
    start, end = _span_of(text, "Statement")
    statements = text[start:end]
    if statements[0] != "[":
        return f"{text[:start]}[{statements},{new}]{text[end:]}"
    last = statements[:-1].rstrip()
    comma = "" if last == "[" else ","
    at = start + len(last)
    return f"{text[:at]}{comma}{new}{text[at:]}"


def _span_of(text: str, name: str) -> tuple[int, int]:
    """Give where the value of a member of the outermost object begins and ends."""
    decoder = JSONDecoder()
    at = _after_space(text, _after_space(text, 0) + 1)
    while text[at : at + 1] == '"':
        key, at = decoder.raw_decode(text, at)
        start = _after_space(text, _after_space(text, at) + 1)
        _, end = decoder.raw_decode(text, start)
        if key == name:
            return start, end
        at = _after_space(text, end)
        at = _after_space(text, at + 1) if text[at : at + 1] == "," else len(text)
    raise JSONDecodeError(f"expected a member {name}", text, at)


def _after_space(text: str, at: int) -> int:
    while text[at : at + 1] in {" ", "\t", "\n", "\r"}:
        at += 1
    return at


def _demands_tls(statement: Mapping[str, Any], arn: str) -> bool:
    return (
        statement.get("Effect") == "Deny"
        and _is_everyone(statement.get("Principal"))
        and bool({"s3:*", "*"} & {str(action).lower() for action in _listed(statement.get("Action"))})
        and _covers(_listed(statement.get("Resource")), arn)
        and _only_without_tls(statement.get("Condition"))
    )


def _is_everyone(principal: Any) -> bool:
    named = principal.get("AWS") if hasattr(principal, "get") else principal
    return "*" in _listed(named)


def _covers(resources: list[Any], arn: str) -> bool:
    every = {"*", "arn:*", f"{arn}*"}
    return bool(every & set(resources)) or {arn, f"{arn}/*"} <= set(resources)


def _only_without_tls(condition: Any) -> bool:
    """Say whether a condition is met by every request without TLS: this one key, and nothing besides."""
    if not hasattr(condition, "items") or len(condition) != 1:
        return False
    ((operator, keys),) = condition.items()
    if str(operator).lower() not in {"bool", "boolifexists"} or len(keys) != 1:
        return False
    ((key, values),) = keys.items()
    return str(key).lower() == _TRANSPORT and "false" in {str(value).lower() for value in _listed(values)}


def _listed(value: Any) -> list[Any]:
    """Give a value that may stand alone or in a list, as a list."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]
