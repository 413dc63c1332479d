"""The IAM policy of one plan: read, apply, settle, verify and undo, and nothing else.

Least privilege is computed from what stands in the plan and in the declarations, never kept by hand.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from trueup.aws.iam.operations import actions_for
from trueup.planning.concrete import needed_aspects
from trueup.ruleset.condition import compile_condition
from trueup.service.declarations import MetricsAspect, ReadAspect

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from trueup.applying.bench import Plugins
    from trueup.planning.planned import PlannedChange
    from trueup.ruleset.rule import BoundRule
    from trueup.service.declarations import ResourceType

__all__ = ["plan_reads", "plan_writes", "policy", "reading_actions"]

# What the host itself asks while it applies: metrics of the soak, alarms of the busy check.
HOST_READS = ("cloudwatch:GetMetricData", "cloudwatch:DescribeAlarms")

_NO_WRITES: Mapping[tuple[str, ...], Iterable[str]] = MappingProxyType({})


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


def plan_reads(changes: Iterable[PlannedChange], rules: Mapping[str, BoundRule], plugins: Plugins) -> frozenset[str]:
    """Give the IAM actions that a plan needs to read: to judge again, to settle and to verify."""
    reads: set[str] = {action for operation in HOST_READS for action in actions_for(operation)}
    for change in changes:
        declared, rule = plugins.resource_type(change.resource.type), rules[change.rule]
        settled = (compile_condition(step.settled).aspects for step in change.steps)
        reads |= reading_actions(declared, needed_aspects(declared, rule, change).union(*settled))
    return frozenset(reads)


def plan_writes(changes: Iterable[PlannedChange]) -> dict[tuple[str, ...], frozenset[str]]:
    """Give the IAM actions that a plan needs to write and to undo, dependent ones too, by the ARNs that they act on."""
    writes: dict[tuple[str, ...], set[str]] = {}
    for change in changes:
        for step in change.steps:
            arns = tuple(sorted(set(step.acts_on))) or (change.resource.arn,)
            for call in (step.call, *step.undo):
                writes.setdefault(arns, set()).update(actions_for(call.name))
        for action, on in change.depends.items():
            writes.setdefault(tuple(sorted(set(on))), set()).add(action)
    return {arns: frozenset(actions) for arns, actions in writes.items()}


def policy(reads: Iterable[str], writes: Mapping[tuple[str, ...], Iterable[str]] = _NO_WRITES) -> dict[str, Any]:
    """Give an IAM policy document; each write is limited to the ARNs that it acts on."""
    statements: list[dict[str, Any]] = [
        {"Sid": "Read", "Effect": "Allow", "Action": sorted(set(reads)), "Resource": "*"}
    ]
    alike: dict[tuple[str, ...], set[str]] = {}
    for arns, actions in writes.items():
        alike.setdefault(tuple(sorted(set(actions))), set()).update(arns)
    for number, (actions, on) in enumerate(sorted(alike.items()), 1):
        resource: str | list[str] = "*" if "*" in on else sorted(on)
        statements.append(
            {"Sid": f"ApplyAndUndo{number}", "Effect": "Allow", "Action": list(actions), "Resource": resource}
        )
    return {"Version": "2012-10-17", "Statement": statements}
