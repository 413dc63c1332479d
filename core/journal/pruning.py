"""Which old runs may go, and taking them out of the state.

Only audits, and plans that were never applied, go, and each of them whole: what wrote to an account can be rolled back
or resumed for ever, by what the journal has of it. The history keeps what was found of each failure.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from trueup.journal.run_history import BASELINE
from trueup.journal.runs import moment, stamp

if TYPE_CHECKING:
    from datetime import datetime

    from trueup.journal.journal import Journal
    from trueup.journal.runs import RunRecord

__all__ = ["Pruning", "choose", "remove", "still_running"]

_JUDGING = frozenset({"audit", "plan"})

_TABLES = ("finding", "rule", "scope", "change", "step", "event")

# No run takes so long: one that says it is running since then was killed.
_SURELY_DEAD = timedelta(days=7)


@dataclass(slots=True)
class Pruning:
    """What a pruning would do.

    Args:
        removed: the runs that go, oldest first.
        findings: how many findings go with them.
        kept: why runs as old as that stay, to how many do.
    """

    removed: list[RunRecord] = field(default_factory=list)
    findings: int = 0
    kept: Counter[str] = field(default_factory=Counter)


def choose(journal: Journal, before: datetime, keep: int = 1) -> Pruning:
    """Say which runs that began before a moment may go; nothing is removed.

    Args:
        journal: the state.
        before: the moment.
        keep: how many of the newest finished audits, and plans, of each account stay whatever their age.
    """
    records = journal.runs.listing()
    pruning, removable = Pruning(), {}
    reasons = _needed(journal, records, keep)
    for record in records:
        if record.started_at >= stamp(before):
            continue
        if why := reasons.get(record.id):
            pruning.kept[why] += 1
        else:
            removable[record.id] = record
    for baseline in _baselines(records, set(removable)):
        pruning.kept["the baseline of a run that stays"] += 1
        del removable[baseline]
    pruning.removed = list(reversed(removable.values()))
    counted = "SELECT count(*) AS number FROM finding WHERE run = ?"
    pruning.findings = sum(journal.store.rows(counted, (run,))[0]["number"] for run in removable)
    return pruning


def remove(journal: Journal, run: str) -> None:
    """Take a run out of the state, whole or not at all, with the plan that it made."""
    with journal.store.write() as db:
        for table in _TABLES:
            db.execute(f"DELETE FROM {table} WHERE run = ?", (run,))  # noqa: S608 - names from above
        db.execute("DELETE FROM plan WHERE made_by = ? AND applied_by IS NULL", (run,))
        db.execute("DELETE FROM run WHERE id = ?", (run,))


def still_running(journal: Journal) -> RunRecord | None:
    """Give a run that may be under way, and would be kept waiting by whoever rewrites the file; None without one."""
    since = journal.clock.now() - _SURELY_DEAD
    return next((each for each in journal.runs.listing(since=since) if each.status == "running"), None)


def _needed(journal: Journal, records: list[RunRecord], keep: int) -> dict[str, str]:
    """Give the runs that stay whatever their age, each with the reason."""
    why: dict[str, str] = {}
    now = journal.clock.now()
    plans = {row["digest"]: row for row in journal.store.rows(_PLANS)}
    applied = {record.plan_digest for record in records if record.kind not in _JUDGING}
    seen: Counter[tuple[str, str]] = Counter()
    accounts: dict[str, set[str]] = {}
    for row in journal.store.rows("SELECT DISTINCT run, account FROM scope"):
        accounts.setdefault(row["run"], set()).add(row["account"])
    for record in records:
        plan = plans.get(record.plan_digest)
        if record.kind not in _JUDGING:
            why[record.id] = "an apply, rollback or watch"
        elif record.status == "running" and moment(record.started_at) > now - _SURELY_DEAD:
            why[record.id] = "perhaps still running"
        elif plan is not None and (plan["applied_by"] or record.plan_digest in applied):
            why[record.id] = "a plan that was applied"
        elif plan is not None and plan["expires_at"] > stamp(now):
            why[record.id] = "a plan that can still be applied"
        if record.kind in _JUDGING and record.status == "finished":
            of = [(record.kind, account) for account in accounts.get(record.id, ())]
            seen.update(of)
            if any(seen[each] <= keep for each in of):
                why.setdefault(record.id, "among the newest of its account")
    return why


_PLANS = "SELECT digest, applied_by, coalesce(json_extract(document, '$.expires_at'), '') AS expires_at FROM plan"


def _baselines(records: list[RunRecord], removable: set[str]) -> list[str]:
    """Give what would go though a run that stays is held against it, and what these are held against in turn."""
    of = {record.id: str(record.options.get(BASELINE)) for record in records}
    found: list[str] = []
    waiting = [run for run in of if run not in removable]
    while waiting:
        baseline = of.get(waiting.pop(), "")
        if baseline in removable and baseline not in found:
            found.append(baseline)
            waiting.append(baseline)
    return found
