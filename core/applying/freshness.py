"""Whether a planned change still fits what is there now: the stale check, right before the first step.

Configuration is compared as far as the change depends on it, observed facts are judged again and never compared, and
the action is asked again: when it now gives other steps, the plan is not what would be done today.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trueup.canonical import digest, plain, same
from trueup.change import Change, Reversible, Risk
from trueup.facts.unknown import Unknown
from trueup.finding import Finding, Verdict
from trueup.journal.changes import ChangeStatus
from trueup.planning.budget import Budgets
from trueup.planning.concrete import action_of, concrete, needed_aspects

if TYPE_CHECKING:
    from trueup.applying.bench import Bench
    from trueup.facts.snapshot import Snapshot
    from trueup.planning.planned import PlannedChange
    from trueup.ruleset.rule import BoundRule

__all__ = ["Fresh", "check_fresh"]


@dataclass(frozen=True, slots=True)
class Fresh:
    """What the fresh look gave.

    Args:
        snapshot: the facts.
        refused: None when the change still fits; else the status it ends in, with ``reason``.
        reason: what was expected and what was found.
    """

    snapshot: Snapshot
    refused: ChangeStatus | None = None
    reason: str = ""


def check_fresh(bench: Bench, change: PlannedChange, rule: BoundRule) -> Fresh:
    """Read again what the change rests on, judge the rule again and ask the action again."""
    declared = bench.type_of(change)
    aspects = needed_aspects(declared, rule, change)
    snapshot = bench.reader.read(declared, change.resource, aspects)
    judgement = rule.judge(snapshot.aspects)
    if judgement.verdict is Verdict.UNKNOWN:
        reason = f"not known any more: {judgement.unknown.sentence() if judgement.unknown else 'unknown'}"
        return Fresh(snapshot, ChangeStatus.SKIPPED, reason)
    if judgement.verdict is not Verdict.FAIL:
        return Fresh(snapshot, ChangeStatus.STALE, f"expected the rule to fail still, found {judgement.verdict}")
    if moved := _moved(change, snapshot):
        return Fresh(snapshot, ChangeStatus.STALE, moved)
    finding = Finding(rule.id, declared.name, change.resource, judgement)
    answer = bench.plugins.remediate(snapshot.frozen(), finding, rule)
    if not isinstance(answer, Change):
        status = ChangeStatus.SKIPPED if answer.unknown else ChangeStatus.STALE
        return Fresh(snapshot, status, f"the action plans nothing now: {answer.reason}")
    now = concrete(declared, bench.schema_of(change), rule, answer, snapshot)
    if differs := _other_steps(change, now):
        return Fresh(snapshot, ChangeStatus.STALE, differs)
    # What earlier changes of the run took is in the fresh facts already; what others took since the plan is, too.
    short = Budgets().draw(action_of(declared, rule), answer, snapshot)
    return Fresh(snapshot, ChangeStatus.SKIPPED, f"not enough is left now: {short}") if short else Fresh(snapshot)


def _moved(change: PlannedChange, snapshot: Snapshot) -> str | None:
    for path, known in change.relies_on.items():
        found = snapshot.get(path)
        if isinstance(found, Unknown) or digest(plain(found)) != known:
            return f"{path} is not as it was when the plan was made; make a new plan"
    return None


def _other_steps(planned: PlannedChange, now: PlannedChange) -> str | None:
    """Tell what differs between the change of the plan and the one that the action gives now."""
    before, after = planned.to_json(), now.to_json()
    for path, value in before["before"].items():
        if not same(value, after["before"].get(path, _ABSENT)):
            return f"{path} was changed since the plan: expected {value!r}, found {after['before'].get(path)!r}"
    if not same(before["steps"], after["steps"]):
        return "the action gives other steps now than in the plan; make a new plan"
    if _RISKS.index(now.risk) > _RISKS.index(planned.risk):
        return f"riskier now: approved as {planned.risk}, found {now.risk} ({now.risk_reason}); make a new plan"
    if _REVERSIBLE.index(now.reversible) > _REVERSIBLE.index(planned.reversible):
        return f"less reversible now ({now.reversible}: {now.reversible_reason}); make a new plan"
    others = [name for name in _HELD if not same(before[name], after[name])]
    if others:
        return f"the action gives another {', '.join(others)} now than stands in the plan; make a new plan"
    return None


_ABSENT: Any = {"absent": True}
_RISKS = tuple(Risk)
_REVERSIBLE = tuple(Reversible)
# What steers an apply besides the steps; texts, projections and savings may differ.
_HELD = ("id", "action", "parameters", "before", "after", "capacity", "settle_seconds", "poll_seconds")
