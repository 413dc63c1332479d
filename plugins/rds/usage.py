"""What a cluster does: its peaks over the look-back, its load of any window, and the capacity that was running.

Peaks ask for a history that says something; load and running capacity do not, so that they can be told of a few
minutes after a change and of a young cluster.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.errors import UnknownFactError
from trueup.facts.unknown import Reason, Unknown
from trueup.plugins.rds.series import VOLUME, member_names, member_series, series_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from trueup.facts.snapshot import Snapshot

__all__ = ["load", "readers", "running", "storage", "usage"]

_DIGITS = 4
"""Decimal places: what floating point adds after them is noise in reports and plans."""

_DAY_SECONDS = 86_400
_MONTH_DAYS = 730 / 24


def usage(cluster: Snapshot) -> dict[str, Any]:
    """Give the highest hour of the worst member.

    Returns:
        ``{"peak_cpu", "peak_connections", "busiest"}``: percent, of the CPU at the maximum ACU where the member is a
        serverless one; connections; and the member with the highest CPU.

    Raises:
        UnknownFactError: the history is too short, or a series could not be read.
    """
    _ = cluster["history.sufficient"]
    cpu = {name: _peak(cluster, name, "cpu") for name in member_names(cluster)}
    if not cpu:
        raise UnknownFactError("usage", Unknown(Reason.NO_DATA, "the cluster has no instance that could be measured"))
    return {
        "peak_cpu": max(cpu.values()),
        "peak_connections": max(_peak(cluster, name, "connections") for name in cpu),
        "busiest": max(sorted(cpu), key=lambda name: cpu[name]),
    }


def load(cluster: Snapshot) -> dict[str, Any]:
    """Give ``{"peak_cpu", "peak_acu_utilization"}`` of the worst member in the window, each unknown by itself."""
    return {
        "peak_cpu": _or_unknown(lambda: max(_peak(cluster, name, "cpu") for name in member_names(cluster))),
        "peak_acu_utilization": _or_unknown(
            lambda: max(_peak(cluster, name, "acu_utilization") for name in member_names(cluster, serverless=True))
        ),
    }


def readers(cluster: Snapshot) -> dict[str, Any]:
    """Give the peaks of every reader, and those of every two of them together: more than one idle is two idle.

    Returns:
        ``{"count", "each", "pairs"}``: each reader with ``id``, ``peak_cpu``, ``peak_connections``; each pair with
        ``ids`` and the higher of the two peaks of either.

    Raises:
        UnknownFactError: there is more than one reader and the history is too short, or a series could not be read.
    """
    names = [name for name in member_names(cluster) if name != cluster["topology.writer"]]
    if len(names) < 2:  # noqa: PLR2004 - one reader, or none, is never one too many
        return {"count": len(names), "each": [], "pairs": []}
    _ = cluster["history.measured"]
    peaks = {name: (_peak(cluster, name, "cpu"), _peak(cluster, name, "connections")) for name in names}
    return {
        "count": len(names),
        "each": [{"id": name, "peak_cpu": cpu, "peak_connections": used} for name, (cpu, used) in peaks.items()],
        "pairs": [
            {
                "ids": [one, other],
                "peak_cpu": max(peaks[one][0], peaks[other][0]),
                "peak_connections": max(peaks[one][1], peaks[other][1]),
            }
            for number, one in enumerate(names)
            for other in names[number + 1 :]
        ],
    }


def running(cluster: Snapshot) -> dict[str, Any]:
    """Give the ACU that were running on average: of all serverless members together, and of each.

    Returns:
        ``{"acu_average", "acu_busiest_day", "acu_quietest_day", "by_instance"}``.

    Raises:
        UnknownFactError: a series could not be read, or has no point.
    """
    averages: dict[str, float] = {}
    days: dict[int, float] = {}
    for name in member_names(cluster, serverless=True):
        points = member_series(cluster, name, "capacity_average").points
        if not points:
            raise UnknownFactError("running", Unknown(Reason.NO_DATA, f"CloudWatch has no capacity of {name}"))
        averages[name] = round(sum(points.values()) / len(points), _DIGITS)
        by_day: dict[int, list[float]] = {}
        for at, acu in points.items():
            by_day.setdefault(at // _DAY_SECONDS, []).append(acu)
        for day, each in by_day.items():
            days[day] = days.get(day, 0.0) + sum(each) / len(each)
    return {
        "acu_average": round(sum(averages.values()), _DIGITS),
        "acu_busiest_day": round(max(days.values(), default=0.0), _DIGITS),
        "acu_quietest_day": round(min(days.values(), default=0.0), _DIGITS),
        "by_instance": averages,
    }


def storage(cluster: Snapshot) -> dict[str, Any]:
    """Give the gibibytes of the volume and of its backups, and the I/O requests of a month, as last measured.

    Returns:
        ``{"volume_gib", "backup_gib", "billed_gib", "ios_a_month"}``, each unknown by itself.

    Source: Aurora user guide, understanding Aurora backup storage usage.
    """
    return {
        "volume_gib": _gib(cluster, "bytes_used"),
        "backup_gib": _gib(cluster, "backup_bytes"),
        "billed_gib": _gib(cluster, "billed_bytes"),
        "ios_a_month": _or_unknown(lambda: _ios(cluster)),
    }


def _peak(cluster: Snapshot, name: str, fact: str) -> float:
    peak = member_series(cluster, name, fact).maximum()
    if isinstance(peak, Unknown):
        raise UnknownFactError(fact, Unknown(Reason.NO_DATA, f"CloudWatch has no {fact} of {name}"))
    return round(peak, _DIGITS)


def _gib(cluster: Snapshot, fact: str) -> float | Unknown:
    return _or_unknown(lambda: round(float(cluster[f"{VOLUME}.{fact}"]) / 2**30, _DIGITS))


def _ios(cluster: Snapshot) -> float:
    total, days = 0.0, 0.0
    for fact in ("reads", "writes"):
        series = series_at(cluster, f"{VOLUME}.{fact}")
        count = series.total()
        if isinstance(count, Unknown):
            raise UnknownFactError(fact, count)
        total += count
        days = (series.end - series.start).total_seconds() / _DAY_SECONDS
    return round(total / days * _MONTH_DAYS)


def _or_unknown(ask: Callable[[], float]) -> float | Unknown:
    try:
        return ask()
    except UnknownFactError as error:
        return error.unknown
    except ValueError:
        return Unknown(Reason.NO_DATA, "the cluster has no instance of this kind")
