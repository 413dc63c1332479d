"""Asks IAM whether a plan's calls would be allowed, before the first of them is sent.

A change that breaks off half-way for want of a permission, or whose undo is denied, is worse than none. Not being
allowed to ask is usual and no error: the answer is then unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from trueup.errors import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from trueup.aws.connection import Connection
    from trueup.facts.unknown import Unknown

__all__ = ["SIMULATE_OPERATION", "Permission", "Permissions", "principal_of", "simulate"]

SIMULATE_OPERATION = "iam:SimulatePrincipalPolicy"

_NO_CONTEXT: Mapping[str, str] = MappingProxyType({})

_A_CALL = 50
"""Actions asked for at once; IAM takes 1,000 and answers in pages, small questions keep the answer in one."""


class Permission(StrEnum):
    """What IAM says of an action."""

    ALLOWED = "allowed"
    DENIED = "denied"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Permissions:
    """What IAM says of each action that was asked for.

    Args:
        of: action to answer; denied when any of the resources is.
        why_unknown: why IAM could not be asked, None when it could.
    """

    of: Mapping[str, Permission]
    why_unknown: Unknown | None = None

    def denied(self) -> tuple[str, ...]:
        """Give the denied actions, sorted."""
        return tuple(sorted(action for action, answer in self.of.items() if answer is Permission.DENIED))


def simulate(
    connection: Connection,
    principal_arn: str,
    actions: Iterable[str],
    resources: Iterable[str] = (),
    context: Mapping[str, str] = _NO_CONTEXT,
) -> Permissions:
    """Ask whether a principal may do actions on resources.

    Args:
        connection: whose account the principal is in; needs ``iam:SimulatePrincipalPolicy``.
        principal_arn: a user, role or role session (asked for as its role).
        actions: IAM actions, ``dynamodb:UpdateTable``.
        resources: ARNs that all of the actions are done on; none asks for any resource. An action that is never done
            on such a resource is answered as denied, so ask for each kind of resource by itself.
        context: condition keys to what they will be; a policy that asks for one that is not given denies.

    Returns:
        An answer for each action; all unknown when IAM may not be asked. Resource policies and service control
        policies of resources are not part of what IAM simulates here, so allowed is no promise.

    Source: IAM SimulatePrincipalPolicy.
    """
    wanted = sorted(set(actions))
    asked: dict[str, Any] = {"PolicySourceArn": principal_of(principal_arn)}
    if arns := sorted(set(resources)):
        asked["ResourceArns"] = arns
    if context:
        asked["ContextEntries"] = [
            {"ContextKeyName": name, "ContextKeyValues": [value], "ContextKeyType": "string"}
            for name, value in context.items()
        ]
    reader = connection.reader(connection.scope("global"), [SIMULATE_OPERATION])
    answers = dict.fromkeys(wanted, Permission.UNKNOWN)
    try:
        for some in _in_parts(wanted):
            for result in reader.paginate(SIMULATE_OPERATION, "EvaluationResults[]", ActionNames=some, **asked):
                action = result["EvalActionName"]
                if answers.get(action) is not Permission.DENIED:
                    allowed = result["EvalDecision"] == "allowed"
                    answers[action] = Permission.ALLOWED if allowed else Permission.DENIED
    except UnreadableError as error:
        return Permissions(dict.fromkeys(wanted, Permission.UNKNOWN), error.unknown)
    return Permissions(answers)


def principal_of(arn: str) -> str:
    """Give what IAM simulates for an ARN: a role session's role, else the ARN itself.

    A role with a path loses it in its session's ARN; IAM then answers NoSuchEntity, which is unknown.
    """
    head, _, session = arn.partition(":assumed-role/")
    if not session:
        return arn
    return f"{head.replace(':sts:', ':iam:')}:role/{session.partition('/')[0]}"


def _in_parts(actions: list[str]) -> Iterator[list[str]]:
    for at in range(0, len(actions), _A_CALL):
        yield actions[at : at + _A_CALL]
