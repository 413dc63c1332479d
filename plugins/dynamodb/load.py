"""The load of a table and of each index: what capacity must carry, throttled requests among it.

Asked for by a watch before it goes back to provisioned capacity, over the last minutes; what was throttled is load too,
since the capacity that comes back would have to take it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.errors import UnknownFactError
from trueup.facts.path import join_path
from trueup.facts.unknown import Reason, Unknown
from trueup.plugins.dynamodb.series import HOURLY, READ, WRITE, Part, parts, series_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.facts.snapshot import Snapshot

__all__ = ["carried", "load"]

_DIGITS = 4
"""Decimal places of a rate: what comes after is floating point's."""


def load(table: Snapshot) -> dict[str, Any]:
    """Give the highest rates of the window in capacity units a second, a throttled request as one unit.

    A part that nothing was asked of has no points: that is no load, as long as anything shows that the table was
    measured.

    Returns:
        ``{"read_rate", "write_rate", "by_index": {name: {"read_rate", "write_rate"}}}``; each is unknown by itself.

    Source: DynamoDB developer guide, metrics and dimensions: consumed capacity and throttle events are emitted on
    activity only.
    """
    idle = _idle(table)
    rates = {part.index: _rates(table, part, idle) for part in parts(table)}
    return {**rates.pop(None), "by_index": rates}


def carried(before: Mapping[str, Any]) -> dict[str, float]:
    """Give what provisioned capacity carries, by the path of the fact that says how much it has to.

    Args:
        before: the ``capacity`` of the table while it is provisioned.
    """
    units: list[tuple[tuple[str, ...], Mapping[str, Any]]] = [((), before)]
    units += [(("by_index", name), each) for name, each in before["by_index"].items()]
    return {
        join_path(("load", *names, f"{way.fact}_rate")): float(each[f"{way.fact}_units"])
        for names, each in units
        for way in (READ, WRITE)
    }


def _rates(table: Snapshot, part: Part, idle: float | Unknown) -> dict[str, float | Unknown]:
    return {f"{way.fact}_rate": _rate(table, part, way.fact, idle) for way in (READ, WRITE)}


def _rate(table: Snapshot, part: Part, way: str, idle: float | Unknown) -> float | Unknown:
    try:
        consumed = series_at(table, part.path(HOURLY, f"consumed_{way}"))
        throttled = series_at(table, part.path(HOURLY, f"{way}_throttle_events"))
    except UnknownFactError as error:
        return error.unknown
    times = {*consumed.points, *throttled.points}
    asked = [consumed.points.get(at, 0) + throttled.points.get(at, 0) for at in times]
    return round(max(asked) / consumed.period, _DIGITS) if asked else idle


def _idle(table: Snapshot) -> float | Unknown:
    """Give what a series without any point means: no load, if anything was measured."""
    facts = [f"{kind}_{way.fact}" for kind in ("consumed", "provisioned") for way in (READ, WRITE)]
    try:
        if any(series_at(table, part.path(HOURLY, fact)).points for part in parts(table) for fact in facts):
            return 0.0
    except UnknownFactError as error:
        return error.unknown
    return Unknown(Reason.NO_DATA, "no metric of the window shows that the table was measured")
