"""Whether a function has been watched long enough, unchanged, for its use to say anything about its future.

Lambda measures a function only when it runs, so that an hour without a point is an hour without work and no gap in
the measuring: no share of the look-back's hours can be demanded. What can be told is when the function was last
changed, and since when it is known to work. That memory was measured whenever the function ran is demanded where
memory is judged, see ``sizing``.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from trueup.errors import UnknownFactError
from trueup.facts.unknown import Reason, Unknown
from trueup.plugins.awslambda.configuration import moment
from trueup.plugins.awslambda.series import HOURLY, series_at

if TYPE_CHECKING:
    from trueup.facts.snapshot import Snapshot

__all__ = ["NEVER_INVOKED", "history"]

_FIRST_DAY = timedelta(days=1)
"""A function that ran on the first day of the look-back is as old as it, or so nearly that nothing is missed."""

NEVER_INVOKED = "the function was not invoked within the look-back"


def history(function: Snapshot) -> dict[str, Any]:
    """Give how long a function is known to exist and to be as it is.

    Lambda does not tell when a function was made. It was there when it was last modified, and when it was first
    invoked within the look-back. Every update counts as a change of capacity, one of the code too: other code may
    need other memory and time.

    Returns:
        ``{"known_days", "unchanged_days", "active_hours", "long_enough", "sufficient"}``; the last two are true or
        unknown with the reason, never false, so that whatever is derived from them becomes unknown too.

    Source: Lambda API, FunctionConfiguration (LastModified: the last update of the function).
    """
    modified = moment(function["function.LastModified"])
    unchanged = (function.read_at - modified).days
    try:
        invocations = series_at(function, f"{HOURLY}.invocations")
    except UnknownFactError as error:
        unknown = error.unknown
        return {
            "known_days": unknown,
            "unchanged_days": unchanged,
            "active_hours": unknown,
            "long_enough": unknown,
            "sufficient": unknown,
        }
    active = [at for at, count in invocations.points.items() if count > 0]
    first = min((datetime.fromtimestamp(at, UTC) for at in active), default=function.read_at)
    known = min(modified, first)
    days = (function.read_at - invocations.start).days
    old = modified < invocations.start or first < invocations.start + _FIRST_DAY
    return {
        "known_days": (function.read_at - known).days,
        "unchanged_days": unchanged,
        "active_hours": len(active),
        "long_enough": _verdict(active=bool(active), known=old, what=f"older than the look-back of {days} days"),
        "sufficient": _verdict(
            active=bool(active),
            known=modified < invocations.start,
            what=f"unchanged for the look-back of {days} days, last modified {unchanged} days ago",
        ),
    }


def _verdict(*, active: bool, known: bool, what: str) -> bool | Unknown:
    if not active:
        return Unknown(Reason.NO_DATA, NEVER_INVOKED)
    return True if known else Unknown(Reason.INSUFFICIENT_HISTORY, f"expected a function {what}")
