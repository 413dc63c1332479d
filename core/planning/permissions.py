"""The IAM policy of one plan: read, apply, settle, verify and undo, and nothing else.

Least privilege is computed from what stands in the plan and in the declarations, never kept by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.aws.iam.operations import actions_for
from trueup.planning.concrete import action_of, needed_aspects
from trueup.ruleset.condition import compile_condition
from trueup.service.declarations import MetricsAspect, ReadAspect

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from trueup.applying.bench import Plugins
    from trueup.planning.planned import PlannedChange
    from trueup.ruleset.rule import BoundRule
    from trueup.service.declarations import ResourceType

__all__ = ["plan_actions", "policy", "reading_actions"]

# What the host itself asks while it applies: metrics of the soak, alarms of the busy check.
HOST_READS = ("cloudwatch:GetMetricData", "cloudwatch:DescribeAlarms")


def reading_actions(declared: ResourceType, aspects: Iterable[str]) -> frozenset[str]:
    """Give the IAM actions that listing a type and reading aspects of it need."""
    operations = set(declared.lists)
    pending, seen = list(aspects), set()
    while pending:
        name = pending.pop()
        if name in seen or name not in declared.aspects:
            continue
        seen.add(name)
        aspect = declared.aspects[name]
        if isinstance(aspect, ReadAspect):
            operations |= set(aspect.reads)
        else:
            pending += aspect.needs
        if isinstance(aspect, MetricsAspect):
            operations.add(HOST_READS[0])
    return frozenset(action for operation in operations for action in actions_for(operation))


def plan_actions(
    changes: Iterable[PlannedChange], rules: Mapping[str, BoundRule], plugins: Plugins
) -> tuple[frozenset[str], frozenset[str]]:
    """Give the IAM actions that a plan needs: to read, and to write and undo."""
    reads: set[str] = {action for operation in HOST_READS for action in actions_for(operation)}
    writes: set[str] = set()
    for change in changes:
        declared, rule = plugins.resource_type(change.resource.type), rules[change.rule]
        settled = (compile_condition(step.settled).aspects for step in change.steps)
        reads |= reading_actions(declared, needed_aspects(declared, rule, change).union(*settled))
        writes |= set(action_of(declared, rule).permissions)
        for step in change.steps:
            for call in (step.call, *step.undo):
                writes |= set(actions_for(call.name))
    return frozenset(reads), frozenset(writes)


def policy(reads: Iterable[str], writes: Iterable[str] = (), resources: Iterable[str] = ()) -> dict[str, Any]:
    """Give an IAM policy document; writes are limited to the resources that are named."""
    statements: list[dict[str, Any]] = [
        {"Sid": "Read", "Effect": "Allow", "Action": sorted(set(reads)), "Resource": "*"}
    ]
    if writes := sorted(set(writes)):
        statements.append(
            {"Sid": "ApplyAndUndo", "Effect": "Allow", "Action": writes, "Resource": sorted(set(resources)) or "*"}
        )
    return {"Version": "2012-10-17", "Statement": statements}
