"""Each fix from plan to rollback, on an estate of its own: it makes the rule pass, once, and can be undone.

Done as the command line does it, against the simulated AWS; what happened is written down once, and each check looks at
its own part of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from trueup.auditing.listing import list_resources
from trueup.aws.models import operation_model
from trueup.canonical import same
from trueup.change import Change
from trueup.errors import RefusedError, TrueupError
from trueup.journal.changes import ChangeStatus
from trueup.testing.plugin_contract.broken import invariant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from trueup.change import Call as PlannedCall
    from trueup.planning.planned import PlannedChange
    from trueup.resource import Resource
    from trueup.ruleset.rule import BoundRule
    from trueup.testing.calls import Call
    from trueup.testing.operator import Operator
    from trueup.testing.plugin_contract.estate import Estate, Looked
    from trueup.testing.plugin_contract.subject import Subject

__all__ = [
    "Fixed",
    "apply_makes_it_pass",
    "every_action_is_tried",
    "rollback_restores",
    "second_apply_does_nothing",
    "sent_is_what_is_planned",
    "try_fixes",
]

_GOOD = frozenset({"pass", "not_applicable"})

_A_NIGHT_SECONDS = 86_400

_REFERENCES = ({"$result"}, {"$fact"}, {"$run"})
"""What stands in a plan for a value that is known only when the call is sent."""


@dataclass
class Fixed:
    """What became of one fix.

    Args:
        rule: the rule.
        arn: the resource.
        change: what was planned, None when nothing was.
        refused: why not.
        status: what became of the change, with the reason.
        sent: the calls that the apply sent to write.
        verdict: of the rule afterwards.
        after: the owned facts afterwards.
        again: what a second apply or plan did that it must not.
        undone: what became of the rollback.
        unsent: the calls that the rollback sent to write.
        restored: the owned facts after it.
    """

    rule: str
    arn: str
    change: PlannedChange | None = None
    refused: str = ""
    status: str = ""
    sent: tuple[Call, ...] = ()
    verdict: str = ""
    after: Mapping[str, Any] = field(default_factory=dict)
    again: tuple[str, ...] = ()
    undone: str = ""
    unsent: tuple[Call, ...] = ()
    restored: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The fix, for people."""
        return f"{self.arn}: the fix of {self.rule}"

    @property
    def applied(self) -> bool:
        """Whether it got as far as that."""
        return self.status == str(ChangeStatus.APPLIED)


@invariant(
    "every action that a rule uses is tried on the estate",
    why="a fix that was never applied and undone anywhere is tried in production first",
    mend="{estate}: build a resource that fails the rule and that the action fixes; what the demo is not to show is "
    "made by a function further(aws) beside it, and parameters that the rule needs stand in PARAMETERS there",
)
def every_action_is_tried(subject: Subject) -> Iterator[str]:
    """Look for an action of a rule that nothing on the estate needs."""
    estate = subject.estate
    for (declared, action), rules in subject.fixed_by_rules().items():
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


def try_fixes(estate: Estate) -> Iterator[Fixed]:
    """Try each rule's fix on the first resource that needs it, one that wholly comes back before others."""
    for name, rule in estate.rules.items():
        needing = [each for each in estate.looked if isinstance(each.answers.get(name), Change)]
        if needing:
            yield _try(estate, rule, min(needing, key=lambda each: _hardness(each, name)))


def _hardness(looked: Looked, rule: str) -> int:
    answer = looked.answers[rule]
    return ("yes", "partly", "no").index(answer.reversible) if isinstance(answer, Change) else 0


def _try(estate: Estate, rule: BoundRule, looked: Looked) -> Fixed:
    operator = estate.fresh()
    resource = _anew(estate, operator, rule, looked)
    arn, fix = resource.arn, Fixed(rule.id, resource.arn)
    planned = operator.plan(rule.id, arn)
    if planned.plan is None:
        reasons = [each.reason for each in operator.changes(planned.run)]
        found = [each["reason"] or (each["fix"] or {}).get("reason") for each in operator.findings(planned.run)]
        fix.refused = "; ".join(str(each) for each in (*reasons, *found) if each) or "the rule does not fail any more"
        return fix
    (fix.change,) = planned.plan.changes()
    run = operator.apply(planned.plan)
    fix.sent = tuple(operator.writes())
    fix.status = _status(operator, run, ChangeStatus.APPLIED)
    if not fix.applied:
        return fix
    fix.verdict = operator.verdicts(rule.id, arn).get(resource.id, "no finding")
    fix.after = operator.facts(resource, *fix.change.after)
    fix.again = tuple(_again(operator, rule, planned.plan, arn))
    if any(not step.stays for step in fix.change.steps):
        _roll_back(operator, run, fix, resource)
    return fix


def _anew(estate: Estate, operator: Operator, rule: BoundRule, looked: Looked) -> Resource:
    """Give the resource on an estate that was built anew: where AWS chooses the ids, one that needs the fix as well."""
    listed = list_resources(estate.reading(operator.account()), looked.declared)
    if looked.resource in listed:
        return looked.resource
    plan = operator.plan(rule.id).plan
    return looked.resource if plan is None else plan.changes()[0].resource


def _again(operator: Operator, rule: BoundRule, plan: Any, arn: str) -> Iterator[str]:
    operator.aws.calls.clear()
    try:
        operator.apply(plan)
    except RefusedError:
        pass
    else:
        yield "the used plan is applied again"
    operator.aws.clock.advance(_A_NIGHT_SECONDS)
    more = operator.plan(rule.id, arn).plan
    if more is not None:
        calls = ", ".join(step.call.name for change in more.changes() for step in change.steps)
        yield f"it is planned again the night after ({calls})"
    if sent := operator.writes():
        yield f"{', '.join(call.name for call in sent)} is sent a second time"


def _roll_back(operator: Operator, run: str, fix: Fixed, resource: Resource) -> None:
    operator.aws.calls.clear()
    try:
        operator.rollback(run)
    except TrueupError as error:
        fix.undone = f"refused: {error}"
        return
    fix.unsent = tuple(operator.writes())
    fix.undone = _status(operator, run, ChangeStatus.ROLLED_BACK)
    fix.restored = operator.facts(resource, *(fix.change.before if fix.change else ()))


def _status(operator: Operator, run: str, wanted: ChangeStatus) -> str:
    """Give what became of a run's one change; with the reason unless it is what was wanted."""
    (record,) = operator.changes(run)
    return str(record.status) if record.status is wanted else f"{record.status}: {record.reason or 'without a reason'}"


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
