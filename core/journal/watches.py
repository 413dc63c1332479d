"""Who watches which run, and how far: the lease that keeps it to one watcher, and where a stopped watch goes on.

A lease and not a file lock, since watchers may be jobs on several machines with one state; it ends by itself, so that
a killed watcher keeps nobody out for long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.errors import RefusedError
from trueup.journal.runs import moment, stamp
from trueup.journal.tables import WATCH

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from trueup.clock import Clock
    from trueup.journal.store import Store

__all__ = ["Watches"]


class Watches:
    """The watches of one state, by the run that is watched."""

    def __init__(self, store: Store, clock: Clock) -> None:
        """Keep watches in ``store``, at the time of ``clock``."""
        self._store = store
        self._clock = clock

    def take(self, run: str, holder: str, lasting: timedelta) -> None:
        """Take the lease of a run, or hold it for longer; it is free once its time is over.

        Args:
            run: the run that is watched.
            holder: the watch, as the next one is told of it.
            lasting: how long from now.

        Raises:
            RefusedError: another one holds it; the message says who and until when.
        """
        now = self._clock.now()
        with self._store.write() as db:
            # a state that was made before there were watches gets the table with the first of them
            db.execute(WATCH)
            held = db.execute("SELECT holder, held_until FROM watch WHERE run = ?", (run,)).fetchone()
            if held and held["holder"] not in {None, holder} and moment(held["held_until"]) > now:
                message = (
                    f"run {run} is watched by {held['holder']} until {held['held_until']} at least; "
                    "end that one, or wait until then"
                )
                raise RefusedError(message)
            db.execute(
                "INSERT INTO watch (run, holder, held_until) VALUES (?, ?, ?) ON CONFLICT (run) DO UPDATE SET"
                " holder = excluded.holder, held_until = excluded.held_until",
                (run, holder, stamp(now + lasting)),
            )

    def release(self, run: str, holder: str) -> None:
        """Give the lease back, if it is still this holder's."""
        with self._store.write() as db:
            db.execute("UPDATE watch SET holder = NULL WHERE run = ? AND holder = ?", (run, holder))

    def looked(self, run: str, until: datetime) -> None:
        """Keep how far a run was watched, and what was seen dealt with."""
        with self._store.write() as db:
            db.execute("UPDATE watch SET looked_until = ? WHERE run = ?", (stamp(until), run))

    def looked_until(self, run: str) -> datetime | None:
        """Give how far a run was watched, by whomever; None when nobody did."""
        with self._store.write() as db:
            db.execute(WATCH)
            row = db.execute("SELECT looked_until FROM watch WHERE run = ?", (run,)).fetchone()
        return moment(row["looked_until"]) if row and row["looked_until"] else None
