"""Trying a fix from plan to rollback, as the command line does, on an estate that is built for it.

What happens is written down once, so that each check looks at its own part of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from trueup.auditing.listing import list_resources
from trueup.change import Change
from trueup.errors import RefusedError, TrueupError, UnknownFactError
from trueup.facts.path import join_path
from trueup.facts.unknown import Unknown
from trueup.journal.changes import ChangeStatus
from trueup.service.declarations import ReadAspect
from trueup.testing.plugin_contract.configured import configured

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from trueup.planning.planned import PlannedChange
    from trueup.resource import Resource
    from trueup.ruleset.rule import BoundRule
    from trueup.testing.calls import Call
    from trueup.testing.operator import Operator
    from trueup.testing.plugin_contract.estate import Estate, Looked

__all__ = ["Fixed", "try_fixes"]

_A_NIGHT_SECONDS = 86_400


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
        settings: every configuration fact that is read, by path: as it was, after the apply and after the rollback.
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
    settings: list[Mapping[str, Any]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The fix, for people."""
        return f"{self.arn}: the fix of {self.rule}"

    @property
    def applied(self) -> bool:
        """Whether it got as far as that."""
        return self.status == str(ChangeStatus.APPLIED)


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
    fix.settings.append(_settings(estate, operator, looked, resource))
    try:
        run = operator.apply(planned.plan)
    except RefusedError as error:
        fix.status = f"refused: {error}"
        return fix
    fix.sent = tuple(operator.writes())
    fix.status = _status(operator, run, ChangeStatus.APPLIED)
    if not fix.applied:
        return fix
    fix.verdict = operator.verdicts(rule.id, arn).get(resource.id, "no finding")
    fix.after = _facts(operator, resource, fix.change.after)
    fix.settings.append(_settings(estate, operator, looked, resource))
    fix.again = tuple(_again(operator, rule, planned.plan, arn))
    if any(not step.stays for step in fix.change.steps):
        _roll_back(operator, run, fix, resource)
        fix.settings.append(_settings(estate, operator, looked, resource))
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
    fix.restored = _facts(operator, resource, fix.change.before if fix.change else ())


def _facts(operator: Operator, resource: Resource, paths: Iterable[str]) -> dict[str, Any]:
    """Give those of the facts that are known."""
    known: dict[str, Any] = {}
    for path in paths:
        try:
            known |= operator.facts(resource, path)
        except UnknownFactError:
            continue
    return known


def _settings(estate: Estate, operator: Operator, looked: Looked, resource: Resource) -> dict[str, Any]:
    """Give every configuration fact that some call reads, whether the rule looks at it or not."""
    declared, schema = looked.declared, estate.subject.schemas[looked.declared.name]
    read = [name for name, each in declared.aspects.items() if isinstance(each, ReadAspect) and each.per == "resource"]
    snapshot = operator.account().reader().read(declared, resource, read)
    found: dict[str, Any] = {}
    for name in read:
        if not isinstance(snapshot.aspects[name], Unknown):
            found.update(configured(schema.fact(join_path((name,))), snapshot.aspects[name]))
    return found


def _status(operator: Operator, run: str, wanted: ChangeStatus) -> str:
    """Give what became of a run's one change; with the reason unless it is what was wanted."""
    (record,) = operator.changes(run)
    return str(record.status) if record.status is wanted else f"{record.status}: {record.reason or 'without a reason'}"
