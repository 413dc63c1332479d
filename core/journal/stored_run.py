"""One run as the reports see it, read out of the store.

Implements ``RunView``: counts are queries and findings a cursor, so that a large report needs little memory.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from trueup.exemptions.usage import no_usage
from trueup.finding import Verdict
from trueup.journal.calls import calls_of
from trueup.journal.changes import ChangeStatus
from trueup.journal.costs import costs_of, counting, likely_saving, savings_of
from trueup.journal.run_history import RunHistory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trueup.journal.changes import ChangeRecord
    from trueup.journal.journal import Journal
    from trueup.journal.runs import RunRecord

__all__ = ["EXEMPTIONS", "Shown", "StoredRun", "change_to_json"]

EXEMPTIONS = "exemptions"
"""The line of a run's story that says what became of its exemptions."""

_COUNTED = (Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN, Verdict.EXEMPT, Verdict.NOT_APPLICABLE)


# Below every number; what is not known saves this little.
_LEAST = -1e308
_ENOUGH = f"coalesce(saving.likely, {_LEAST}) >= :least"

_SAVINGS = """
LEFT JOIN (
    SELECT rule, arn, max(json_extract(document, '$.savings_monthly.likely')) AS likely
    FROM change WHERE run = :run GROUP BY rule, arn
) AS saving ON saving.rule = finding.rule AND saving.arn = finding.arn
"""

_OF_RUN = "WHERE finding.run = :run"

# What a fix saves, then what a failing resource costs: the most that a fix could save.
_BY_SAVINGS = """
saving.likely IS NULL, saving.likely DESC,
CASE WHEN finding.verdict = 'fail' THEN coalesce(json_extract(finding.document, '$.cost.monthly.likely'), -1)
    ELSE -2 END DESC,
"""

_IN_ORDER = "severity, finding.rule, finding.arn, finding.rowid"


@dataclass(frozen=True, slots=True)
class Shown:
    """What of a run is shown, and in which order.

    Args:
        sort: ``severity``, or ``savings`` for findings and changes by their likely saving, unknown ones last.
        min_savings: leaves out what likely saves less a month, or is not known to save anything; None for nothing.
    """

    sort: Literal["severity", "savings"] = "severity"
    min_savings: float | None = None


class StoredRun:
    """A run of the journal, in the shapes of the JSON report."""

    def __init__(self, journal: Journal, record: RunRecord, shown: Shown | None = None) -> None:
        """Look at ``record``'s run in ``journal``; all of it in the usual order unless ``shown`` says otherwise."""
        self._journal = journal
        self.record = record
        self._shown = shown or Shown()
        self._history = RunHistory(journal.store, record)

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
        left_out = {} if self._shown.min_savings is None else {"left_out": self._left_out(records)}
        return {
            **{str(verdict): counts.get(verdict, 0) for verdict in _COUNTED},
            "changes": {str(status): changes.get(status, 0) for status in ChangeStatus},
            "savings_monthly": savings_of(counting(self.record.kind, records)),
            **left_out,
        }

    def costs(self) -> dict[str, Any]:
        """Give ``costs``."""
        rules = {rule for rule, document in self.rules().items() if document.get("category") == "cost"}
        records = self._journal.changes.of(self.record.id)
        return costs_of(self._journal.store, self.record.id, self.record.kind, records, rules)

    def exemptions(self) -> dict[str, list[dict[str, Any]]]:
        """Give ``exemptions``, as the run's last audit left them."""
        query = "SELECT detail FROM event WHERE run = ? AND what = ? ORDER BY seq DESC LIMIT 1"
        rows = self._journal.store.rows(query, (self.record.id, EXEMPTIONS))
        return {**no_usage(), **(json.loads(rows[0]["detail"]) if rows else {})}

    def history(self) -> dict[str, Any]:
        """Give ``history``, but for the list of what was fixed."""
        return self._history.to_json()

    def fixed(self) -> Iterator[dict[str, Any]]:
        """Yield ``history.fixed``, by rule and ARN."""
        return self._history.fixed()

    def scopes(self) -> list[dict[str, Any]]:
        """Give ``scopes``."""
        query = "SELECT document FROM scope WHERE run = ? ORDER BY account, region"
        return [json.loads(row["document"]) for row in self._journal.store.rows(query, (self.record.id,))]

    def calls(self) -> dict[str, Any]:
        """Give ``calls``."""
        return calls_of(self.scopes())

    def rules(self) -> dict[str, Any]:
        """Give ``rules``."""
        query = "SELECT id, document FROM rule WHERE run = ? ORDER BY id"
        return {row["id"]: json.loads(row["document"]) for row in self._journal.store.rows(query, (self.record.id,))}

    def findings(self) -> Iterator[dict[str, Any]]:
        """Yield ``findings``, sorted by severity, rule and ARN, or by what their fixes save."""
        history, shown = self._history, self._shown
        select = f"SELECT {history.columns} FROM finding {history.joined}"  # noqa: S608 - texts of the module beside
        query = f"{select} {_OF_RUN} ORDER BY {_IN_ORDER}"
        if shown != Shown():
            order = _BY_SAVINGS if shown.sort == "savings" else ""
            query = f"{select} {_SAVINGS} {_OF_RUN} AND {_ENOUGH} ORDER BY {order}{_IN_ORDER}"
        least = _LEAST if shown.min_savings is None else shown.min_savings
        for row in self._journal.store.stream(query, {**history.given, "least": least}):
            yield history.finding(row)

    def changes(self) -> Iterator[dict[str, Any]]:
        """Yield ``changes``, in the order of the plan, or by what they save."""
        records = [each for each in self._journal.changes.of(self.record.id) if self._saves_enough(each)]
        if self._shown.sort == "savings":
            records.sort(key=lambda each: (likely_saving(each) is None, -(likely_saving(each) or 0)))
        # a watch sends nothing of what it watches: the calls were its apply's
        sender = (self.record.kind == "watch" and self.record.of_run) or self.record.id
        for record in records:
            steps = self._journal.changes.steps(sender, record.change.id)
            shown = change_to_json(record, {(s.direction, s.position): (s.status, s.request_id) for s in steps})
            yield {**shown, "watch": record.judged} if self.record.kind == "watch" and record.judged else shown

    def _saves_enough(self, record: ChangeRecord) -> bool:
        least, likely = self._shown.min_savings, likely_saving(record)
        return least is None or (likely is not None and likely >= least)

    def _left_out(self, records: list[ChangeRecord]) -> dict[str, Any]:
        given = {"run": self.record.id, "least": self._shown.min_savings}
        query = f"SELECT count(*) AS number FROM finding {_SAVINGS} {_OF_RUN} AND NOT {_ENOUGH}"  # noqa: S608 - texts from above
        return {
            "min_savings": self._shown.min_savings,
            "findings": self._journal.store.rows(query, given)[0]["number"],
            "changes": sum(not self._saves_enough(each) for each in records),
        }


def change_to_json(record: ChangeRecord, steps: dict[tuple[str, int], tuple[str, str | None]]) -> dict[str, Any]:
    """Give a change as the report has it; ``steps`` maps (direction, position) to (status, request id)."""
    document = record.change.to_json()
    for position, step in enumerate(document["steps"]):
        status, request = steps.get(("forward", position), ("planned", None))
        step["status"] = str(status)
        step["request_id"] = request
    return {**document, "status": str(record.status), "reason": record.reason}
