"""How much of its provisioned capacity a table uses: on average, in its busiest hour, in its busiest minute.

Always against the capacity that was provisioned at the time of the use, never against today's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trueup.errors import UnknownFactError
from trueup.facts.unknown import Reason, Unknown
from trueup.plugins.dynamodb.series import HOURLY, MINUTES, READ, WRITE, Part, parts, series_at

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trueup.facts.series import Series
    from trueup.facts.snapshot import Snapshot

__all__ = ["Use", "indexes", "minute_use", "use_of", "utilization"]

_DIGITS = 4
"""Decimal places of a percentage: what floating point adds after them is noise in reports and plans."""


@dataclass(frozen=True, slots=True)
class Use:
    """Use of one direction of one part.

    Args:
        average: percent of what was provisioned over the window.
        peak: percent of what was provisioned, in the busiest period.
        peak_rate: capacity units a second in the busiest period.
    """

    average: float
    peak: float
    peak_rate: float


def utilization(table: Snapshot) -> dict[str, Any]:
    """Give the use of the table's own capacity over the look-back, in percent of the provisioned.

    Returns:
        ``{"average_read", "average_write", "peak_read", "peak_write", "peak"}``; a peak is that of the busiest
        hour, each value is unknown by itself.

    Raises:
        UnknownFactError: the history is too short or has gaps.
    """
    _ = table["history.sufficient"]
    return _utilization(table, Part())


def indexes(table: Snapshot) -> list[dict[str, Any]]:
    """Give name, capacity and use of every global secondary index, by name.

    Raises:
        UnknownFactError: the history is too short or has gaps.
    """
    _ = table["history.sufficient"]
    units = table["capacity.by_index"]
    return [
        {"name": part.index, **units[part.index], "utilization": _utilization(table, part)}
        for part in parts(table)
        if part.index is not None
    ]


def minute_use(table: Snapshot) -> dict[str, Any]:
    """Give the busiest minute of the worst part, which hourly figures hide.

    Returns:
        ``{"peak", "worst", "read_rate", "write_rate"}``: percent of what was provisioned at that time, whose it is,
        and the highest rates of any part in capacity units a second.

    Raises:
        UnknownFactError: any of the series is not known; a peak that leaves one out is none.
    """
    uses: dict[tuple[str, str], Use] = {}
    for part in parts(table):
        for way in (READ, WRITE):
            consumed = series_at(table, part.path(MINUTES, f"consumed_{way.fact}"))
            provisioned = series_at(table, part.path(HOURLY, f"provisioned_{way.fact}"))
            use = use_of(consumed, provisioned)
            if isinstance(use, Unknown):
                raise UnknownFactError(part.path(MINUTES, f"consumed_{way.fact}"), use)
            uses[part.label, way.fact] = use
    worst = max(uses, key=lambda key: uses[key].peak)
    return {
        "peak": uses[worst].peak,
        "worst": f"{worst[1]}s of {worst[0]}",
        **{f"{way.fact}_rate": max(uses[key].peak_rate for key in uses if key[1] == way.fact) for way in (READ, WRITE)},
    }


def use_of(consumed: Series, provisioned: Series) -> Use | Unknown:
    """Hold consumption against the capacity that was provisioned at its time.

    Args:
        consumed: sums of capacity units; a period without a point had no use, as long as capacity was measured.
        provisioned: averages of provisioned units, of periods at least as long.

    Returns:
        The use; unknown when no capacity was measured, or none at a time of use.
    """
    measured = {at: units for at, units in provisioned.points.items() if units > 0}
    if not measured:
        return Unknown(Reason.NO_DATA, "CloudWatch has no provisioned capacity in the window")
    peak = peak_rate = 0.0
    for at, units in consumed.points.items():
        if not units:
            continue
        limit = measured.get(at - at % provisioned.period)
        if limit is None:
            return Unknown(Reason.NO_DATA, "capacity was used at a time without a point of provisioned capacity")
        rate = units / consumed.period
        peak_rate = max(peak_rate, rate)
        peak = max(peak, rate / limit)
    average = sum(consumed.points.values()) / (sum(measured.values()) * provisioned.period)
    return Use(round(100 * average, _DIGITS), round(100 * peak, _DIGITS), round(peak_rate, _DIGITS))


def _utilization(table: Snapshot, part: Part) -> dict[str, Any]:
    read, write = (_use(table, part, way.fact) for way in (READ, WRITE))
    peaks = [each if isinstance(each, Unknown) else each.peak for each in (read, write)]
    return {
        "average_read": read if isinstance(read, Unknown) else read.average,
        "average_write": write if isinstance(write, Unknown) else write.average,
        "peak_read": peaks[0],
        "peak_write": peaks[1],
        "peak": _highest(peaks),
    }


def _use(table: Snapshot, part: Part, way: str) -> Use | Unknown:
    try:
        consumed = series_at(table, part.path(HOURLY, f"consumed_{way}"))
        return use_of(consumed, series_at(table, part.path(HOURLY, f"provisioned_{way}")))
    except UnknownFactError as error:
        return error.unknown


def _highest(peaks: Iterable[float | Unknown]) -> float | Unknown:
    highest = 0.0
    for peak in peaks:
        if isinstance(peak, Unknown):
            return peak
        highest = max(highest, peak)
    return highest
