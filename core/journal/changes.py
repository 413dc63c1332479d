"""Changes and steps in the journal: what was meant, what was sent, what became of it.

The order of writing is the point: an intent is on disk before its call is sent, and the outcome right after.
A change that was begun reads ``indeterminate`` until its outcome is known, so that a crash leaves nothing untrue.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

from trueup.events import emit, is_heard
from trueup.facts.encode import decode, encode
from trueup.journal.runs import stamp
from trueup.planning.planned import PlannedChange

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping
    from datetime import datetime

    from trueup.change import Call
    from trueup.clock import Clock
    from trueup.journal.store import Store

__all__ = ["ChangeRecord", "ChangeStatus", "Changes", "Direction", "StepRecord", "StepStatus"]

Direction = Literal["forward", "undo"]


class ChangeStatus(StrEnum):
    """Where a change stands."""

    PLANNED = "planned"
    APPLIED = "applied"
    SETTLING = "settling"
    UNVERIFIED = "unverified"
    INDETERMINATE = "indeterminate"
    FAILED = "failed"
    STALE = "stale"
    SKIPPED = "skipped"
    ROLLED_BACK = "rolled_back"


class StepStatus(StrEnum):
    """Where a step stands."""

    PLANNED = "planned"
    INTENDED = "intended"
    SENT = "sent"
    SETTLED = "settled"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One step of one change, in one direction; ``result`` is the response that later steps may refer to."""

    direction: Direction
    position: int
    status: StepStatus
    request_id: str | None
    result: Any


@dataclass(frozen=True, slots=True)
class ChangeRecord:
    """One change of one run.

    ``judged`` holds the observed aspects as they were judged right before the write; of a watch's own run what it saw.
    """

    run: str
    position: int
    change: PlannedChange
    status: ChangeStatus
    reason: str | None
    at: str
    judged: dict[str, Any] | None


class Changes:
    """The changes of one state."""

    def __init__(self, store: Store, clock: Clock) -> None:
        """Keep changes in ``store``, at the time of ``clock``."""
        self._store = store
        self._clock = clock

    def add(self, run: str, change: PlannedChange, status: ChangeStatus, reason: str | None = None) -> None:
        """Add a change to a run, after the ones it has."""
        now = stamp(self._clock.now())
        with self._store.write() as db:
            (position,) = db.execute("SELECT count(*) FROM change WHERE run = ?", (run,)).fetchone()
            db.execute(
                "INSERT INTO change (run, id, position, rule, arn, status, reason, at, document)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    run, change.id, position, change.rule, change.resource.arn, status, reason, now,
                    json.dumps(change.to_json()),
                ),
            )  # fmt: skip

    def mark(self, run: str, change: str, status: ChangeStatus, reason: str | None = None) -> None:
        """Set where a change stands, and why."""
        with self._store.write() as db:
            self._mark(db, run, change, status, reason)
        if is_heard("change_status"):
            self._tell(run, change, status)

    def keep_judged(self, run: str, change: str, observed: Mapping[str, Any]) -> None:
        """Keep the observed aspects that the rule was judged on right before the write, or what a watch saw."""
        with self._store.write() as db:
            db.execute(
                "UPDATE change SET judged = ? WHERE run = ? AND id = ?", (json.dumps(encode(observed)), run, change)
            )

    def intend(self, run: str, change: PlannedChange, direction: Direction, position: int, call: Call) -> None:
        """Put on disk that a call is about to be sent; the before-image and the undo lie in the change."""
        reason = f"interrupted at {call.name}; what became of it is found out by `trueup resume {run}`"
        with self._store.write() as db:
            self._step(db, run, change.id, direction, position, StepStatus.INTENDED)
            self._mark(db, run, change.id, ChangeStatus.INDETERMINATE, reason)
            self._event(
                db, run, "intent", change.id, f"{direction}-{position + 1}",
                {"call": call.name, "parameters": call.parameters},
            )  # fmt: skip

    def outcome(  # noqa: PLR0913 - a step's address and what became of it
        self,
        run: str,
        change: str,
        direction: Direction,
        position: int,
        status: StepStatus,
        *,
        request_id: str | None = None,
        result: Any = None,
        detail: str = "",
    ) -> None:
        """Put on disk what became of a call."""
        with self._store.write() as db:
            self._step(db, run, change, direction, position, status, request_id=request_id, result=result)
            self._event(
                db, run, status, change, f"{direction}-{position + 1}", {"request_id": request_id, "detail": detail}
            )

    def note(self, run: str, what: str, change: str | None = None, **detail: Any) -> None:
        """Add a line to the run's story."""
        with self._store.write() as db:
            self._event(db, run, what, change, None, detail)

    def of(self, run: str) -> list[ChangeRecord]:
        """Give a run's changes in the order of its plan."""
        return [
            _change(row) for row in self._store.rows("SELECT * FROM change WHERE run = ? ORDER BY position", (run,))
        ]

    def steps(self, run: str, change: str) -> list[StepRecord]:
        """Give the steps of a change that were begun, in the order in which they were first meant."""
        query = "SELECT * FROM step WHERE run = ? AND change = ? ORDER BY direction, position"
        return [_step(row) for row in self._store.rows(query, (run, change))]

    def events(self, run: str) -> list[dict[str, Any]]:
        """Give a run's story, oldest first."""
        rows = self._store.rows("SELECT * FROM event WHERE run = ? ORDER BY seq", (run,))
        return [
            {"at": r["at"], "what": r["what"], "change": r["change"], "step": r["step"], **json.loads(r["detail"])}
            for r in rows
        ]

    def touching(self, arn: str, since: datetime | None = None) -> list[ChangeRecord]:
        """Give every change of a resource that applies have in the journal, newest first; by runs, then by position."""
        query = (
            "SELECT change.* FROM change JOIN run ON run.id = change.run WHERE arn = ? AND run.kind = 'apply'"
            " AND at >= ? ORDER BY run.started_at DESC, run.rowid DESC, change.position DESC"
        )
        return [_change(row) for row in self._store.rows(query, (arn, stamp(since) if since else ""))]

    def frozen(self, arn: str) -> list[ChangeRecord]:
        """Give the changes of a resource, undos by rollbacks among them, of which nobody knows yet how they end."""
        query = (
            "SELECT change.* FROM change JOIN run ON run.id = change.run WHERE arn = ? AND run.kind != 'watch'"
            " AND change.status IN ('indeterminate', 'settling') ORDER BY change.rowid"
        )
        return [_change(row) for row in self._store.rows(query, (arn,))]

    def _tell(self, run: str, change: str, status: ChangeStatus) -> None:
        for row in self._store.rows("SELECT document FROM change WHERE run = ? AND id = ?", (run, change)):
            planned = PlannedChange.from_json(json.loads(row["document"]))
            resource = planned.resource
            emit(
                "change_status",
                run=run,
                account=resource.account,
                region=resource.region,
                service=resource.type.partition(".")[0],
                rule=planned.rule,
                resource=resource.arn,
                change=change,
                status=str(status),
            )

    def _mark(self, db: sqlite3.Connection, run: str, change: str, status: ChangeStatus, reason: str | None) -> None:
        now = stamp(self._clock.now())
        # a hostile name may hold half a surrogate pair, which SQLite cannot keep
        reason = reason and reason.encode("utf-8", "backslashreplace").decode("utf-8")
        db.execute(
            "UPDATE change SET status = ?, reason = ?, at = ? WHERE run = ? AND id = ?",
            (status, reason, now, run, change),
        )
        self._event(db, run, f"change {status}", change, None, {"reason": reason})

    def _step(  # noqa: PLR0913 - one row
        self,
        db: sqlite3.Connection,
        run: str,
        change: str,
        direction: Direction,
        position: int,
        status: StepStatus,
        *,
        request_id: str | None = None,
        result: Any = None,
    ) -> None:
        db.execute(
            "INSERT INTO step (run, change, direction, position, status, request_id, result, at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (run, change, direction, position) DO UPDATE SET"
            " status = excluded.status, at = excluded.at, request_id = coalesce(excluded.request_id, request_id),"
            " result = coalesce(excluded.result, result)",
            (
                run, change, direction, position, status, request_id,
                None if result is None else json.dumps(result), stamp(self._clock.now()),
            ),
        )  # fmt: skip

    def _event(
        self,
        db: sqlite3.Connection,
        run: str,
        what: str,
        change: str | None,
        step: str | None,
        detail: Mapping[str, Any],
    ) -> None:
        db.execute(
            "INSERT INTO event (run, change, step, at, what, detail) VALUES (?, ?, ?, ?, ?, ?)",
            (run, change, step, stamp(self._clock.now()), what, json.dumps(detail)),
        )


def _change(row: sqlite3.Row) -> ChangeRecord:
    return ChangeRecord(
        run=row["run"],
        position=row["position"],
        change=PlannedChange.from_json(json.loads(row["document"])),
        status=ChangeStatus(row["status"]),
        reason=row["reason"],
        at=row["at"],
        judged=decode(json.loads(row["judged"])) if row["judged"] else None,
    )


def _step(row: sqlite3.Row) -> StepRecord:
    return StepRecord(
        direction=row["direction"],
        position=row["position"],
        status=StepStatus(row["status"]),
        request_id=row["request_id"],
        result=json.loads(row["result"]) if row["result"] else None,
    )
