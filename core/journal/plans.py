"""Plans in the journal: which were made here, and which was applied by which run.

A state applies a plan once; and it knows the digest of the plans it made, so that an edited file is found out
even when its own digest was edited with it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from trueup.errors import RefusedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.journal.store import Store

__all__ = ["Plans"]

# What a run is until it has come to its end; one that was killed is still called running.
_UNFINISHED = ("running", "interrupted", "stopped")


class Plans:
    """The plans of one state."""

    def __init__(self, store: Store) -> None:
        """Keep plans in ``store``."""
        self._store = store

    def keep(self, document: Mapping[str, Any], made_by: str | None) -> None:
        """Keep a plan; one that is kept already is left as it is."""
        with self._store.write() as db:
            db.execute(
                "INSERT OR IGNORE INTO plan (digest, id, document, made_by) VALUES (?, ?, ?, ?)",
                (document["digest"], document["id"], json.dumps(document), made_by),
            )

    def get(self, digest: str) -> dict[str, Any]:
        """Give the plan with a digest.

        Raises:
            UsageError: it is not in this state.
        """
        rows = self._store.rows("SELECT document FROM plan WHERE digest = ?", (digest,))
        if not rows:
            message = f"plan {digest or 'of the run'} is not in the state {self._store.path}; plan again"
            raise UsageError(message)
        document: dict[str, Any] = json.loads(rows[0]["document"])
        return document

    def check(self, plan: str, digest: str) -> None:
        """Check that the plan with this id has this digest, as far as this state knows it, and was not applied.

        Raises:
            RefusedError: it was edited after it was made here, or applied already.
        """
        query = (
            "SELECT digest, applied_by, status FROM plan LEFT JOIN run ON run.id = plan.applied_by WHERE plan.id = ?"
        )
        for row in self._store.rows(query, (plan,)):
            if row["digest"] != digest:
                message = (
                    f"plan {plan} was edited: expected {row['digest']}, as it was made, found {digest}; make a new plan"
                )
                raise RefusedError(message)
            if row["applied_by"]:
                run, status = row["applied_by"], row["status"]
                way_out = "make a new plan"
                if status in _UNFINISHED:
                    way_out = f"that run is {status}: `trueup resume {run}` goes on, `trueup rollback {run}` undoes it"
                message = f"plan {plan} was applied already by run {run}; {way_out}"
                raise RefusedError(message)

    def claim(self, digest: str, run: str) -> None:
        """Mark the plan as applied by ``run``, in one transaction with the look whether it was; twice does no harm.

        Raises:
            RefusedError: another run applied it.
        """
        with self._store.write() as db:
            changed = db.execute(
                "UPDATE plan SET applied_by = :run "
                "WHERE digest = :digest AND (applied_by IS NULL OR applied_by = :run)",
                {"run": run, "digest": digest},
            ).rowcount
        if changed != 1:
            message = f"plan {digest} was applied already by another run; make a new plan"
            raise RefusedError(message)
