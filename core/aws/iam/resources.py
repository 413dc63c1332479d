"""Which resources an IAM action can be limited to: kinds of resources, each with the form of its ARN.

A policy that allows more than a plan needs is no least privilege, and one that limits an action which knows no
permission for one resource allows nothing. Read only when a policy is made or enforced, never while auditing.

Source: AWS Service Authorization Reference, "Resource types" of each action (README.md beside this file).
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, cast

from trueup.aws.iam.levels import action_names, canonical_action

__all__ = ["Kind", "kinds_of"]

_DATA = "resources.json.gz"
_HEAD = "arn:${Partition}:%s:${Region}:${Account}:"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of resource that an action can be limited to.

    Args:
        name: as the reference names it, ``table``.
        arn: the form of its ARN, ``arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}``.
        required: whether the action is always done on one of it; of kinds that are not, any one will do.
    """

    name: str
    arn: str
    required: bool


@cache
def kinds_of(action: str) -> tuple[Kind, ...]:
    """Give the kinds of resources that an action can be limited to.

    Args:
        action: ``prefix:Action``; case does not matter.

    Returns:
        None at all when the action is only ever allowed on everything, or is not known.
    """
    prefix, _, name = (canonical_action(action) or "").partition(":")
    service = _services().get(prefix)
    if service is None:
        return ()
    kinds = service["kinds"][service["actions"][action_names(prefix).index(name)]]
    return tuple(_kind(prefix, kind, service["arns"]) for kind in kinds)


def _kind(prefix: str, kind: str, arns: dict[str, str]) -> Kind:
    name = kind.removesuffix("*")
    arn = arns[name]
    return Kind(name, arn if arn.startswith("arn:") else _HEAD % prefix + arn, kind.endswith("*"))


@cache
def _services() -> dict[str, dict[str, Any]]:
    packed = files(__package__).joinpath(_DATA).read_bytes()
    return cast("dict[str, dict[str, Any]]", json.loads(gzip.decompress(packed))["services"])
