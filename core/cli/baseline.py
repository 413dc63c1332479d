"""``--baseline RUN``: the failures that are known already, so that a job fails on new ones only.

A baseline of another account would make every failure new, and says nothing: it is refused. One of other Regions or of
another selection says less: that is said, and what it did not judge counts as new.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.cli.output import say
from trueup.errors import UsageError
from trueup.journal.reach import Reach

if TYPE_CHECKING:
    from trueup.cli.start import Start
    from trueup.running.audit_run import Auditor

__all__ = ["baseline_of"]

_KINDS = ("audit", "plan")


def baseline_of(start: Start, name: str, auditor: Auditor) -> str:
    """Give the id of the run that is the baseline of an audit that is about to begin.

    Raises:
        UsageError: there is none, it judged no more than a part, or it is of other accounts.
    """
    record = start.journal.runs.get(name, *_KINDS)
    if record.kind not in _KINDS or record.status != "finished":
        found = f"{record.kind} {record.id}, {record.status}"
        message = f"--baseline {name}: expected a finished audit or plan, found {found}; see `trueup runs list`"
        raise UsageError(message)
    scopes = frozenset((scope.account, scope.region) for scope in auditor.account.scopes)
    here, there = Reach(scopes, auditor.selection.to_json()), Reach.of(start.journal.store, record)
    if not here.accounts & there.accounts:
        expected, found = (", ".join(sorted(each.accounts)) or "none" for each in (here, there))
        message = f"--baseline {name}: expected a run of account {expected}, found {record.id} of account {found}"
        raise UsageError(message)
    for difference in here.differences(there):
        say(f"the baseline {record.id} differs in {difference}: what it did not judge counts as new")
    return record.id
