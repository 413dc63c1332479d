"""Judging: the rules of a service held against the snapshots of its resources.

The default ``audit`` of every declared plugin; what a rule raises costs that rule on that resource and nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.auditing.listing import ListingFailed
from trueup.facts.unknown import Reason, Unknown
from trueup.finding import Finding, Judgement, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trueup.auditing.scope import AuditScope
    from trueup.facts.snapshot import Snapshot
    from trueup.resource import Resource
    from trueup.ruleset.rule import BoundRule

__all__ = ["judge", "judge_resources", "unknown_finding"]


def judge_resources(scope: AuditScope, rules: Sequence[BoundRule]) -> Iterator[Finding]:
    """Yield a finding for each resource and rule, and one without resource for each rule whose listing broke off."""
    by_type: dict[str, list[BoundRule]] = {}
    for rule in rules:
        by_type.setdefault(rule.rule.resource, []).append(rule)
    wanted = {name: frozenset(aspect for rule in about for aspect in rule.aspects) for name, about in by_type.items()}
    for read in scope.snapshots(wanted):
        if isinstance(read, ListingFailed):
            for rule in by_type[read.resource_type]:
                yield unknown_finding(rule.id, read.resource_type, read.unknown)
            continue
        for rule in by_type[read.resource.type]:
            yield judge(rule, read)


def judge(rule: BoundRule, snapshot: Snapshot) -> Finding:
    """Give what a rule says of a snapshot; unknown, with the error, when the rule itself breaks."""
    resource = snapshot.resource
    try:
        judgement = rule.judge(snapshot.aspects)
    except Exception as error:  # noqa: BLE001 - the border of the rule: it costs its own finding only
        detail = f"rule {rule.id} could not be evaluated, {type(error).__name__}: {error}"
        return unknown_finding(rule.id, resource.type, Unknown(Reason.UNEXPECTED, detail), resource)
    tags = snapshot.aspects.get("tags")
    return Finding(rule.id, resource.type, resource, judgement, tags if isinstance(tags, dict) else None)


def unknown_finding(rule: str, resource_type: str, unknown: Unknown, resource: Resource | None = None) -> Finding:
    """Give the finding of a rule that could not be judged: by default on no resource in particular."""
    return Finding(rule, resource_type, resource, Judgement(Verdict.UNKNOWN, unknown=unknown))
