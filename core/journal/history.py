"""What became of each failure from audit to audit: first seen, last seen, fixed, returned.

Kept by fingerprint, apart from the runs, which may be pruned; worked out from a finished audit's rows in a few
statements of SQL, so that memory does not grow with what was found. A failure is *fixed* only when this audit judged it
to pass or not to apply any more, or when this audit listed everything of the resource's account and Region and it was
not there; what is unknown, or was not selected, neither fixes nor opens anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.canonical import digest
from trueup.journal.runs import stamp

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence

    from trueup.clock import Clock
    from trueup.journal.store import Store

__all__ = ["History"]

# What narrows an audit by resource: one that is not in it may be there all the same.
_NARROWING = ("resources", "tags")

_COUNTED = ("pass", "fail", "unknown", "exempt", "not_applicable")

_BEGIN = f"""
INSERT INTO audited (run, kind, at, alike, {", ".join(_COUNTED)})
SELECT :run, :kind, :at, :alike, {", ".join(f"count(*) FILTER (WHERE verdict = '{each}')" for each in _COUNTED)}
FROM finding WHERE run = :run
"""  # noqa: S608 - names from above

# One pass over the findings, which are large; of a resource that was judged twice by a rule, the worse verdict counts.
_FOUND = """
CREATE TEMP TABLE found (
    fingerprint TEXT PRIMARY KEY, worst INTEGER NOT NULL, verdict TEXT NOT NULL, rule TEXT NOT NULL, type TEXT,
    arn TEXT NOT NULL, account TEXT NOT NULL, region TEXT NOT NULL
) STRICT, WITHOUT ROWID
"""

_WORST = " ".join(
    f"WHEN '{each}' THEN {rank}" for rank, each in enumerate(("fail", "exempt", "unknown", "pass", "not_applicable"))
)

_LOOK = f"""
INSERT INTO found
SELECT fingerprint, CASE verdict {_WORST} END, verdict, rule,
       CASE WHEN verdict IN ('fail', 'exempt') THEN json_extract(document, '$.resource.type') END, arn, account, region
FROM finding WHERE run = :run
ON CONFLICT (fingerprint) DO UPDATE SET worst = excluded.worst, verdict = excluded.verdict, type = excluded.type
    WHERE excluded.worst < worst
"""  # noqa: S608 - verdicts from above

_RETURNED = """
INSERT INTO turn (number, fingerprint, what, verdict)
SELECT :number, history.fingerprint, 'returned', 'fail'
FROM history JOIN found ON found.fingerprint = history.fingerprint
WHERE found.verdict = 'fail' AND history.state = 'fixed' AND history.opened IS NOT NULL
"""

_SEEN = """
INSERT INTO history (fingerprint, rule, type, arn, account, region, state, verdict, judged, opened,
                     first_seen, first_run, last_seen, last_run)
SELECT fingerprint, rule, type, arn, account, region, :state, verdict, :number, :opened, :at, :run, :at, :run
FROM found WHERE verdict = :verdict
ON CONFLICT (fingerprint) DO UPDATE SET
    returned = returned + (state = 'fixed' AND excluded.opened IS NOT NULL AND opened IS NOT NULL),
    opened = coalesce(opened, excluded.opened),
    state = excluded.state, verdict = excluded.verdict, judged = excluded.judged,
    last_seen = excluded.last_seen, last_run = excluded.last_run, fixed_at = NULL, fixed_by = NULL
"""

_JUDGED = """
UPDATE history SET verdict = found.verdict, judged = :number FROM found
WHERE found.fingerprint = history.fingerprint AND found.verdict IN ('unknown', 'pass', 'not_applicable')
"""

# Rules whose file cannot be used are in the report, but judged nothing; nor was the rest of a list that broke off.
_GONE = """
UPDATE history SET verdict = NULL, judged = :number
WHERE state <> 'fixed'
    AND rule IN (SELECT id FROM rule WHERE run = :run AND json_extract(document, '$.broken') IS NULL)
    AND (account, region) IN (
        SELECT account, region FROM scope WHERE run = :run AND json_extract(document, '$.complete'))
    AND (rule, account, region) NOT IN (SELECT rule, account, region FROM found WHERE arn = '')
    AND fingerprint NOT IN (SELECT fingerprint FROM found)
"""

_HOLDS = "(verdict IS NULL OR verdict IN ('pass', 'not_applicable'))"

# What was exempt and passes now was no open failure: it lapses, and is not counted as fixed.
_TURNS = f"""
INSERT INTO turn (number, fingerprint, what, verdict)
SELECT :number, fingerprint, CASE state WHEN 'open' THEN 'fixed' ELSE 'lapsed' END, verdict
FROM history WHERE judged = :number AND state <> 'fixed' AND {_HOLDS}
"""  # noqa: S608 - a condition from above

_FIXED = f"""
UPDATE history SET state = 'fixed', fixed_at = :at, fixed_by = :run
WHERE judged = :number AND state <> 'fixed' AND {_HOLDS}
"""  # noqa: S608 - a condition from above


class History:
    """The history of one state."""

    def __init__(self, store: Store, clock: Clock) -> None:
        """Keep the history in ``store``, at the time of ``clock``."""
        self._store = store
        self._clock = clock

    def record(self, run: str, selection: Mapping[str, Sequence[str]]) -> None:
        """Take what a whole audit found into the history; all of it, or nothing.

        Only for an audit that came to its end: one that was broken off did not look at what it has no finding of.

        Args:
            run: the run, with its findings, rules and scopes on disk.
            selection: what the audit was about, which may be less than what its run was.
        """
        at = stamp(self._clock.now())
        with self._store.beside() as db:
            # Most of the work, which others need not wait for: nobody else writes this run's rows.
            db.execute("DROP TABLE IF EXISTS found")
            db.execute(_FOUND)
            db.execute(_LOOK, {"run": run})
        with self._store.write() as db:
            (kind,) = db.execute("SELECT kind FROM run WHERE id = ?", (run,)).fetchone()
            given: dict[str, Any] = {"run": run, "kind": kind, "at": at, "alike": _alike(db, run, selection)}
            given["number"] = number = db.execute(_BEGIN, given).lastrowid
            db.execute(_RETURNED, given)
            db.execute(_SEEN, {**given, "state": "open", "verdict": "fail", "opened": number})
            db.execute(_SEEN, {**given, "state": "exempt", "verdict": "exempt", "opened": None})
            db.execute(_JUDGED, given)
            if not any(selection.get(name) for name in _NARROWING):
                db.execute(_GONE, given)
            db.execute(_TURNS, given)
            db.execute(_FIXED, given)
            db.execute("DROP TABLE found")


def _alike(db: sqlite3.Connection, run: str, selection: Mapping[str, Sequence[str]]) -> str:
    """Give what audits have in common that can be compared: the same selection in the same accounts and Regions."""
    query = "SELECT account, region FROM scope WHERE run = ? ORDER BY account, region"
    scopes = [[row["account"], row["region"]] for row in db.execute(query, (run,))]
    chosen = {name: sorted(values) for name, values in selection.items() if values}
    return digest({"scopes": scopes, "selection": chosen})
