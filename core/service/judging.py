"""Judging: the rules of a service held against the snapshots of its resources.

The default ``audit`` of every declared plugin; what a rule raises costs that rule on that resource and nothing else.
Where a rule is about cost, what the resource costs a month is read along with what the rule looks at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.auditing.listing import ListingFailed
from trueup.facts.unknown import Reason, Unknown
from trueup.finding import Finding, Judgement, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from trueup.auditing.scope import AuditScope
    from trueup.facts.snapshot import Snapshot
    from trueup.resource import Resource
    from trueup.ruleset.rule import BoundRule

__all__ = ["cost_of", "judge", "judge_resources", "unknown_finding", "wanted_aspects"]

_COST = "cost"
"""The category of rules about cost, and the aspect that says what a resource costs."""


def judge_resources(scope: AuditScope, rules: Sequence[BoundRule]) -> Iterator[Finding]:
    """Yield a finding for each resource and rule, and one without resource for each rule whose listing broke off."""
    by_type = _by_type(rules)
    for read in scope.snapshots(wanted_aspects(rules, scope.declares)):
        if isinstance(read, ListingFailed):
            for rule in by_type[read.resource_type]:
                yield unknown_finding(rule.id, read.resource_type, read.unknown)
            continue
        for rule in by_type[read.resource.type]:
            yield judge(rule, read)


def wanted_aspects(rules: Iterable[BoundRule], declares: Callable[[str, str], bool]) -> dict[str, frozenset[str]]:
    """Give the aspects that judging by some rules reads: what they look at, and for rules about cost what it costs.

    Args:
        rules: the rules.
        declares: whether a resource type has an aspect.

    Returns:
        Resource type to the names of aspects, without what these need in turn.
    """
    return {
        name: frozenset(aspect for rule in about for aspect in rule.aspects)
        | ({_COST} if _about_cost(about) and declares(name, _COST) else frozenset())
        for name, about in _by_type(rules).items()
    }


def judge(rule: BoundRule, snapshot: Snapshot) -> Finding:
    """Give what a rule says of a snapshot; unknown, with the error, when the rule itself breaks."""
    resource = snapshot.resource
    try:
        judgement = rule.judge(snapshot.aspects)
    except Exception as error:  # noqa: BLE001 - the border of the rule: it costs its own finding only
        detail = f"rule {rule.id} could not be evaluated, {type(error).__name__}: {error}"
        return unknown_finding(rule.id, resource.type, Unknown(Reason.UNEXPECTED, detail), resource)
    tags = snapshot.aspects.get("tags")
    cost = cost_of(snapshot) if rule.rule.category == _COST else None
    known = tags if isinstance(tags, dict | Unknown) else None
    return Finding(rule.id, resource.type, resource, judgement, known, cost=cost)


def cost_of(snapshot: Snapshot) -> Mapping[str, Any] | Unknown | None:
    """Give what a resource costs a month, None when nobody asked.

    Returns:
        ``{"monthly": {"low", "likely", "high"}, "parts": {name: likely}, "currency"}``; unknown as a whole when any
        number of it is: a sum without a part is no cost.
    """
    if _COST not in snapshot.aspects:
        return None
    cost, currency = snapshot.get(_COST), snapshot.get("prices.currency")
    if isinstance(cost, Unknown):
        return cost
    numbers = [*(cost["monthly"].get(name) for name in ("low", "likely", "high")), *cost["parts"].values()]
    unknown = next((each for each in (*numbers, currency) if isinstance(each, Unknown)), None)
    if unknown is not None:
        return unknown
    return {"monthly": dict(cost["monthly"]), "parts": dict(cost["parts"]), "currency": currency}


def unknown_finding(rule: str, resource_type: str, unknown: Unknown, resource: Resource | None = None) -> Finding:
    """Give the finding of a rule that could not be judged: by default on no resource in particular."""
    return Finding(rule, resource_type, resource, Judgement(Verdict.UNKNOWN, unknown=unknown))


def _by_type(rules: Iterable[BoundRule]) -> dict[str, list[BoundRule]]:
    by_type: dict[str, list[BoundRule]] = {}
    for rule in rules:
        by_type.setdefault(rule.rule.resource, []).append(rule)
    return by_type


def _about_cost(rules: Iterable[BoundRule]) -> bool:
    return any(rule.rule.category == _COST for rule in rules)
