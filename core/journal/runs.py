"""Runs: what was done when, by whom, and how it ended.

Kept apart from changes, since an audit is a run too and a person at three in the morning starts from this list.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from trueup import __version__
from trueup.errors import UsageError
from trueup.events import emit

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from trueup.clock import Clock
    from trueup.journal.store import Store

__all__ = ["RunRecord", "Runs", "moment", "stamp"]

STAMP = "%Y-%m-%dT%H:%M:%SZ"


def stamp(at: datetime) -> str:
    """Give a moment as every file and report writes it: ``2026-11-23T10:00:00Z``."""
    return at.strftime(STAMP)


def moment(text: str) -> datetime:
    """Give the moment that ``stamp`` wrote, aware, UTC."""
    return datetime.strptime(text, STAMP).replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run.

    Args:
        id: sortable by time.
        kind: ``audit``, ``plan``, ``apply``, ``rollback`` or ``watch``.
        status: ``running``, ``finished``, ``stopped``, ``interrupted`` or ``failed``; a ``running`` one whose process
            is gone was killed.
        started_at: as ``stamp`` writes it.
        finished_at: None while it is not.
        account: the account, None when credentials were not even good for that.
        principal: the ARN that acted.
        tool_version: trueup's version.
        selection: what was selected.
        plan_digest: the plan that it made or applied.
        of_run: the run that it rolls back or watches.
        options: what the command line allowed, for resuming with the same.
    """

    id: str
    kind: str
    status: str
    started_at: str
    finished_at: str | None
    account: str | None
    principal: str | None
    tool_version: str
    selection: dict[str, Any]
    plan_digest: str | None
    of_run: str | None
    options: dict[str, Any]


class Runs:
    """The runs of one state."""

    def __init__(self, store: Store, clock: Clock) -> None:
        """Keep runs in ``store``, at the time of ``clock``."""
        self._store = store
        self._clock = clock

    def new_id(self) -> str:
        """Give the id of a run that is about to start: its calls carry it from the first on."""
        return f"{self._clock.now():%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"

    def start(  # noqa: PLR0913 - a run has these fields, and each is given by name
        self,
        kind: str,
        *,
        run: str | None = None,
        account: str | None = None,
        principal: str | None = None,
        selection: Mapping[str, Any] | None = None,
        plan_digest: str | None = None,
        of_run: str | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> str:
        """Begin a run (with an id that ``new_id`` gave) and give its id."""
        now = self._clock.now()
        run = run or self.new_id()
        with self._store.write() as db:
            db.execute(
                "INSERT INTO run (id, kind, status, started_at, account, principal, tool_version, selection,"
                " plan_digest, of_run, options) VALUES (?, ?, 'running', ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    run, kind, stamp(now), account, principal, __version__, json.dumps(selection or {}),
                    plan_digest, of_run, json.dumps(options or {}),
                ),
            )  # fmt: skip
        emit("run_started", run=run, kind=kind, account=account, principal=principal)
        return run

    def finish(self, run: str, status: str) -> None:
        """End a run with a status."""
        with self._store.write() as db:
            db.execute(
                "UPDATE run SET status = ?, finished_at = ? WHERE id = ?", (status, stamp(self._clock.now()), run)
            )
        emit("run_finished", run=run, status=status)

    def keep_options(self, run: str, options: Mapping[str, Any]) -> None:
        """Keep other options with a run."""
        with self._store.write() as db:
            db.execute("UPDATE run SET options = ? WHERE id = ?", (json.dumps(options), run))

    def made_plan(self, run: str, digest: str) -> None:
        """Note the plan that a run made."""
        with self._store.write() as db:
            db.execute("UPDATE run SET plan_digest = ? WHERE id = ?", (digest, run))

    def reopen(self, run: str) -> None:
        """Make a run ``running`` again, to resume it; a stop that was asked of it is forgotten."""
        with self._store.write() as db:
            db.execute("UPDATE run SET status = 'running', finished_at = NULL, stop_requested = 0 WHERE id = ?", (run,))

    def get(self, run: str, *kinds: str) -> RunRecord:
        """Give a run by its id, a beginning of it, or ``last``: the newest, of these kinds where some are named.

        Raises:
            UsageError: there is none, or several begin so.
        """
        if run == "last":
            where = f"WHERE kind IN ({', '.join('?' * len(kinds))})" if kinds else ""
            newest = f"SELECT * FROM run {where} ORDER BY started_at DESC, rowid DESC LIMIT 1"  # noqa: S608 - marks only
            rows = self._store.rows(newest, kinds)
        else:
            rows = self._store.rows("SELECT * FROM run WHERE substr(id, 1, ?) = ? LIMIT 2", (len(run), run))
        if len(rows) == 1:
            return _record(rows[0])
        if rows:
            message = f"run {run!r}: expected the beginning of one run's id, found several; give more of it"
        else:
            what = f"{run!r} of {' or '.join(kinds)}" if run == "last" and kinds else repr(run)
            message = (
                f"run {what} is not in the state {self._store.path}; see `trueup runs list`, name its state with "
                "--state, or bring it here with `trueup runs import FILE`"
            )
        raise UsageError(message)

    def listing(self, *, arn: str | None = None, since: datetime | None = None) -> list[RunRecord]:
        """Give the runs, newest first; only those that changed ``arn``, only those since a moment."""
        query, parameters = "SELECT * FROM run WHERE 1", []
        if arn is not None:
            query += " AND id IN (SELECT run FROM change WHERE arn = ?)"
            parameters.append(arn)
        if since is not None:
            query += " AND started_at >= ?"
            parameters.append(stamp(since))
        return [_record(row) for row in self._store.rows(query + " ORDER BY started_at DESC, rowid DESC", parameters)]

    def request_stop(self, run: str | None = None) -> list[str]:
        """Ask running applies to send nothing more and running watches to end, one or all; give the ids of them."""
        asked = [
            row["id"]
            for row in self._store.rows("SELECT id FROM run WHERE status = 'running' AND kind IN ('apply', 'watch')")
            if run is None or row["id"] == run
        ]
        with self._store.write() as db:
            db.executemany("UPDATE run SET stop_requested = 1 WHERE id = ?", [(each,) for each in asked])
        return asked

    def stop_requested(self, run: str) -> bool:
        """Tell whether the run was asked to stop."""
        return bool(self._store.rows("SELECT stop_requested FROM run WHERE id = ?", (run,))[0]["stop_requested"])


def _record(row: sqlite3.Row) -> RunRecord:
    return RunRecord(
        **{name: row[name] for name in RunRecord.__slots__ if name not in {"selection", "options"}},
        selection=json.loads(row["selection"]),
        options=json.loads(row["options"]),
    )
