"""One run as the reports see it, read out of the store.

Implements ``RunView``: counts are queries and findings a cursor, so that a large report needs little memory.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from trueup.finding import Verdict
from trueup.journal.changes import ChangeStatus
from trueup.journal.costs import costs_of, counting, savings_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trueup.journal.changes import ChangeRecord
    from trueup.journal.journal import Journal
    from trueup.journal.runs import RunRecord

__all__ = ["StoredRun", "change_to_json"]

_COUNTED = (Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN, Verdict.EXEMPT, Verdict.NOT_APPLICABLE)


class StoredRun:
    """A run of the journal, in the shapes of the JSON report."""

    def __init__(self, journal: Journal, record: RunRecord) -> None:
        """Look at ``record``'s run in ``journal``."""
        self._journal = journal
        self.record = record

    def run(self) -> dict[str, Any]:
        """Give ``run``."""
        names = ("id", "kind", "status", "started_at", "finished_at", "tool_version", "selection", "account",
                 "principal", "plan_digest", "of_run")  # fmt: skip
        return {name: getattr(self.record, name) for name in names}

    def summary(self) -> dict[str, Any]:
        """Give ``summary``."""
        query = "SELECT verdict, count(*) AS number FROM finding WHERE run = ? GROUP BY verdict"
        counts = {row["verdict"]: row["number"] for row in self._journal.store.rows(query, (self.record.id,))}
        records = self._journal.changes.of(self.record.id)
        changes = Counter(str(each.status) for each in records)
        return {
            **{str(verdict): counts.get(verdict, 0) for verdict in _COUNTED},
            "changes": {str(status): changes.get(status, 0) for status in ChangeStatus},
            "savings_monthly": savings_of(counting(self.record.kind, records)),
        }

    def costs(self) -> dict[str, Any]:
        """Give ``costs``."""
        rules = {rule for rule, document in self.rules().items() if document.get("category") == "cost"}
        records = self._journal.changes.of(self.record.id)
        return costs_of(self._journal.store, self.record.id, self.record.kind, records, rules)

    def scopes(self) -> list[dict[str, Any]]:
        """Give ``scopes``."""
        query = "SELECT document FROM scope WHERE run = ? ORDER BY account, region"
        return [json.loads(row["document"]) for row in self._journal.store.rows(query, (self.record.id,))]

    def rules(self) -> dict[str, Any]:
        """Give ``rules``."""
        query = "SELECT id, document FROM rule WHERE run = ? ORDER BY id"
        return {row["id"]: json.loads(row["document"]) for row in self._journal.store.rows(query, (self.record.id,))}

    def findings(self) -> Iterator[dict[str, Any]]:
        """Yield ``findings``, sorted by severity, rule and ARN."""
        query = "SELECT document FROM finding WHERE run = ? ORDER BY severity, rule, arn, rowid"
        for row in self._journal.store.stream(query, (self.record.id,)):
            yield json.loads(row["document"])

    def changes(self) -> Iterator[dict[str, Any]]:
        """Yield ``changes``."""
        for record in self._journal.changes.of(self.record.id):
            steps = self._journal.changes.steps(self.record.id, record.change.id)
            yield change_to_json(record, {(s.direction, s.position): (s.status, s.request_id) for s in steps})


def change_to_json(record: ChangeRecord, steps: dict[tuple[str, int], tuple[str, str | None]]) -> dict[str, Any]:
    """Give a change as the report has it; ``steps`` maps (direction, position) to (status, request id)."""
    document = record.change.to_json()
    for position, step in enumerate(document["steps"]):
        status, request = steps.get(("forward", position), ("planned", None))
        step["status"] = str(status)
        step["request_id"] = request
    return {**document, "status": str(record.status), "reason": record.reason}
