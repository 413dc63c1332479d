"""What a run's findings amount to: counts by severity, service and rule, and what stands in the way of knowing.

Counted in one pass before anything is written, since a report says first what it found most of; the findings
themselves are never kept.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from trueup.journal.view import RunView

__all__ = ["SEVERITIES", "Gap", "Tally", "rule_facts", "tally"]

SEVERITIES = ("critical", "high", "medium", "low", "informational", "unspecified")

# Causes without a permission may carry a resource's own words; more kinds than this tell a reader nothing.
_MOST_CAUSES = 50


@dataclass(slots=True)
class Gap:
    """One reason why findings are unknown.

    Args:
        cause: in words, when no permission is missing.
        missing_action: the IAM action to allow, when one is.
        operations: the API operations that failed for want of it.
        resource_types: whose resources could not be judged.
        rules: which rules could not be judged.
        findings: how many findings are unknown by it.
        unlisted: how many of them stand for a whole resource type that could not be listed.
    """

    cause: str
    missing_action: str | None
    operations: set[str] = field(default_factory=set)
    resource_types: set[str] = field(default_factory=set)
    rules: set[str] = field(default_factory=set)
    findings: int = 0
    unlisted: int = 0
    _resources: set[int] = field(default_factory=set)

    @property
    def resources(self) -> int:
        """How many different resources it costs."""
        return len(self._resources)

    def add(self, finding: Mapping[str, Any]) -> None:
        """Count a finding in; of its resource only a hash is kept."""
        arn, operation = finding["resource"]["arn"], finding.get("operation")
        self.findings += 1
        if operation:
            self.operations.add(operation)
        self.rules.add(finding["rule"])
        self.resource_types.add(finding["resource"]["type"])
        if arn is None:
            self.unlisted += 1
        else:
            self._resources.add(hash(arn))


@dataclass(slots=True)
class Tally:
    """The counts of a run's findings.

    Args:
        severities: severity to verdict to count.
        services: service to verdict to count.
        rules: rule id to verdict to count, in the order of the findings.
        places: the accounts and Regions that have findings.
        gaps: why findings are unknown, missing permissions first, then by how much they cost.
    """

    severities: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    services: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    rules: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    places: set[tuple[str, str]] = field(default_factory=set)
    gaps: list[Gap] = field(default_factory=list)

    def total(self, verdict: str) -> int:
        """Give how many findings have the verdict."""
        return sum(counts[verdict] for counts in self.rules.values())


def tally(view: RunView, also: Callable[[dict[str, Any]], None] | None = None) -> Tally:
    """Count the findings of a run, reading them once; ``also`` is called with each."""
    rules = view.rules()
    counts = Tally()
    gaps: dict[tuple[str, str], Gap] = {}
    for finding in view.findings():
        verdict, resource = finding["verdict"], finding["resource"]
        counts.severities[rule_facts(rules, finding["rule"])["severity"]][verdict] += 1
        counts.services[resource["type"].partition(".")[0]][verdict] += 1
        counts.rules[finding["rule"]][verdict] += 1
        counts.places.add((resource["account"], resource["region"]))
        if verdict == "unknown":
            _gap(gaps, finding).add(finding)
        if also is not None:
            also(finding)
    _name_operations(gaps.values(), view.scopes())
    counts.gaps = sorted(gaps.values(), key=lambda gap: (gap.missing_action is None, -gap.findings, gap.cause))
    return counts


def rule_facts(rules: Mapping[str, Any], rule_id: str) -> dict[str, Any]:
    """Give what the report knows of a rule, with what is missing filled in: a report is written in any case."""
    known = {
        "title": rule_id,
        "severity": "unspecified",
        "category": "",
        "resource": "",
        "rationale": "",
        "references": [],
        "compliance": [],
        "parameters": {},
    }
    facts = known | {name: item for name, item in rules.get(rule_id, {}).items() if item is not None}
    if facts["severity"] not in SEVERITIES:
        facts["severity"] = "unspecified"
    return facts


def _gap(gaps: dict[tuple[str, str], Gap], finding: Mapping[str, Any]) -> Gap:
    action = finding.get("missing_action")
    cause = "" if action else (finding.get("reason") or "no reason given").partition(": ")[0]
    if not action and len(gaps) >= _MOST_CAUSES and ("", cause) not in gaps:
        cause = "other reasons"
    key = (action or "", cause)
    if key not in gaps:
        gaps[key] = Gap(cause, action)
    return gaps[key]


def _name_operations(gaps: Iterable[Gap], scopes: Iterable[Mapping[str, Any]]) -> None:
    by_action = {gap.missing_action: gap for gap in gaps if gap.missing_action}
    for scope in scopes:
        for error in scope["errors"]:
            gap = by_action.get(error["missing_action"])
            if gap is not None and error["operation"]:
                gap.operations.add(error["operation"])
