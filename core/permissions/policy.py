"""IAM policy documents: grants written as few statements, and cut into managed policies when one cannot hold them.

Source: IAM User Guide, "IAM and AWS STS quotas" and "IAM JSON policy element reference".
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from trueup.aws.iam.levels import is_read_only
from trueup.aws.iam.limits import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from trueup.permissions.grant import Grant

__all__ = ["MANAGED_POLICY_CHARACTERS", "characters", "divided", "policy"]

MANAGED_POLICY_CHARACTERS = 6_144
"""How long a managed policy may be; IAM counts no white space."""

_VERSION = "2012-10-17"


def policy(grants: Iterable[Grant]) -> dict[str, Any]:
    """Give the policy document that allows some grants and nothing else.

    Returns:
        Statements in a fixed order, so that two policies can be compared; what only reads comes first. Actions on the
        same resources share a statement.
    """
    return _document(_numbered(_statements(grants)))


def characters(document: dict[str, Any]) -> int:
    """Give how long IAM finds a document."""
    return len(json.dumps(document, separators=(",", ":")))


def divided(document: dict[str, Any], limit: int = MANAGED_POLICY_CHARACTERS) -> list[dict[str, Any]]:
    """Cut a document into several that each are within the limit and together allow the same; one if it is."""
    documents: list[dict[str, Any]] = []
    for statement in document["Statement"]:
        for part in _fitting(statement, limit):
            last = documents[-1]["Statement"] if documents else []
            if documents and characters(_document([*last, part])) <= limit:
                last.append(part)
            else:
                documents.append(_document([part]))
    return documents


def _statements(grants: Iterable[Grant]) -> Iterator[dict[str, Any]]:
    """Yield a statement for each set of resources, the actions on exactly these together."""
    reach: dict[tuple[str, str], set[str]] = {}
    for grant in grants:
        reach.setdefault((grant.action, grant.passed_to), set()).add(grant.resource)
    alike: dict[tuple[bool, tuple[str, ...], str], list[str]] = {}
    for (action, passed_to), resources in sorted(reach.items()):
        on = (EVERYTHING,) if EVERYTHING in resources else tuple(sorted(resources))
        alike.setdefault((not is_read_only(action), on, passed_to), []).append(action)
    for (writes, on, passed_to), actions in sorted(alike.items()):
        statement: dict[str, Any] = {
            "Sid": "ApplyAndUndo" if writes else "Read",
            "Effect": "Allow",
            "Action": actions,
            "Resource": on[0] if len(on) == 1 else list(on),
        }
        if passed_to:
            statement["Condition"] = {"StringEquals": {"iam:PassedToService": passed_to}}
        yield statement


def _numbered(statements: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give the statements with Sids that differ, as IAM wants them within a policy."""
    counts: dict[str, int] = {}
    numbered = []
    for statement in statements:
        sid = statement["Sid"]
        counts[sid] = counts.get(sid, 0) + 1
        numbered.append({**statement, "Sid": sid if counts[sid] == 1 else f"{sid}{counts[sid]}"})
    return numbered


def _fitting(statement: dict[str, Any], limit: int) -> Iterator[dict[str, Any]]:
    """Yield a statement, in halves while it is too long: of its resources, or of its actions when it has one."""
    if characters(_document([statement])) <= limit:
        yield statement
        return
    for name in ("Resource", "Action"):
        values = statement[name]
        if isinstance(values, list) and len(values) > 1:
            middle = len(values) // 2
            for half, letter in ((values[:middle], "a"), (values[middle:], "b")):
                yield from _fitting({**statement, "Sid": statement["Sid"] + letter, name: half}, limit)
            return
    yield statement


def _document(statements: list[dict[str, Any]]) -> dict[str, Any]:
    return {"Version": _VERSION, "Statement": statements}
