"""Two runs held against each other, finding by finding: what is new in the second, and what is fixed.

By fingerprint, in SQL, a few hundred rows at a time, so that two large runs need little memory. *Fixed* is only what
the second run judged so, or found gone where it listed everything; the rest of what it has no finding of is *not
judged*.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trueup.journal.runs import RunRecord
    from trueup.journal.store import Store

__all__ = ["KINDS", "RunDiff"]

KINDS = ("new", "fixed", "still_failing", "unknown", "changed", "not_judged")
"""What a pair of verdicts comes to; pairs that are the same and do not fail are of no kind."""

# Of a resource that a rule judged twice in a run, the worse verdict counts.
_JUDGED = """
SELECT fingerprint, rule, arn, account, region, verdict, min(CASE verdict
    WHEN 'fail' THEN 0 WHEN 'exempt' THEN 1 WHEN 'unknown' THEN 2 WHEN 'pass' THEN 3 ELSE 4 END) AS worst
FROM finding WHERE run = {run} GROUP BY fingerprint
"""

_GONE = """
(after IS NULL AND NOT :narrow
    AND rule IN (SELECT id FROM rule WHERE run = :second AND json_extract(document, '$.broken') IS NULL)
    AND (account, region) IN (
        SELECT account, region FROM scope WHERE run = :second AND json_extract(document, '$.complete'))
    AND (rule, account, region) NOT IN (
        SELECT rule, account, region FROM finding WHERE run = :second AND arn = ''))
"""

# No FULL JOIN: the SQLite of an older Python has none.
_PAIRS = f"""
WITH a AS ({_JUDGED.format(run=":first")}), b AS ({_JUDGED.format(run=":second")}),
pair AS (
    SELECT a.fingerprint, a.rule, a.arn, a.account, a.region, a.verdict AS before, b.verdict AS after
    FROM a LEFT JOIN b ON b.fingerprint = a.fingerprint
    UNION ALL
    SELECT b.fingerprint, b.rule, b.arn, b.account, b.region, NULL, b.verdict
    FROM b LEFT JOIN a ON a.fingerprint = b.fingerprint WHERE a.fingerprint IS NULL
),
told AS (
    SELECT *, CASE
        WHEN after = 'fail' THEN iif(before = 'fail', 'still_failing', 'new')
        WHEN before = 'fail' AND (after IN ('pass', 'not_applicable') OR {_GONE})
            THEN 'fixed'
        WHEN before = 'fail' AND after IS NULL THEN 'not_judged'
        WHEN before = 'unknown' OR after = 'unknown' THEN 'unknown'
        WHEN before <> after THEN 'changed' END AS kind
    FROM pair
)
"""  # noqa: S608 - texts from above

_COUNTS = _PAIRS + "SELECT kind, count(*) AS number FROM told WHERE kind IS NOT NULL GROUP BY kind"  # noqa: S608 - texts from above

_OF_KIND = _PAIRS + "SELECT * FROM told WHERE kind = :kind ORDER BY rule, arn, fingerprint"  # noqa: S608 - texts from above


class RunDiff:
    """What the second of two runs found otherwise than the first."""

    def __init__(self, store: Store, first: RunRecord, second: RunRecord) -> None:
        """Hold ``second`` against ``first``, both in ``store``."""
        self._store = store
        # the closing audit of an apply looks at what was changed only, whatever its plan was about
        narrow = second.kind not in {"audit", "plan"} or any(
            second.selection.get(each) for each in ("resources", "tags")
        )
        self._given: dict[str, Any] = {"first": first.id, "second": second.id, "narrow": narrow}

    def counts(self) -> dict[str, int]:
        """Give how many there are of each kind."""
        found = {row["kind"]: row["number"] for row in self._store.rows(_COUNTS, self._given)}
        return {kind: found.get(kind, 0) for kind in KINDS}

    def of(self, kind: str) -> Iterator[dict[str, Any]]:
        """Yield what is of a kind, by rule and ARN: fingerprint, rule, where, and the verdict before and after.

        A verdict is None where the run has no such finding.
        """
        names = ("fingerprint", "rule", "arn", "account", "region", "before", "after")
        for row in self._store.stream(_OF_KIND, {**self._given, "kind": kind}):
            yield {**{name: row[name] for name in names}, "arn": row["arn"] or None}
