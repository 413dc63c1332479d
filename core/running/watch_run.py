"""A watch from start to finish: a run of its own that looks after another, under a lease so that there is one.

Its rollbacks are the same as a person's: planned against what is there, under their own runs and the account's lock.
"""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from trueup.applying.image import aspects_of, match
from trueup.errors import UsageError
from trueup.journal.changes import ChangeStatus
from trueup.planning.plan_file import Plan
from trueup.running.undo_run import UndoRun
from trueup.watching.seen import State
from trueup.watching.watch import Undone, Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from trueup.applying.bench import Bench
    from trueup.journal.runs import RunRecord
    from trueup.planning.planned import PlannedChange
    from trueup.running.account import Account
    from trueup.watching.watch import WatchOptions

__all__ = ["WatchRun", "Watched"]

# A watcher that does not look again so long after it should have is taken for dead.
_GRACE = timedelta(minutes=10)


# What a watch says of a change, in the words that every report has.
_STATUS = {
    State.WELL: ChangeStatus.APPLIED,
    State.UNOBSERVED: ChangeStatus.UNVERIFIED,
    State.REGRESSED: ChangeStatus.FAILED,
    State.ROLLED_BACK: ChangeStatus.ROLLED_BACK,
    State.GONE: ChangeStatus.SKIPPED,
}


@dataclass(frozen=True, slots=True)
class Watched:
    """What a watch came to.

    Args:
        run: its own run.
        status: how it ended, as the run's status.
        states: how each watched change came out.
    """

    run: str
    status: str
    states: Collection[State]


@dataclass(frozen=True, slots=True)
class WatchRun:
    """Watches one apply.

    Args:
        account: the account; its run is the watch's own.
        record: the run to watch.
        options: what was asked for.
        say: tells a person what happens.
    """

    account: Account
    record: RunRecord
    options: WatchOptions
    say: Callable[[str], None] = field(default=lambda _line: None)

    def go(self) -> Watched:
        """Watch, and roll back what regresses if that was asked for.

        Raises:
            UsageError: the run is no apply, or its plan is not in this state.
            RefusedError: the credentials are for another account, or somebody else watches the run.
        """
        if self.record.kind != "apply":
            message = f"run {self.record.id}: expected an apply to watch, found {self.record.kind}"
            raise UsageError(message)
        account, journal = self.account, self.account.journal
        account.check_account(self.record.account, f"run {self.record.id}")
        rules = Plan(journal.plans.get(self.record.plan_digest or "")).rules(account.host.fact_schemas())
        bench = account.bench(self.say)
        self._hold(self.options.interval)
        try:
            with bench.interrupt.catching_signals():
                own = self._start()
                watch = Watch(
                    bench=bench,
                    run=self.record.id,
                    own=own,
                    rules=rules,
                    options=self.options,
                    undo=lambda change: self._undo(bench, change),
                    hold=self._hold,
                )
                return self._watched(watch)
        finally:
            journal.watches.release(self.record.id, self._holder)

    @property
    def _holder(self) -> str:
        return f"watch {self.account.run} (process {os.getpid()} on {platform.node() or 'an unnamed machine'})"

    def _hold(self, lasting: timedelta) -> None:
        self.account.journal.watches.take(self.record.id, self._holder, lasting + _GRACE)

    def _start(self) -> str:
        options = self.options
        return self.account.journal.runs.start(
            "watch",
            run=self.account.run,
            account=self.record.account,
            principal=self.account.connection.identity().arn,
            plan_digest=self.record.plan_digest,
            of_run=self.record.id,
            options={
                "for_seconds": int(options.lasting.total_seconds()),
                "interval_seconds": int(options.interval.total_seconds()),
                "once": options.once,
                "yes": options.yes,
                "allow": list(options.allow),
            },
        )

    def _watched(self, watch: Watch) -> Watched:
        status = "failed"
        try:
            status = watch.go()
        finally:
            journal = self.account.journal
            for change, seen in watch.seen.items():
                journal.changes.keep_judged(watch.own, change, seen.to_json())
                journal.changes.mark(watch.own, change, _STATUS[seen.state], seen.sentence())
            journal.runs.finish(watch.own, status)
        return Watched(watch.own, status, [seen.state for seen in watch.seen.values()])

    def _undo(self, bench: Bench, change: PlannedChange) -> Undone:
        """Roll one change back under a run of its own, and look at what is there afterwards."""
        journal = self.account.journal
        undo_run = UndoRun(replace(self.account, run=journal.runs.new_id()), self.record, self.say)
        undos = undo_run.plan(change=change.id)
        if not undos:
            return Undone(ChangeStatus.ROLLED_BACK, "nothing of it is in effect any more")
        if undos[0].refused:
            return Undone(ChangeStatus.SKIPPED, undos[0].refused)
        run = undo_run.go(undos)
        (record,) = journal.changes.of(run)
        interrupted = journal.runs.get(run).status == "interrupted"
        if record.status is not ChangeStatus.ROLLED_BACK:
            hint = f"go on with `trueup resume {run}`"
            return Undone(record.status, f"run {run} left it {record.status}: {record.reason}; {hint}", interrupted)
        snapshot = bench.reader.read(bench.type_of(change), change.resource, aspects_of(change.before))
        found = match(snapshot, change.before)
        verified = "verified: it is as it was before" if found.equal else f"not verified: {_why(found.sentence())}"
        return Undone(record.status, f"rolled back by run {run}; {verified}", interrupted)


def _why(differs: str) -> str:
    return differs or "what is there now cannot be read"
