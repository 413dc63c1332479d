"""Making an action's change concrete: ids, before- and after-images, what it relies on.

Used by plan and, with the same code, by the stale check: one way from facts to steps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.canonical import digest, plain
from trueup.change import Reversible, Risk
from trueup.errors import PluginError, UnknownFactError, UsageError
from trueup.facts.path import split_path
from trueup.facts.unknown import Unknown
from trueup.planning.planned import PlannedChange, change_id
from trueup.planning.soundness import problems, unsaid
from trueup.ruleset.condition import compile_condition

if TYPE_CHECKING:
    from trueup.change import Change
    from trueup.facts.schema import FactSchema
    from trueup.facts.snapshot import Snapshot
    from trueup.ruleset.rule import BoundRule
    from trueup.service.declarations import ActionDeclaration, ResourceType

__all__ = ["TAGS", "action_of", "check_step", "concrete", "needed_aspects"]

TAGS = "tags"

_RISKS = tuple(Risk)
_REVERSIBLE = tuple(Reversible)
_DECLARED = "the action says that what it does never wholly comes back"


def action_of(declared: ResourceType, rule: BoundRule) -> ActionDeclaration:
    """Give the action of a rule's remediation.

    Raises:
        PluginError: the resource type declares none of that name.
    """
    name = rule.rule.remediation.action if rule.rule.remediation else ""
    if name not in declared.actions:
        message = f"rule {rule.rule.id}: expected an action of {declared.name}, found {name!r}"
        raise PluginError(message)
    return declared.actions[name]


def needed_aspects(declared: ResourceType, rule: BoundRule, change: PlannedChange | None = None) -> frozenset[str]:
    """Give the aspects that planning or re-checking a rule's change needs: the rule's, the action's, tags, busy."""
    action = action_of(declared, rule)
    aspects = set(rule.aspects) | set(action.needs) | set(declared.busy_needs)
    aspects |= {split_path(path)[0] for path in action.owned}
    if change is not None:
        aspects |= {split_path(path)[0] for path in change.relies_on}
        for step in change.steps:
            aspects |= compile_condition(step.ready).aspects
    if TAGS in declared.aspects:
        aspects.add(TAGS)
    return frozenset(aspects) & frozenset(declared.aspects)


def concrete(
    declared: ResourceType, schema: FactSchema, rule: BoundRule, change: Change, snapshot: Snapshot
) -> PlannedChange:
    """Give the change as it stands in a plan; what manages the resource as code is for the caller to say.

    Raises:
        PluginError: it is no sound change, a step writes a fact that the action does not own, or uses a call that it
            does not declare.
        UnknownFactError: an owned fact is not known.
    """
    action = action_of(declared, rule)
    _expect_none(declared, action, problems(change))
    after: dict[str, Any] = {}
    for step in change.steps:
        after.update(step.effect)
        check_step(declared, action, [step.call.name, *(call.name for call in step.undo)], list(step.effect))
    undeclared = sorted(set(change.depends) - set(action.permissions))
    _expect_none(declared, action, [f"expected one of its declared permissions, found {each}" for each in undeclared])
    _expect_none(declared, action, unsaid(change))
    _expect_none(declared, action, _not_observed(schema, change))
    rule_id = rule.rule.id
    return PlannedChange(
        id=change_id(rule_id, snapshot.resource.arn),
        rule=rule_id,
        action=action.name,
        resource=snapshot.resource,
        parameters=plain(rule.action_parameters),
        summary=change.summary,
        steps=change.steps,
        risk=max(action.risk, change.risk, key=_RISKS.index),
        risk_reason=change.risk_reason,
        reversible=(reversible := max(action.reversible, change.reversible, key=_REVERSIBLE.index)),
        reversible_reason=change.reversible_reason or ("" if reversible is Reversible.YES else _DECLARED),
        before={path: plain(snapshot[path]) for path in after},
        after=plain(after),
        relies_on=_relies_on(schema, rule, action, snapshot),
        capacity=action.capacity,
        managed_by=None,
        projection=plain(change.projection),
        savings_monthly=plain(change.savings_monthly) if change.savings_monthly is not None else None,
        code=change.code,
        depends=plain(change.depends),
        undo_carries=plain(change.undo_carries),
        settle_seconds=min(change.settle_seconds or action.settle_seconds, action.settle_seconds),
        poll_seconds=action.poll_seconds,
    )


def _not_observed(schema: FactSchema, change: Change) -> list[str]:
    """Give what is wrong with the facts that tell the load that an undo must carry."""
    wrong: list[str] = []
    for path in change.undo_carries:
        try:
            kind = schema.kind(path)
        except UsageError as error:
            wrong.append(f"undo_carries: {error}")
        else:
            if kind != "observed":
                wrong.append(f"undo_carries: expected an observed fact, found {path}, which is {kind}")
    return wrong


def _expect_none(declared: ResourceType, action: ActionDeclaration, wrong: list[str]) -> None:
    if wrong:
        message = f"action {action.name} of {declared.name}: {'; '.join(wrong)}"
        raise PluginError(message)


def check_step(declared: ResourceType, action: ActionDeclaration, calls: list[str], paths: list[str]) -> None:
    """Check that a step stays within what its action declares.

    Raises:
        PluginError: it uses a call that is none of the declared writes, or writes a fact that is not owned.
    """
    for call in calls:
        if call not in action.writes:
            message = f"action {action.name} of {declared.name}: expected one of its declared writes, found {call}"
            raise PluginError(message)
    for path in paths:
        if not any(path == owned or path.startswith(f"{owned}.") for owned in action.owned):
            message = f"action {action.name} of {declared.name}: expected a fact that it owns, found {path}"
            raise PluginError(message)


def _relies_on(schema: FactSchema, rule: BoundRule, action: ActionDeclaration, snapshot: Snapshot) -> dict[str, str]:
    """Give the digests of the configuration facts that the rule's verdict and the steps rest on."""
    relied: dict[str, str] = {}
    for path in sorted({*rule.paths, *action.owned}):
        if schema.kind(path) != "configuration":
            continue
        value = snapshot.get(path)
        if isinstance(value, Unknown):
            raise UnknownFactError(path, value)
        relied[path] = digest(plain(value))
    return relied
