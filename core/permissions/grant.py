"""A grant: one IAM action on one resource, the atom that policies are made of.

Everything that reads or writes is told as grants first, so that what several rules or changes need is one set.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trueup.aws.iam.limits import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Grant", "grants_on"]


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """One action on one resource.

    Args:
        action: the IAM action.
        resource: an ARN, with ``*`` for the parts of it that are not known, or ``*`` alone.
        passed_to: for ``iam:PassRole`` the service that may be given the role, empty where it is not known.
    """

    action: str
    resource: str = EVERYTHING
    passed_to: str = ""


def grants_on(actions: Iterable[str], resource: str = EVERYTHING) -> frozenset[Grant]:
    """Give the grants of some actions on a resource."""
    return frozenset(Grant(action, resource) for action in actions)
