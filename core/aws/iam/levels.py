"""What AWS says an IAM action does: list, read, write, tag or manage permissions.

The guards let only listing and reading calls through while auditing, planning, settling and verifying, and the printed
policies are made of the same actions; both must work without the network, so AWS's table is shipped (README.md beside
this file says where it comes from).

Source: AWS Service Authorization Reference.
"""

from __future__ import annotations

import gzip
import json
import re
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import TypedDict, cast

__all__ = ["AccessLevel", "access_level", "action_names", "canonical_action", "is_read_only"]

_DATA = "access-levels.json.gz"

# AWS calls "Read" what gives data back, even when the call starts a job, spends money, hands out a session or, for a
# few, changes a setting (bedrock-agentcore:SetTokenVaultCMK). An audit needs none of them, so they are not read-only
# here. The word is the first of the action's name.
_WORDS_OF_EFFECT = frozenset({
    "Apply", "Approve", "Assume", "Authorize", "Call", "Cancel", "Client", "Complete", "Connect", "Create", "Deliver",
    "Execute", "Harvest", "Invoke", "Pass", "Receive", "Register", "Replication", "Request", "Run", "Send", "Set",
    "Start", "Stop", "Subscribe", "Use",
})  # fmt: skip

_FIRST_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")


class AccessLevel(StrEnum):
    """The five levels of the Service Authorization Reference, spelt as AWS spells them."""

    LIST = "List"
    READ = "Read"
    WRITE = "Write"
    TAGGING = "Tagging"
    PERMISSIONS_MANAGEMENT = "Permissions management"


class _Table(TypedDict):
    source: dict[str, str]
    services: dict[str, dict[str, str]]


def access_level(action: str) -> AccessLevel | None:
    """Give the access level of an IAM action.

    Args:
        action: ``prefix:Action``, e.g. ``dynamodb:DescribeTable``; case does not matter, as in IAM. No wildcards.

    Returns:
        The level, or None when the shipped data has no such action.
    """
    known = _find(action)
    return None if known is None else known[1]


def canonical_action(action: str) -> str | None:
    """Give the action as AWS writes it (``s3:getbucketcors`` is ``s3:GetBucketCORS``), or None when it is not known."""
    known = _find(action)
    return None if known is None else known[0]


@cache
def action_names(prefix: str) -> tuple[str, ...]:
    """Give the names of a service's actions as AWS writes them, sorted, without the prefix."""
    return tuple(sorted(name.partition(":")[2] for name, _ in _actions_of(prefix).values()))


def is_read_only(action: str) -> bool:
    """Say whether the action is known to only list or read; an unknown action is not.

    Stricter than AWS's level: an action whose first word tells of an effect (``sqs:ReceiveMessage`` hides messages,
    ``logs:StartQuery`` costs money) is not read-only, whatever its level.
    """
    known = _find(action)
    if known is None or known[1] not in {AccessLevel.LIST, AccessLevel.READ}:
        return False
    word = _FIRST_WORD.match(known[0].partition(":")[2])
    return word is not None and word.group() not in _WORDS_OF_EFFECT


def _find(action: str) -> tuple[str, AccessLevel] | None:
    prefix, _, name = action.partition(":")
    return _actions_of(prefix.lower()).get(name.lower())


@cache
def _actions_of(prefix: str) -> dict[str, tuple[str, AccessLevel]]:
    """Unpack one service; the others stay the strings that they are in the file."""
    levels = _table()["services"].get(prefix, {})
    return {
        name.lower(): (f"{prefix}:{name}", AccessLevel(level))
        for level, names in levels.items()
        for name in names.split()
    }


@cache
def _table() -> _Table:
    packed = files(__package__).joinpath(_DATA).read_bytes()
    return cast("_Table", json.loads(gzip.decompress(packed)))
