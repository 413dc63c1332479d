"""Whether a cluster has been watched long enough, unchanged, for its use to say anything about its future.

A cluster or a member that is young, was resized, or was measured with gaps gives low figures that mean nothing.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from trueup.errors import UnknownFactError
from trueup.facts.unknown import Reason, Unknown
from trueup.plugins.rds.capacity import V2
from trueup.plugins.rds.series import member_names, member_series

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trueup.facts.series import Series
    from trueup.facts.snapshot import Snapshot

__all__ = ["COVERAGE_FLOOR", "history", "maximum_at", "moment"]

COVERAGE_FLOOR = 0.95
"""A running instance is measured all the time, so that fewer of its hourly points are gaps in the measuring."""

_SAME = 0.02
"""How far a maximum that is worked out of two rounded metrics may be from the one that is set."""

_BELOW = 0.25
"""Half of a half step: capacity that is measured this far below the minimum was measured under another minimum."""


def history(cluster: Snapshot) -> dict[str, Any]:
    """Give how long, how fully and how steadily a cluster was measured.

    AWS does not tell when a range of capacity was changed. ACUUtilization is capacity in percent of the maximum of its
    time, so that another maximum shows in it; a minimum that was raised shows in lower capacity before. One that was
    lowered does not show, and hides no need: capacity was the higher one then.

    Returns:
        ``{"age_days", "coverage", "resized", "measured", "sufficient"}``: the age of the youngest member; coverage is
        the share (0 to 1) of hourly points of the worst series; the last two are true or unknown with the reason,
        never false, so that whatever is derived from them becomes unknown too. ``measured`` leaves out resizing.

    Source: Aurora user guide, performance and scaling for Aurora Serverless v2 (ACUUtilization).
    """
    births = [cluster["cluster.ClusterCreateTime"], *(each.get("InstanceCreateTime") for each in cluster["members"])]
    # AWS tells no time of an instance that is being made.
    born = max(cluster.read_at if each is None else moment(each) for each in births)
    age_days = (cluster.read_at - born).days
    try:
        series = list(_always_measured(cluster))
        resized = _resized(cluster)
    except UnknownFactError as error:
        unknown = error.unknown
        return {
            "age_days": age_days,
            "coverage": unknown,
            "resized": unknown,
            "measured": unknown,
            "sufficient": unknown,
        }
    coverage = min((each.coverage() for each in series), default=0.0)
    start = min((each.start for each in series), default=cluster.read_at)
    days = (cluster.read_at - start).days
    measured = _measured(young=born > start, coverage=coverage, days=days)
    changed = Unknown(
        Reason.INSUFFICIENT_HISTORY, f"the capacity range changed within the look-back of {days} days, by anyone"
    )
    return {
        "age_days": age_days,
        "coverage": round(coverage, 4),
        "resized": resized,
        "measured": measured,
        "sufficient": changed if resized and measured is True else measured,
    }


def maximum_at(cluster: Snapshot, name: str) -> Mapping[int, float]:
    """Give the maximum of the range that was set in each hour, by the metrics; hours of a paused instance are left out.

    Raises:
        UnknownFactError: a series could not be read.
    """
    used = member_series(cluster, name, "acu_utilization").points
    capacity = member_series(cluster, name, "capacity_maximum").points
    return {at: 100 * capacity[at] / share for at, share in used.items() if share > 0 and capacity.get(at, 0) > 0}


def moment(text: str) -> datetime:
    """Give the time that a normalised fact names."""
    return datetime.fromisoformat(text)


def _measured(*, young: bool, coverage: float, days: int) -> bool | Unknown:
    if young:
        detail = f"the cluster, or a member of it, is younger than the look-back of {days} days"
    elif coverage < COVERAGE_FLOOR:
        detail = f"expected {COVERAGE_FLOOR:.1%} of the hourly points of every member's metrics, found {coverage:.1%}"
    else:
        return True
    return Unknown(Reason.INSUFFICIENT_HISTORY, detail)


def _always_measured(cluster: Snapshot) -> Iterator[Series]:
    serverless = member_names(cluster, serverless=True)
    for name in member_names(cluster):
        facts = ("cpu", "connections", *(("capacity_average", "freeable_memory") if name in serverless else ()))
        yield from (member_series(cluster, name, fact) for fact in facts)


def _resized(cluster: Snapshot) -> bool:
    if cluster["capacity.generation"] != V2:
        return False
    least, most = cluster["capacity.min"], cluster["capacity.max"]
    for name in member_names(cluster, serverless=True):
        if any(abs(each - most) > _SAME * most for each in maximum_at(cluster, name).values()):
            return True
        if any(each < least - _BELOW for each in member_series(cluster, name, "capacity_minimum").points.values()):
            return True
    return False
