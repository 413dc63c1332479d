"""The journal: everything that a state file keeps, behind one name.

Commands get this one object; what is kept how lies with each noun.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from trueup.journal.changes import Changes
from trueup.journal.findings import FindingsWriter
from trueup.journal.history import History
from trueup.journal.plans import Plans
from trueup.journal.runs import Runs
from trueup.journal.store import Store, default_state_path
from trueup.journal.watches import Watches

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from trueup.clock import Clock
    from trueup.finding import Severity

__all__ = ["Journal"]


class Journal:
    """An open state: ``runs``, ``changes``, ``plans``, ``watches`` and ``history``, and the findings of each run."""

    def __init__(self, store: Store, clock: Clock) -> None:
        """Keep everything in ``store``, at the time of ``clock``."""
        self.store = store
        self.clock = clock
        self.runs = Runs(store, clock)
        self.changes = Changes(store, clock)
        self.plans = Plans(store)
        self.watches = Watches(store, clock)
        self.history = History(store, clock)

    @classmethod
    def open(cls, path: Path | None, clock: Clock) -> Self:
        """Open the state at ``path``, the default one without it.

        Raises:
            StateError: it cannot be used; the message says why.
        """
        return cls(Store(path or default_state_path()), clock)

    def forget_findings(self, run: str) -> None:
        """Drop what a run found so far, before it is judged again."""
        with self.store.write() as db:
            for table in ("finding", "rule", "scope"):
                db.execute(f"DELETE FROM {table} WHERE run = ?", (run,))  # noqa: S608 - names from above

    def forget_unfinished(self, run: str) -> frozenset[tuple[str, str]]:
        """Drop what an interrupted audit found in scopes that it did not read to their end; give those that it did.

        Returns:
            Account id and Region of each scope that was read.
        """
        unread = "json_extract(document, '$.unread') IS NOT NULL"
        with self.store.write() as db:
            db.execute(f"DELETE FROM scope WHERE run = ? AND {unread}", (run,))  # noqa: S608 - a constant
            db.execute(
                "DELETE FROM finding WHERE run = ?1 AND account != ''"
                " AND (account, region) NOT IN (SELECT account, region FROM scope WHERE run = ?1)",
                (run,),
            )
        rows = self.store.rows("SELECT account, region FROM scope WHERE run = ?", (run,))
        return frozenset((row["account"], row["region"]) for row in rows)

    def findings(self, run: str, severities: Mapping[str, Severity]) -> FindingsWriter:
        """Give the writer of a run's findings; use it as a context manager."""
        return FindingsWriter(self.store, run, severities)
