"""Rolling a run back from start to finish: planned against what is there now, shown, then carried out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trueup.applying.rollback import OVERRIDDEN, STANDING, go_on, plan_rollback, record_rollback
from trueup.errors import UsageError
from trueup.journal.lock import account_lock
from trueup.running.held import check_held

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from trueup.applying.rollback import Undo
    from trueup.journal.runs import RunRecord
    from trueup.running.account import Account

__all__ = ["UndoRun"]


@dataclass(frozen=True, slots=True)
class UndoRun:
    """Rolls back one apply.

    Args:
        account: the account.
        record: the run to roll back.
        say: tells a person what happens.
    """

    account: Account
    record: RunRecord
    say: Callable[[str], None] = field(default=lambda _line: None)

    def plan(self, *, change: str | None = None, arn: str | None = None, override_drift: bool = False) -> list[Undo]:
        """Find out what rolling back would do; nothing is sent.

        Raises:
            UsageError: the run is no apply, or has no such change.
            RefusedError: the credentials are for another account.
        """
        if self.record.kind != "apply":
            message = f"run {self.record.id}: expected an apply to roll back, found {self.record.kind}"
            raise UsageError(message)
        self.account.check_account(self.record.account, f"run {self.record.id}")
        bench = self.account.bench(self.say)
        for each in self.account.journal.changes.of(self.record.id):
            if each.status in STANDING and change in {None, each.change.id} and arn in {None, each.change.resource.arn}:
                check_held(self.account, f"run {self.record.id}", [each.change])
        return plan_rollback(bench, self.record.id, change=change, arn=arn, override_drift=override_drift)

    def go(self, undos: Sequence[Undo]) -> str:
        """Roll back what ``plan`` gave, but for what moved since then; give the id of the rollback's own run."""
        journal = self.account.journal
        bench = self.account.bench(self.say)
        with account_lock(journal.store.path, self.record.account or ""), bench.interrupt.catching_signals():
            with journal.store.write():
                run = journal.runs.start(
                    "rollback",
                    run=self.account.run,
                    account=self.record.account,
                    principal=self.account.connection.identity().arn,
                    plan_digest=self.record.plan_digest,
                    of_run=self.record.id,
                    options={OVERRIDDEN: [undo.original.change.id for undo in undos if undo.drift]},
                )
                record_rollback(bench, run, undos)
            go_on(bench, run)
        return run
