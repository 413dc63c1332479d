"""Throttle events of a table and all its indexes, counted so that silence is not taken for health.

DynamoDB emits throttle events only when there are some. An interval without one counts as zero only if the same
interval shows that the table was being measured: it, or an index of it, consumed capacity or had it provisioned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.errors import UnknownFactError
from trueup.facts.unknown import Reason, Unknown
from trueup.plugins.dynamodb.series import HOURLY, READ, WRITE, parts, series_at

if TYPE_CHECKING:
    from trueup.facts.snapshot import Snapshot

__all__ = ["throttling"]


def throttling(table: Snapshot) -> dict[str, Any]:
    """Give ``{"read_events", "write_events"}``: the sums over the window, of the table and every index.

    Each is unknown by itself: when a series could not be read, or nothing shows that the table was measured.

    Source: DynamoDB developer guide, metrics and dimensions: ReadThrottleEvents, WriteThrottleEvents.
    """
    return {f"{way.fact}_events": _events(table, way.fact) for way in (READ, WRITE)}


def _events(table: Snapshot, way: str) -> float | Unknown:
    try:
        series = [series_at(table, part.path(HOURLY, f"{way}_throttle_events")) for part in parts(table)]
        events = float(sum(sum(each.points.values()) for each in series))
        measured = events > 0 or _measured(table)
    except UnknownFactError as error:
        return error.unknown
    if not measured:
        return Unknown(Reason.NO_DATA, "no metric of the window shows that the table was measured")
    return events


def _measured(table: Snapshot) -> bool:
    facts = [f"{kind}_{way.fact}" for kind in ("consumed", "provisioned") for way in (READ, WRITE)]
    return any(series_at(table, part.path(HOURLY, fact)).points for part in parts(table) for fact in facts)
