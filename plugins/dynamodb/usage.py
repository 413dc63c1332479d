"""What a table was used for in all: the capacity units that on-demand capacity would have billed.

Money is worked out of these, and the busiest and the quietest day say how far off it may be.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.plugins.dynamodb.series import HOURLY, READ, WRITE, parts, series_at

if TYPE_CHECKING:
    from trueup.facts.snapshot import Snapshot

__all__ = ["usage"]

_DAY = 86_400

_DIGITS = 2
"""Decimal places of capacity units; DynamoDB counts halves, what comes after is floating point's."""


def usage(table: Snapshot) -> dict[str, Any]:
    """Give the units consumed over the look-back by a table and all its indexes.

    Returns:
        ``{"days", "read_units", "write_units", "busiest_day", "quietest_day"}``; the two days give the most and the
        fewest reads and writes of any one day, each ``{"read_units", "write_units"}``.

    Raises:
        UnknownFactError: the history is too short, or a series could not be read.
    """
    _ = table["history.sufficient"]
    read, write = (_by_day(table, way.fact) for way in (READ, WRITE))
    return {
        "days": len(read),
        "read_units": round(sum(read), _DIGITS),
        "write_units": round(sum(write), _DIGITS),
        "busiest_day": {"read_units": max(read), "write_units": max(write)},
        "quietest_day": {"read_units": min(read), "write_units": min(write)},
    }


def _by_day(table: Snapshot, way: str) -> list[float]:
    series = [series_at(table, part.path(HOURLY, f"consumed_{way}")) for part in parts(table)]
    begin = int(series[0].start.timestamp())
    end = int(series[0].end.timestamp())
    days = [0.0] * max(1, (end - begin) // _DAY)
    for each in series:
        for at, units in each.points.items():
            days[min((at - begin) // _DAY, len(days) - 1)] += units
    return [round(units, _DIGITS) for units in days]
