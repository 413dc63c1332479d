"""Findings stream into the store, so that an audit's memory does not grow with what it finds.

They are kept in the JSON report's shape: a report is then a query, not a second model.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Self

from trueup.facts.unknown import Unknown
from trueup.finding import Severity, Verdict
from trueup.journal.fingerprint import fingerprint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.finding import Evidence, Finding
    from trueup.journal.store import Store
    from trueup.resource import Scope

__all__ = ["FindingsWriter", "finding_to_json"]

# One transaction (one fsync) for this many findings.
BATCH = 500

_SEVERITY_RANK = {severity: rank for rank, severity in enumerate(Severity)}

# What passes, or is not known to fail, needs no exemption.
_EXEMPTIBLE = frozenset({Verdict.FAIL, Verdict.EXEMPT})

Row = tuple[str, int, str, str, str, str, str, str, str, str]

_INSERT = (
    "INSERT INTO finding (run, severity, rule, arn, verdict, service, fingerprint, document, account, region)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def finding_to_json(finding: Finding, scope: Scope, fix: Mapping[str, Any] | None) -> dict[str, Any]:
    """Give a finding as the report has it."""
    verdict, unknown = finding.judgement.verdict, finding.judgement.unknown
    ruling = finding.exemption if verdict in _EXEMPTIBLE else None
    reason = unknown.sentence() if unknown else ruling.sentence() if ruling else None
    unknown = unknown or (ruling.open if ruling else None)
    resource = finding.resource
    scope = finding.scope or scope
    return {
        "rule": finding.rule,
        "verdict": str(verdict),
        "reason": reason,
        "missing_action": unknown.missing_action if unknown else None,
        "operation": unknown.operation if unknown else None,
        "resource": {
            "type": finding.resource_type,
            "arn": resource.arn if resource else None,
            "id": resource.id if resource else None,
            "account": resource.account if resource else scope.account,
            "region": resource.region if resource else scope.region,
            "tags": None if isinstance(finding.tags, Unknown) else finding.tags,
        },
        "evidence": [_evidence_to_json(each) for each in finding.judgement.evidence],
        "cost": _cost_to_json(finding.cost),
        "fix": dict(fix) if fix and verdict is Verdict.FAIL else None,
        "exemption": ruling.to_json() if ruling else None,
    }


def _cost_to_json(cost: Mapping[str, Any] | Unknown | None) -> dict[str, Any] | None:
    if cost is None:
        return None
    if isinstance(cost, Unknown):
        return {"monthly": None, "parts": {}, "currency": None, "reason": cost.sentence()}
    return {**cost, "reason": None}


def _evidence_to_json(evidence: Evidence) -> dict[str, Any]:
    actual = evidence.actual
    return {
        "path": evidence.path,
        "actual": None if isinstance(actual, Unknown) else actual,
        "expected": evidence.expected,
        "holds": evidence.holds,
        "unknown": actual.sentence() if isinstance(actual, Unknown) else None,
    }


class FindingsWriter:
    """Writes one run's findings; a context manager, since the last batch is written at the end."""

    def __init__(self, store: Store, run: str, severities: Mapping[str, Severity]) -> None:
        """Write into ``store`` for ``run``; ``severities`` by rule id gives the order of the report."""
        self._store = store
        self._run = run
        self._ranks = {rule: _SEVERITY_RANK[severity] for rule, severity in severities.items()}
        self._batch: list[Row] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.flush()

    def add(self, document: Mapping[str, Any], scope: Scope | None = None) -> None:
        """Add a finding in the report's shape, and to the scope that it was looked for in, where there is one."""
        resource = document["resource"]
        arn, where = resource["arn"] or "", (resource["account"] or "", resource["region"] or "")
        self._batch.append(
            (
                self._run,
                self._ranks.get(document["rule"], len(_SEVERITY_RANK)),
                document["rule"],
                arn,
                document["verdict"],
                resource["type"].partition(".")[0],
                fingerprint(document["rule"], arn, resource["type"], *where),
                json.dumps(document),
                *((scope.account, scope.region) if scope else ("", "")),
            )
        )
        if len(self._batch) >= BATCH:
            self.flush()

    def flush(self) -> None:
        """Put the findings added so far on disk."""
        if self._batch:
            with self._store.write() as db:
                db.executemany(_INSERT, self._batch)
            self._batch.clear()

    def keep_rules(self, rules: Mapping[str, Mapping[str, Any]]) -> None:
        """Keep the rules that were used, once a run and not once a finding."""
        with self._store.write() as db:
            db.executemany(
                "INSERT OR REPLACE INTO rule VALUES (?, ?, ?)",
                [(self._run, rule, json.dumps(document)) for rule, document in rules.items()],
            )

    def end_scope(self, document: Mapping[str, Any]) -> None:
        """Keep what was read of a scope, together with the last of its findings: from now on it counts as audited."""
        with self._store.write() as db:
            self.flush()
            db.execute(
                "INSERT OR REPLACE INTO scope VALUES (?, ?, ?, ?)",
                (self._run, document["account"], document["region"], json.dumps(document)),
            )
