"""IAM policies as the simulated AWS evaluates them: a denial decides, then an allowance, else it is denied.

Evaluated are ``Action`` and ``Resource`` with ``*`` and ``?``, and ``StringEquals`` on ``iam:PassedToService``. What is
not evaluated (``NotAction``, ``NotResource``, other conditions) is refused when the policy is given, never passed over.

Source: IAM User Guide, "IAM JSON policy element reference" and "Policy evaluation logic".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Statement", "permits", "statements_of"]

_ELEMENTS = frozenset({"Sid", "Effect", "Action", "Resource", "Condition"})
_PASSED_TO = "iam:PassedToService"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a policy.

    Args:
        allows: whether it allows or denies.
        actions: patterns of IAM actions; case does not matter.
        resources: patterns of ARNs.
        passed_to: the services that a role may be passed to, None when it does not say.
    """

    allows: bool
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    passed_to: tuple[str, ...] | None = None

    def is_about(self, action: str, passed_to: str = "") -> bool:
        """Say whether it decides about an action, on whatever resource.

        Args:
            action: the IAM action.
            passed_to: the service that a role is passed to, as the names of services are written; its own name is
                enough, since which of a service's principals takes a role is written nowhere.
        """
        fits = any(_pattern(each.lower()).fullmatch(action.lower()) for each in self.actions)
        words = re.split("[.-]", passed_to)
        return fits and (
            self.passed_to is None or any(set(words) & set(re.split("[.-]", each)) for each in self.passed_to if words)
        )

    def covers(self, resource: str) -> bool:
        """Say whether an ARN is one of its resources."""
        return any(_pattern(each).fullmatch(resource) for each in self.resources)


def statements_of(policies: Iterable[Mapping[str, Any]]) -> tuple[Statement, ...]:
    """Give the statements of policy documents.

    Raises:
        ValueError: one has an element that is not evaluated here.
    """
    listed = [each for document in policies for each in _several(document["Statement"])]
    return tuple(map(_statement, listed))


def permits(statements: Iterable[Statement], action: str, resource: str, passed_to: str = "") -> bool:
    """Say whether statements together permit an action on a resource."""
    about = [each for each in statements if each.is_about(action, passed_to) and each.covers(resource)]
    return bool(about) and all(each.allows for each in about)


def _statement(document: Mapping[str, Any]) -> Statement:
    strange = sorted(document.keys() - _ELEMENTS)
    condition = document.get("Condition", {})
    if strange or condition.keys() - {"StringEquals"} or condition.get("StringEquals", {}).keys() - {_PASSED_TO}:
        found = ", ".join(strange) or f"the condition {condition}"
        message = (
            f"policy: expected only what the simulated AWS evaluates ({', '.join(sorted(_ELEMENTS))}), found {found}"
        )
        raise ValueError(message)
    passed_to = condition.get("StringEquals", {}).get(_PASSED_TO)
    return Statement(
        document["Effect"] == "Allow",
        tuple(_several(document["Action"])),
        tuple(_several(document["Resource"])),
        None if passed_to is None else tuple(_several(passed_to)),
    )


def _several(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


@lru_cache(maxsize=4096)
def _pattern(text: str) -> re.Pattern[str]:
    special = {"*": ".*", "?": "."}
    return re.compile("".join(special.get(each) or re.escape(each) for each in text), re.DOTALL)
