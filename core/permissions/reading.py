"""What reading aspects of a resource type needs: the IAM actions of its operations, limited to the resources read.

Computed from the declarations that the guards enforce, so that a policy cannot say less than what is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.aws.iam.limits import limits_of, place_of
from trueup.aws.iam.operations import actions_for
from trueup.aws.metrics import METRIC_OPERATION
from trueup.permissions.grant import Grant, grants_on
from trueup.service.declarations import MetricsAspect, ReadAspect
from trueup.service.needs import reading_order

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from trueup.service.declarations import AspectDeclaration, ResourceType

__all__ = ["listing_grants", "reading_actions", "reading_grants"]


def listing_grants(declared: ResourceType) -> frozenset[Grant]:
    """Give what listing the resources of a type needs; a list is of everything there is."""
    return grants_on(action for operation in declared.lists for action in actions_for(operation))


def reading_grants(declared: ResourceType, aspects: Iterable[str], arns: Collection[str] = ()) -> frozenset[Grant]:
    """Give what reading aspects, and all that they need, takes.

    Args:
        declared: the resource type.
        aspects: the names of its aspects.
        arns: the resources that are read, none for any. Each action is limited to them as far as AWS lets it be; what
            is read once for all resources of a scope, and metrics, stay on everything.
    """
    found: set[Grant] = set()
    for aspect in reading_order(declared.aspects, aspects):
        actions = [action for operation in _operations(aspect) for action in actions_for(operation)]
        if arns and isinstance(aspect, ReadAspect) and aspect.per == "resource":
            found.update(Grant(action, limit) for action in actions for limit in _limits(action, arns))
        else:
            found |= grants_on(actions)
    return frozenset(found)


def reading_actions(declared: ResourceType, aspects: Iterable[str]) -> frozenset[str]:
    """Give the IAM actions that listing a type and reading aspects of it take."""
    return frozenset(grant.action for grant in listing_grants(declared) | reading_grants(declared, aspects))


def _limits(action: str, arns: Collection[str]) -> frozenset[str]:
    return frozenset().union(*(limits_of(action, (arn,), place_of(arn)) for arn in arns))


def _operations(aspect: AspectDeclaration) -> tuple[str, ...]:
    if isinstance(aspect, ReadAspect):
        return aspect.reads
    return (METRIC_OPERATION,) if isinstance(aspect, MetricsAspect) else ()
