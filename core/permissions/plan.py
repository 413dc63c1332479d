"""What one plan needs: to read, apply, settle, verify, watch and undo it, and what its calls depend on; nothing else.

Computed from what stands in the plan and in the declarations, never kept by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.applying.image import aspects_of
from trueup.aws.alarms import ALARM_OPERATION
from trueup.aws.iam.limits import limits_of, place_of
from trueup.aws.iam.operations import actions_for
from trueup.permissions.grant import Grant, grants_on
from trueup.permissions.reading import listing_grants, reading_grants
from trueup.planning.concrete import needed_aspects
from trueup.ruleset.condition import compile_condition
from trueup.service.arn import tells_resource
from trueup.service.judging import wanted_aspects

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from trueup.applying.bench import Plugins
    from trueup.change import Call, Step
    from trueup.planning.planned import PlannedChange
    from trueup.ruleset.rule import BoundRule
    from trueup.service.declarations import ResourceType

__all__ = ["asked_together", "plan_grants", "plan_reads", "plan_writes"]

# The one action whose grant can say who is given what.
_PASSING = "iam:PassRole"


def plan_grants(changes: Iterable[PlannedChange], rules: Mapping[str, BoundRule], plugins: Plugins) -> frozenset[Grant]:
    """Give everything that a plan needs, from the read before its first call to the undo of its last."""
    listed = list(changes)
    return plan_reads(listed, rules, plugins) | plan_writes(listed, plugins)


def plan_reads(changes: Iterable[PlannedChange], rules: Mapping[str, BoundRule], plugins: Plugins) -> frozenset[Grant]:
    """Give what a plan needs to read: to judge again, to see whether it is busy, to settle, verify, audit and watch."""
    found: set[Grant] = set()
    by_type: dict[str, list[PlannedChange]] = {}
    for change in changes:
        declared, rule = plugins.resource_type(change.resource.type), rules[change.rule]
        found |= reading_grants(declared, _looked_at(declared, rule, change), (change.resource.arn,))
        if declared.alarm_dimensions or declared.alarm_fact:
            found |= grants_on(actions_for(ALARM_OPERATION))
        by_type.setdefault(declared.name, []).append(change)
    for name, alike in by_type.items():
        found |= _closing_audit(plugins.resource_type(name), alike, rules)
    return frozenset(found)


def plan_writes(changes: Iterable[PlannedChange], plugins: Plugins) -> frozenset[Grant]:
    """Give what a plan needs to write and to undo, dependent actions too, on the resources that they act on."""
    found: set[Grant] = set()
    for change in changes:
        for step in change.steps:
            for call in (step.call, *step.undo):
                found.update(_of_call(change, step, call))
        passed_to = _passed_to(change, plugins)
        for action, arns in change.depends.items():
            to = passed_to if action == _PASSING else ""
            found.update(Grant(action, arn, to) for arn in arns)
    return frozenset(found)


def asked_together(change: PlannedChange, plugins: Plugins) -> Iterator[tuple[tuple[str, ...], str, tuple[str, ...]]]:
    """Yield what a change needs to write and to undo as questions to IAM: resources, who is passed a role, actions.

    An action is asked for with the resources that it is done on and no others, since IAM denies it on all others.
    """
    on: dict[tuple[str, str], set[str]] = {}
    for grant in plan_writes([change], plugins):
        on.setdefault((grant.action, grant.passed_to), set()).add(grant.resource)
    alike: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for (action, passed_to), arns in sorted(on.items()):
        alike.setdefault((tuple(sorted(arns)), passed_to), []).append(action)
    yield from ((arns, passed_to, tuple(actions)) for (arns, passed_to), actions in alike.items())


def _looked_at(declared: ResourceType, rule: BoundRule, change: PlannedChange) -> frozenset[str]:
    """Give every aspect that is read for a change by itself, between its check and the end of its watch."""
    aspects = set(needed_aspects(declared, rule, change)) | aspects_of(change.undo_carries)
    for step in change.steps:
        aspects |= compile_condition(step.settled).aspects
    if rule.regression is not None:
        aspects |= rule.regression.aspects
    return frozenset(aspects) & frozenset(declared.aspects)


def _closing_audit(
    declared: ResourceType, changes: Iterable[PlannedChange], rules: Mapping[str, BoundRule]
) -> frozenset[Grant]:
    """Give what the audit after an apply needs: it judges each changed resource by every rule of the plan."""
    listed = list(changes)
    wanted = wanted_aspects([rules[each.rule] for each in listed], lambda _, aspect: aspect in declared.aspects)
    reads = reading_grants(declared, wanted[declared.name], {each.resource.arn for each in listed})
    # A resource whose ARN does not say where it is has to be found in the list.
    return reads if tells_resource(declared) else reads | listing_grants(declared)


def _of_call(change: PlannedChange, step: Step, call: Call) -> Iterator[Grant]:
    resource = change.resource
    place = place_of(resource.arn, resource.region, resource.account)
    arns = tuple(sorted(set(step.acts_on))) or (resource.arn,)
    for action in actions_for(call.name):
        if action not in change.depends:
            yield from (Grant(action, limit) for limit in limits_of(action, arns, place, call.parameters))


def _passed_to(change: PlannedChange, plugins: Plugins) -> str:
    action = plugins.resource_type(change.resource.type).actions.get(change.action)
    return action.passes_roles_to if action else ""
