"""Whether a table has been watched long enough, unchanged, for its use to say anything about its future.

A table that is young, was resized, or was measured with gaps gives low figures that mean nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from math import isclose
from typing import TYPE_CHECKING, Any

from trueup.errors import UnknownFactError
from trueup.facts.unknown import Reason, Unknown
from trueup.plugins.dynamodb.capacity import indexes_of
from trueup.plugins.dynamodb.series import HOURLY, READ, WRITE, parts, series_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trueup.facts.series import Series
    from trueup.facts.snapshot import Snapshot
    from trueup.plugins.dynamodb.series import Part

__all__ = ["COVERAGE_FLOOR", "history", "moment"]

COVERAGE_FLOOR = 0.95
"""Provisioned capacity is measured all the time, so that fewer of its hourly points are gaps in the measuring."""


def history(table: Snapshot) -> dict[str, Any]:
    """Give how long, how fully and how steadily a table was measured.

    Returns:
        ``{"age_days", "coverage", "resized", "sufficient"}``: coverage is the share (0 to 1) of hourly points of
        the worst series; ``sufficient`` is true or unknown with the reason, never false, so that whatever is
        derived from it becomes unknown too.
    """
    created = moment(table["table.CreationDateTime"])
    age_days = (table.read_at - created).days
    try:
        series = {(part, way): _provisioned(table, part, way.fact) for part in parts(table) for way in (READ, WRITE)}
    except UnknownFactError as error:
        unknown = error.unknown
        return {"age_days": age_days, "coverage": unknown, "resized": unknown, "sufficient": unknown}
    coverage = min(each.coverage() for each in series.values())
    start = min(each.start for each in series.values())
    days = (table.read_at - start).days
    resized = _changed_since(table["table"], start) or any(
        not _steady(each, _units_now(table, part, way.fact)) for (part, way), each in series.items()
    )
    return {
        "age_days": age_days,
        "coverage": round(coverage, 4),
        "resized": resized,
        "sufficient": _verdict(young=created > start, coverage=coverage, resized=resized, days=days),
    }


def moment(text: str) -> datetime:
    """Give the time that a normalised fact names."""
    return datetime.fromisoformat(text)


def _verdict(*, young: bool, coverage: float, resized: bool, days: int) -> bool | Unknown:
    if young:
        detail = f"the table is younger than the look-back of {days} days"
    elif coverage < COVERAGE_FLOOR:
        detail = f"expected {COVERAGE_FLOOR:.1%} of the hourly points of provisioned capacity, found {coverage:.1%}"
    elif resized:
        detail = f"capacity or billing mode changed within the look-back of {days} days, by a person or auto scaling"
    else:
        return True
    return Unknown(Reason.INSUFFICIENT_HISTORY, detail)


def _provisioned(table: Snapshot, part: Part, way: str) -> Series:
    return series_at(table, part.path(HOURLY, f"provisioned_{way}"))


def _units_now(table: Snapshot, part: Part, way: str) -> int:
    units = table["capacity"] if part.index is None else table["capacity"]["by_index"][part.index]
    return int(units[f"{way}_units"])


def _steady(series: Series, units: int) -> bool:
    # An hour's average of a constant may be off by rounding; a real change is at least one unit in an hour.
    return all(isclose(point, units, rel_tol=1e-6) for point in series.points.values())


def _changed_since(description: Mapping[str, Any], start: datetime) -> bool:
    # Times are told to the second and the change itself is over in minutes: an hour's margin costs nothing.
    return any(moment(each) >= start - timedelta(hours=1) for each in _changes(description))


def _changes(description: Mapping[str, Any]) -> Iterator[str]:
    summary = description.get("BillingModeSummary") or {}
    times = [summary.get("LastUpdateToPayPerRequestDateTime")]
    for each in (description, *indexes_of(description)):
        throughput = each.get("ProvisionedThroughput") or {}
        times += [throughput.get("LastIncreaseDateTime"), throughput.get("LastDecreaseDateTime")]
    yield from (time for time in times if time is not None)
