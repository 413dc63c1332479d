"""Which IAM actions an API operation needs.

Mostly the action has the operation's name, but not always (``s3:HeadBucket`` needs ``s3:ListBucket``), and the name of
a boto3 client is not always the IAM prefix (``elbv2`` is ``elasticloadbalancing``). A missing permission must be
reported by the name that goes into a policy, and a call must be guarded by the level of what it does, so both
exceptions are kept as data beside this module. No service is named in code.
"""

from __future__ import annotations

import difflib
import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, cast

from trueup.aws.iam.levels import canonical_action, is_read_only
from trueup.errors import TrueupError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["UnknownOperationError", "actions_for", "is_read_only_operation", "prefix_of"]

_EXCEPTIONS = "operation-actions.json"
_CLIENTS = "clients.json"


class UnknownOperationError(TrueupError):
    """Raised for an operation of which no IAM action is known; ``action`` is the one that was looked for."""

    def __init__(self, operation: str, action: str) -> None:
        self.operation = operation
        self.action = action
        client = operation.partition(":")[0] + ":"
        near = difflib.get_close_matches(operation, [name for name in _exceptions() if name.startswith(client)], n=1)
        hint = f"did you mean {near[0]}" if near else "name its actions in operation-actions.json"
        super().__init__(
            f"operation {operation}: expected an IAM action of that name in the shipped data, found no {action}; {hint}"
        )


@cache
def actions_for(operation: str) -> tuple[str, ...]:
    """Give the IAM actions that an operation needs.

    Args:
        operation: ``<boto3 client>:<Operation>``, e.g. ``s3:GetBucketEncryption``.

    Returns:
        At least one action as AWS writes it, e.g. ``("s3:GetEncryptionConfiguration",)``. All are needed, or, for the
        operations that take statements (PartiQL), those that fit the statement.

    Raises:
        UnknownOperationError: neither the exceptions nor the level table know it.
    """
    listed = _exceptions().get(operation)
    if listed is not None:
        return tuple(listed)
    client, _, name = operation.partition(":")
    action = f"{prefix_of(client)}:{name}"
    known = canonical_action(action)
    if known is None:
        raise UnknownOperationError(operation, action)
    return (known,)


@cache
def is_read_only_operation(operation: str) -> bool:
    """Say whether every action that the operation needs is read-only; an unknown operation is not."""
    try:
        actions = actions_for(operation)
    except UnknownOperationError:
        return False
    return all(is_read_only(action) for action in actions)


def prefix_of(client: str) -> str:
    """Give the IAM prefix of a boto3 client; a client that is not listed has its own name as prefix."""
    return _clients().get(client, client)


@cache
def _exceptions() -> Mapping[str, list[str]]:
    data = json.loads(files(__package__).joinpath(_EXCEPTIONS).read_text(encoding="utf-8"))
    return cast("dict[str, list[str]]", data["operations"])


@cache
def _clients() -> Mapping[str, str]:
    return cast("dict[str, str]", json.loads(files(__package__).joinpath(_CLIENTS).read_text(encoding="utf-8")))
