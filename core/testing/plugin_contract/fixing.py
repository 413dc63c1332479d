"""What a fix owes: tried on the estate it makes its rule pass, by the planned calls, once, and can be undone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from trueup.aws.models import operation_model
from trueup.canonical import same
from trueup.change import Change, Reversible
from trueup.facts.path import split_path
from trueup.journal.changes import ChangeStatus
from trueup.service.declarations import ReadAspect
from trueup.testing.plugin_contract.broken import invariant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from trueup.change import Call as PlannedCall
    from trueup.planning.planned import PlannedChange
    from trueup.service.declarations import ResourceType
    from trueup.testing.calls import Call
    from trueup.testing.plugin_contract.subject import Subject

__all__ = [
    "apply_makes_it_pass",
    "every_action_is_tried",
    "nothing_else_changes",
    "rollback_restores",
    "second_apply_does_nothing",
    "sent_is_what_is_planned",
]

_GOOD = frozenset({"pass", "not_applicable"})

_REFERENCES = ({"$result"}, {"$fact"}, {"$run"})
"""What stands in a plan for a value that is known only when the call is sent."""


@invariant(
    "every action is the fix of a rule, and is tried on the estate",
    why="a fix that was never applied and undone anywhere is tried in production first",
    mend="{estate}: build a resource that fails the rule and that the action fixes; what the demo is not to show is "
    "made by a function further(aws) beside it, and parameters that the rule needs stand in PARAMETERS there",
)
def every_action_is_tried(subject: Subject) -> Iterator[str]:
    """Look for an action that no rule uses, and for one that nothing on the estate needs."""
    estate = subject.estate
    fixed = subject.fixed_by_rules()
    for declared, action in ((name, each) for name, about in subject.types.items() for each in about.actions):
        if (declared, action) not in fixed:
            yield f"action {action} of {declared} is the fix of no rule; write one in {subject.places['rules']}"
    for (declared, action), rules in fixed.items():
        names = [rule.id for rule in rules]
        answers = [each.answers[name] for each in estate.looked for name in names if name in each.answers]
        if not any(isinstance(each, Change) for each in answers):
            reasons = sorted({getattr(each, "reason", str(each)) for each in answers})
            why = f"refused: {'; '.join(reasons)}" if reasons else "no resource fails the rule"
            yield f"action {action} of {declared} is planned for nothing ({', '.join(names)}: {why})"


@invariant(
    "an apply makes the rule pass, and the owned facts what the plan says",
    why="a fix that does not fix is found in production, and is undone there",
    mend="{plugin}: the calls, `effect` and `settled` of the action's steps; or the rule in {rules}",
)
def apply_makes_it_pass(subject: Subject) -> Iterator[str]:
    """Plan and apply each fix, and audit again."""
    for fix in subject.estate.fixes:
        if fix.change is None:
            yield f"{fix.name} is not planned: {fix.refused}"
        elif not fix.applied:
            yield f"{fix.name} ends as {fix.status}"
        else:
            if fix.change.after and same(fix.change.before, fix.change.after):
                yield f"{fix.name} changes nothing: the plan's owned facts are the same before and after"
            if fix.verdict not in _GOOD:
                yield f"{fix.name}: expected the rule to pass afterwards, found {fix.verdict}"
            yield from _differing(fix.name, fix.change.after, fix.after)


@invariant(
    "what is sent is what was planned, call for call, and nothing else",
    why="a plan is reviewed; a call that stands in none was approved by nobody",
    mend="{plugin}: return every call as a step of the change, in order",
)
def sent_is_what_is_planned(subject: Subject) -> Iterator[str]:
    """Hold the writing calls that reached the simulated AWS against the plan's, of apply and rollback."""
    for fix in subject.estate.fixes:
        if fix.change is None or not fix.applied:
            continue
        yield from _not_as_planned(f"{fix.name}: apply", [step.call for step in fix.change.steps], fix.sent)
        undo = [call for step in reversed(fix.change.steps) for call in step.undo]
        if fix.undone == str(ChangeStatus.ROLLED_BACK):
            yield from _not_as_planned(f"{fix.name}: rollback", undo, fix.unsent)


@invariant(
    "a second apply does nothing: the plan is used up, and there is nothing left to plan",
    why="a job that runs each night must come to rest",
    mend="{plugin}: let the action refuse (`passes=True`) where its effect is there; or the rule in {rules}",
)
def second_apply_does_nothing(subject: Subject) -> Iterator[str]:
    """Apply each plan again at once, and plan again a day later."""
    for fix in subject.estate.fixes:
        yield from (f"{fix.name}: {each}" for each in fix.again)


@invariant(
    "a rollback gives the before-image back, but for what the change says does not come back",
    why="people apply because they can go back",
    mend="{plugin}: the `undo` of the action's steps; or say in `reversible` and `leaves` what stays",
)
def rollback_restores(subject: Subject) -> Iterator[str]:
    """Roll each apply back, and read the owned facts again."""
    for fix in subject.estate.fixes:
        if fix.change is None or not fix.applied:
            continue
        promised = _promised(fix.change)
        if promised and fix.undone != str(ChangeStatus.ROLLED_BACK):
            yield f"{fix.name}: the rollback ends as {fix.undone}"
        else:
            yield from _differing(f"{fix.name}, rolled back", promised, fix.restored)


@invariant(
    "a fix changes no setting beside the owned facts, and a rollback leaves none changed",
    why="a setting that changes along with another was reviewed by nobody, and nobody will look for it",
    mend="{plugin}: send only what is to change, and keep the rest of a document as it was read; or name in `owned` "
    "and `effect` what changes too; what AWS changes by itself (a time, a revision) is x-kind `observed` in {facts}",
)
def nothing_else_changes(subject: Subject) -> Iterator[str]:
    """Hold every configuration fact that is read against what it was before the apply."""
    for fix in subject.estate.fixes:
        if fix.change is None or not fix.applied:
            continue
        declared = subject.types[fix.change.resource.type]
        was, became, *later = fix.settings
        yield from _strayed(f"{fix.name} changes", _beside(declared, fix.change, was), became)
        restored = later if fix.undone == str(ChangeStatus.ROLLED_BACK) else []
        for each in restored if fix.change.reversible is Reversible.YES else []:
            yield from _strayed(f"{fix.name}, rolled back, leaves", {**dict.fromkeys(each), **was}, each)


def _beside(declared: ResourceType, change: PlannedChange, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Give the settings that were there beside the owned facts, in the aspects of these that are read.

    Where the owned facts are derived, nobody has said which of the settings behind them change along.
    """
    owned = declared.actions[change.action].owned
    aspects = {
        name for name in (split_path(path)[0] for path in owned) if isinstance(declared.aspects[name], ReadAspect)
    }
    return {
        path: value
        for path, value in settings.items()
        if split_path(path)[0] in aspects
        and value is not None
        and not any(path == each or path.startswith(f"{each}.") for each in owned)
    }


def _strayed(name: str, was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for path, value in was.items():
        if not same(value, now.get(path)):
            yield f"{name} {path} at {now.get(path)!r:.80} instead of {value!r:.80}"


def _promised(change: PlannedChange) -> dict[str, Any]:
    """Give the owned facts that the undo brings back: those that a step with an undo writes."""
    return {path: change.before[path] for step in change.steps if step.undo for path in step.effect}


def _differing(name: str, expected: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[str]:
    for path, value in expected.items():
        if path not in found:
            yield f"{name}: expected {path} to be {value!r}, found that it was not read"
        elif not same(value, found[path]):
            yield f"{name}: expected {path} to be {value!r}, found {found[path]!r}"


def _not_as_planned(name: str, planned: Sequence[PlannedCall], sent: Iterable[Call]) -> Iterator[str]:
    sent = list(sent)
    if [call.name for call in planned] != [call.name for call in sent]:
        wanted, found = (", ".join(each.name for each in calls) or "nothing" for calls in (planned, sent))
        yield f"{name}: expected {wanted} to be sent, found {found}"
        return
    for call, one in zip(planned, sent, strict=True):
        filled = _filled_in(call.name)
        for parameter in sorted({*call.parameters, *one.parameters} - filled):
            if not _fits(call.parameters.get(parameter), one.parameters.get(parameter)):
                yield f"{name}: {call.name}: {parameter} was sent otherwise than planned"


def _filled_in(operation: str) -> set[str]:
    """Give the parameters that the SDK fills in by itself: idempotency tokens and the name of a checksum."""
    model = operation_model(operation)
    checksum = (model.http_checksum or {}).get("requestAlgorithmMember")
    return {*model.idempotent_members, *([checksum] if checksum else [])}


def _fits(planned: Any, sent: Any) -> bool:
    """Hold a value that was sent against the plan, where a reference may stand for it."""
    if isinstance(planned, Mapping):
        if set(planned) in _REFERENCES:
            return sent is not None
        return isinstance(sent, Mapping) and all(_fits(planned.get(name), sent.get(name)) for name in {*planned, *sent})
    if isinstance(planned, list | tuple):
        return isinstance(sent, list | tuple) and len(planned) == len(sent) and all(map(_fits, planned, sent))
    return bool(planned == sent)
