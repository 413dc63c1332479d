"""The audit after an apply: the same rules on the changed resources, in the same run's report.

Each change was verified by itself already; this shows, with today's metrics too, what an audit would say now.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.errors import TrueupError
from trueup.exemptions.exemptions import NO_EXEMPTIONS
from trueup.journal.changes import ChangeStatus
from trueup.ruleset.selection import Selection
from trueup.running.audit_run import Auditor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from trueup.exemptions.exemptions import Exemptions
    from trueup.ruleset.rule import BoundRule
    from trueup.running.account import Account

__all__ = ["audit_changed"]

_UNTOUCHED = frozenset({ChangeStatus.PLANNED, ChangeStatus.SKIPPED, ChangeStatus.STALE})


def audit_changed(
    account: Account,
    run: str,
    rules: Mapping[str, BoundRule],
    say: Callable[[str], None] = lambda _line: None,
    exemptions: Exemptions = NO_EXEMPTIONS,
) -> None:
    """Audit the resources that a run wrote to, into the run; what keeps it from being done is said and no error."""
    records = [each for each in account.journal.changes.of(run) if each.status not in _UNTOUCHED]
    if not records:
        return
    wanted = {each.change.rule: rules[each.change.rule] for each in records if each.change.rule in rules}
    selection = Selection(resources=tuple(sorted({each.change.resource.arn for each in records})))
    auditor = Auditor(account, wanted, selection, exemptions=exemptions)
    try:
        with account.journal.findings(run, auditor.severities()) as writer:
            account.journal.forget_findings(run)
            auditor.audit(writer)
        account.journal.history.record(run, selection.to_json())
    except TrueupError as error:
        say(f"the closing audit could not be done: {error}")
