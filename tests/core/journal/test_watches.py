"""One watcher a run, by a lease that ends by itself; and how far a run was watched."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.core.applying.test_references import change
from trueup.errors import RefusedError
from trueup.journal.changes import ChangeStatus
from trueup.journal.journal import Journal

if TYPE_CHECKING:
    from pathlib import Path

LASTING = timedelta(minutes=10)


def test_a_lease_keeps_others_out_until_it_ends(journal: Journal) -> None:
    """The refusal names who holds it and until when; another run is nobody's yet."""
    journal.watches.take("r1", "one", LASTING)
    with pytest.raises(RefusedError, match="run r1 is watched by one until 2026-11-23T10:10:00Z at least; "):
        journal.watches.take("r1", "two", LASTING)
    journal.watches.take("r2", "two", LASTING)
    journal.clock.sleep(600)
    journal.watches.take("r1", "two", LASTING)


def test_a_holder_holds_on(journal: Journal) -> None:
    """From now on for so long."""
    journal.watches.take("r1", "one", LASTING)
    journal.clock.sleep(300)
    journal.watches.take("r1", "one", LASTING)
    journal.clock.sleep(599)
    with pytest.raises(RefusedError):
        journal.watches.take("r1", "two", LASTING)


def test_a_lease_that_was_given_back_is_free(journal: Journal) -> None:
    """Only its holder can give it back."""
    journal.watches.take("r1", "one", LASTING)
    journal.watches.release("r1", "two")
    with pytest.raises(RefusedError):
        journal.watches.take("r1", "two", LASTING)
    journal.watches.release("r1", "one")
    journal.watches.take("r1", "two", LASTING)


def test_how_far_a_run_was_watched_outlives_its_watcher(journal: Journal) -> None:
    """By whomever; nobody watched another run."""
    assert journal.watches.looked_until("r1") is None
    journal.watches.take("r1", "one", LASTING)
    journal.watches.looked("r1", journal.clock.now())
    journal.watches.release("r1", "one")
    journal.watches.take("r1", "two", LASTING)
    assert journal.clock.now() == journal.watches.looked_until("r1")
    assert journal.watches.looked_until("r2") is None


def test_a_state_without_watches_gets_them(journal: Journal, tmp_path: Path) -> None:
    """Made by an earlier version: nothing of it is lost, and a watch can begin."""
    run = journal.runs.start("apply")
    with journal.store.write() as db:
        db.execute("DROP TABLE IF EXISTS watch")
    with Journal.open(tmp_path / "state.db", journal.clock).store as store:
        opened = Journal(store, journal.clock)
        assert opened.watches.looked_until(run) is None
        opened.watches.take(run, "one", LASTING)
        assert run == opened.runs.get(run).id


def test_what_a_watch_saw_freezes_nothing(journal: Journal) -> None:
    """Only the run that sent a call knows how it stands."""
    planned = change()
    for kind in ("watch", "rollback"):
        journal.changes.add(journal.runs.start(kind), planned, ChangeStatus.INDETERMINATE)
    assert ["rollback"] == [journal.runs.get(each.run).kind for each in journal.changes.frozen(planned.resource.arn)]
