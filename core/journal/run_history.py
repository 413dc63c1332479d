"""What a run's report says of other runs: what is new, was fixed or has returned since the one before.

Worked out from the history as it was when the run ended, so that the report of an old run stays what it was.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from trueup.journal.runs import RunRecord
    from trueup.journal.store import Store

__all__ = ["BASELINE", "RunHistory"]

BASELINE = "baseline"
"""The option of a run that names the run whose failures are known already."""

# What a chart can show side by side.
_MOST_POINTS = 30

_COUNTED = ("pass", "fail", "unknown", "exempt", "not_applicable")

_PREVIOUS = """
SELECT earlier.number, earlier.run, earlier.at FROM audited AS earlier JOIN audited AS own ON own.run = ?
WHERE earlier.alike = own.alike AND earlier.number < own.number AND earlier.run <> own.run
    AND earlier.kind IN ('audit', 'plan') AND own.kind IN ('audit', 'plan')
ORDER BY earlier.number DESC LIMIT 1
"""

_TREND = f"""
SELECT run, kind, at, {", ".join(f'"{each}"' for each in _COUNTED)} FROM audited
WHERE alike = (SELECT alike FROM audited WHERE run = ? ORDER BY number DESC LIMIT 1) AND number <= ?
    AND kind IN ('audit', 'plan')
ORDER BY number DESC LIMIT {_MOST_POINTS}
"""  # noqa: S608 - names from above

# A failure of this run: what it was before, and whether the baseline had it.
_JOINED = """
LEFT JOIN history AS seen ON finding.verdict IN ('fail', 'exempt') AND seen.fingerprint = finding.fingerprint
LEFT JOIN (
    SELECT DISTINCT fingerprint AS returned FROM turn WHERE number > :low AND number <= :high AND what = 'returned'
) AS turned ON turned.returned = finding.fingerprint
LEFT JOIN (
    SELECT DISTINCT fingerprint AS known FROM finding WHERE run = :baseline AND verdict = 'fail'
) AS base ON base.known = finding.fingerprint
"""

_WORD = """
CASE WHEN finding.verdict <> 'fail' OR seen.opened IS NULL OR seen.opened > :high THEN NULL
    WHEN seen.opened > :low THEN 'new' WHEN turned.returned IS NOT NULL THEN 'returned' ELSE 'open' END
"""

_COUNTS = f"""
SELECT {_WORD} AS word, count(*) AS number FROM finding {_JOINED} WHERE finding.run = :run GROUP BY word
"""  # noqa: S608 - texts from above

_AGAINST = f"""
SELECT count(*) AS failing, count(base.known) AS known FROM finding {_JOINED}
WHERE finding.run = :run AND finding.verdict = 'fail'
"""  # noqa: S608 - a text from above

# Fixed since, and not returned: of what this run's rules and scopes are about, or what it fixed itself.
_FIXED = """
SELECT seen.*, turned.verdict AS found, own.run AS by, own.at AS at
FROM (SELECT fingerprint, max(number) AS number, what, verdict FROM turn
      WHERE number > :low AND number <= :high GROUP BY fingerprint) AS turned
JOIN history AS seen ON seen.fingerprint = turned.fingerprint
JOIN audited AS own ON own.number = turned.number
WHERE turned.what = 'fixed' AND seen.opened <= :low AND (own.run = :run OR (
    seen.rule IN (SELECT id FROM rule WHERE run = :run)
    AND (seen.account, seen.region) IN (SELECT account, region FROM scope WHERE run = :run)
    AND (NOT :narrow OR seen.fingerprint IN (SELECT fingerprint FROM finding WHERE run = :run))))
ORDER BY seen.rule, seen.arn, seen.fingerprint
"""


class RunHistory:
    """The history of one run's findings."""

    def __init__(self, store: Store, record: RunRecord) -> None:
        """Look at ``record``'s run in ``store``."""
        self._store = store
        self._record = record
        baseline = record.options.get(BASELINE)
        self._baseline = str(baseline) if baseline else None
        # one that was left behind in another state says nothing
        self._has_baseline = bool(store.rows("SELECT 1 FROM run WHERE id = ?", (self._baseline,)))
        numbers = store.rows("SELECT min(number) AS low, max(number) AS high FROM audited WHERE run = ?", (record.id,))
        # an audit that was broken off, and a run that is none, are not in the history
        self._known = numbers[0]["low"] is not None
        self._previous = next(iter(store.rows(_PREVIOUS, (record.id,))), None) if self._known else None
        low = self._previous["number"] if self._previous else (numbers[0]["low"] or 0) - 1
        self.given: dict[str, Any] = {
            "run": record.id,
            "low": low,
            "high": numbers[0]["high"] if self._known else -1,
            "baseline": self._baseline,
            "narrow": bool(record.selection.get("resources") or record.selection.get("tags")),
        }
        """What the statements of ``joined`` and ``columns`` are given."""

    joined = _JOINED
    """What to join ``finding`` with, to get ``columns``."""

    columns = f"finding.document, finding.fingerprint, finding.verdict, seen.first_seen, base.known, {_WORD} AS word"
    """The columns that ``finding`` makes a report's finding of."""

    def finding(self, row: sqlite3.Row) -> dict[str, Any]:
        """Give a finding in the report's shape, from a row of ``columns``."""
        failing = row["verdict"] == "fail"
        against = {False: "new", True: "known"}[row["known"] is not None] if failing and self._has_baseline else None
        return {
            **json.loads(row["document"]),
            "fingerprint": row["fingerprint"],
            "first_seen": row["first_seen"] if self._known else None,
            "history": row["word"],
            "baseline": against,
        }

    def to_json(self) -> dict[str, Any]:
        """Give ``history`` of the report, without the list of what was fixed."""
        previous = self._previous
        return {
            "compared_with": {"run": previous["run"], "finished_at": previous["at"]} if previous else None,
            "counts": self._counts() if self._known else None,
            "baseline": self._against() if self._baseline else None,
            "trend": self._trend() if self._known else [],
        }

    def fixed(self) -> Iterator[dict[str, Any]]:
        """Yield what was fixed since, by rule and ARN."""
        names = ("fingerprint", "rule", "type", "arn", "account", "region", "first_seen")
        for row in self._store.stream(_FIXED, self.given) if self._known else ():
            found = {**{name: row[name] for name in names}, "arn": row["arn"] or None}
            yield {**found, "fixed_at": row["at"], "fixed_by": row["by"], "verdict": row["found"]}

    def _counts(self) -> dict[str, int]:
        counts = {row["word"]: row["number"] for row in self._store.rows(_COUNTS, self.given)}
        (fixed,) = self._store.rows(f"SELECT count(*) AS number FROM ({_FIXED})", self.given)  # noqa: S608 - from above
        return {**{word: counts.get(word, 0) for word in ("new", "open", "returned")}, "fixed": fixed["number"]}

    def _against(self) -> dict[str, Any]:
        if not self._has_baseline:
            return {"run": self._baseline, "new": None, "known": None}
        (row,) = self._store.rows(_AGAINST, self.given)
        return {"run": self._baseline, "new": row["failing"] - row["known"], "known": row["known"]}

    def _trend(self) -> list[dict[str, Any]]:
        rows = self._store.rows(_TREND, (self._record.id, self.given["high"]))
        return [dict(row) for row in reversed(rows)]
