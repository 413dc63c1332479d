"""Old audits leave the state; what can still be undone, resumed or applied does not."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.core.journal.audits import audit, events, report_of
from trueup.journal.pruning import choose, remove, still_running

if TYPE_CHECKING:
    from trueup.journal.journal import Journal

A = ("encrypted", "a")
DAY = 86400


def _old(journal: Journal, keep: int = 1) -> tuple[list[str], Counter[str]]:
    """Give what may go of what is older than thirty days, and why the rest of that age stays."""
    pruning = choose(journal, journal.clock.now() - timedelta(days=30), keep)
    return [record.id for record in pruning.removed], pruning.kept


def _plan(journal: Journal, *, expires: str = "2026-11-24T10:00:00Z") -> str:
    """Put a plan into the journal, with its run."""
    run = audit(journal, {A: "fail"}, kind="plan")
    journal.plans.keep({"digest": f"sha256:{run}", "id": run, "expires_at": expires}, run)
    journal.runs.made_plan(run, f"sha256:{run}")
    return run


def test_old_audits_go_and_the_newest_stays(journal: Journal) -> None:
    """Oldest first, counted with their findings; the newest of an account stays, or the newest few."""
    first, second, third = (audit(journal, {A: "fail", ("encrypted", "b"): "pass"}) for _ in range(3))
    journal.clock.sleep(40 * DAY)
    fresh = audit(journal, {A: "pass"}, selection={"rules": ["x"]})
    assert ([first, second, third], Counter()) == _old(journal)
    assert ([first], Counter({"among the newest of its account": 2})) == _old(journal, keep=3)
    assert 6 == choose(journal, journal.clock.now() - timedelta(days=30)).findings
    journal.clock.sleep(40 * DAY)
    assert fresh not in _old(journal)[0]


def test_a_broken_off_audit_is_not_the_newest(journal: Journal) -> None:
    """It says little, and keeps nothing from going but what can be compared."""
    whole, half = audit(journal, {A: "fail"}), audit(journal, {A: "fail"}, status="interrupted")
    journal.clock.sleep(40 * DAY)
    assert ([half], Counter({"among the newest of its account": 1})) == _old(journal)
    assert whole not in _old(journal)[0]


@pytest.mark.parametrize("kind", ["apply", "rollback", "watch"])
def test_what_wrote_stays_with_its_plan(journal: Journal, kind: str) -> None:
    """By whatever way the plan came to it."""
    plan = _plan(journal)
    other = _plan(journal)
    spare = _plan(journal)
    journal.runs.start(kind, plan_digest=f"sha256:{plan}")
    journal.plans.claim(f"sha256:{other}", "elsewhere")
    journal.clock.sleep(40 * DAY)
    _plan(journal, expires="2027-02-01T10:00:00Z")
    assert ([spare], Counter({"an apply, rollback or watch": 1, "a plan that was applied": 2})) == _old(journal)


def test_a_plan_that_can_be_applied_stays(journal: Journal) -> None:
    """Else an edited copy of it would not be found out."""
    plan = _plan(journal, expires="2027-11-24T10:00:00Z")
    journal.clock.sleep(40 * DAY)
    _plan(journal)
    assert ([], Counter({"a plan that can still be applied": 1})) == _old(journal)
    assert [plan] == [row["id"] for row in journal.store.rows("SELECT id FROM plan WHERE id = ?", (plan,))]


def test_a_baseline_stays_as_long_as_what_is_held_against_it(journal: Journal) -> None:
    """And the baseline of the baseline."""
    first = audit(journal, {A: "fail"})
    second = audit(journal, {A: "fail"}, options={"baseline": first})
    loose = audit(journal, {A: "fail"}, options={"baseline": "elsewhere"})
    journal.clock.sleep(40 * DAY)
    audit(journal, {A: "fail"}, options={"baseline": second})
    assert ([loose], Counter({"the baseline of a run that stays": 2})) == _old(journal)


def test_a_running_audit_stays_for_a_week(journal: Journal) -> None:
    """After that it was killed: no audit takes so long."""
    run = journal.runs.start("audit")
    journal.clock.sleep(6 * DAY)
    chosen = choose(journal, journal.clock.now())
    assert ([], Counter({"perhaps still running": 1})) == (chosen.removed, chosen.kept)
    assert run == getattr(still_running(journal), "id", None)
    journal.clock.sleep(2 * DAY)
    assert [run] == [record.id for record in choose(journal, journal.clock.now()).removed]
    assert None is still_running(journal)


def test_a_run_goes_whole_and_its_history_stays(journal: Journal) -> None:
    """No row of it is left, the plan that it made included; the next audit knows all the same what is new."""
    first = _plan(journal)
    journal.changes.note(first, "noted")
    second = audit(journal, {A: "fail"})
    tables = ("finding", "rule", "scope", "change", "step", "event")

    def rows(run: str) -> dict[str, Any]:
        found = {table: journal.store.rows(f"SELECT * FROM {table} WHERE run = ?", (run,)) for table in tables}  # noqa: S608 - names from above
        return {table: len(each) for table, each in found.items() if each}

    assert {"finding": 1, "rule": 1, "scope": 1, "event": 1} == rows(first)
    remove(journal, first)
    assert {} == rows(first)
    assert ([], []) == (
        journal.store.rows("SELECT * FROM plan"),
        journal.store.rows("SELECT * FROM run WHERE id = ?", (first,)),
    )
    assert {"finding": 1, "rule": 1, "scope": 1} == rows(second)
    assert {"open": {"a"}} == events(journal, second)
    assert [first, second] == [point["run"] for point in report_of(journal, second).history()["trend"]]


def test_the_space_comes_back(journal: Journal) -> None:
    """The file is smaller after it, and the rest of it is there."""
    runs = [audit(journal, {("encrypted", f"{number:05}"): "fail" for number in range(2000)}) for _ in range(2)]
    journal.store.shrink()
    before = journal.store.size()
    remove(journal, runs[0])
    journal.store.shrink()
    assert journal.store.size() < before * 0.8
    assert 2000 == sum(1 for _ in report_of(journal, runs[1]).findings())
