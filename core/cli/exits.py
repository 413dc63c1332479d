"""Exit codes: what a job may conclude from how a command ended.

Worked out from the journal in one place, so that the same state of affairs never ends differently.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.journal.changes import ChangeStatus
from trueup.watching.seen import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["BROKEN", "FAILED", "INTERRUPTED", "REFUSED", "audit_code", "changes_code", "watch_code"]

# An audit found failures.
FAILED = 3
# An audit found unknowns and no failure, or a plugin is broken.
BROKEN = 4
# A plan or a change was refused.
REFUSED = 5
# Something of the changes remains to be looked at.
PARTLY = 6
# A change was rolled back by itself.
ROLLED_BACK = 7
# 128 + SIGINT, as shells count.
INTERRUPTED = 130

_REMAINS = frozenset({ChangeStatus.FAILED, ChangeStatus.UNVERIFIED, ChangeStatus.SETTLING, ChangeStatus.INDETERMINATE})


def audit_code(summary: Mapping[str, int], *, broken: bool, new: int | None = None) -> int:
    """Give the exit code of an audit.

    Args:
        summary: its counts by verdict.
        broken: whether a plugin or a rule file is broken.
        new: how many of its failures are not in its baseline; None without one.
    """
    if summary.get("fail") if new is None else new:
        return FAILED
    return BROKEN if summary.get("unknown") or broken else 0


def changes_code(statuses: Iterable[ChangeStatus], run_status: str, *, rollback: bool = False) -> int:
    """Give the exit code of an apply, resume or rollback.

    Args:
        statuses: where its changes stand.
        run_status: how the run ended.
        rollback: whether rolled back is what was asked for.
    """
    found = set(statuses)
    if run_status == "interrupted":
        return INTERRUPTED
    if not rollback and ChangeStatus.ROLLED_BACK in found:
        return ROLLED_BACK
    if found & _REMAINS or (ChangeStatus.PLANNED in found and run_status != "finished"):
        return PARTLY
    return REFUSED if found & {ChangeStatus.STALE, ChangeStatus.SKIPPED} else 0


def watch_code(states: Iterable[State], run_status: str) -> int:
    """Give the exit code of a watch.

    Args:
        states: how its changes came out.
        run_status: how the run ended.
    """
    found = set(states)
    if run_status == "interrupted":
        return INTERRUPTED
    if State.ROLLED_BACK in found:
        return ROLLED_BACK
    if State.REGRESSED in found:
        return PARTLY
    return BROKEN if State.UNOBSERVED in found else 0
