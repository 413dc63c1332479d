"""Whether a group has been watched long enough, unchanged, for its use to say anything about its future.

A group that is young, was resized, or was measured with gaps gives low figures that mean nothing.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from trueup.errors import UnknownFactError
from trueup.facts.unknown import Reason, Unknown
from trueup.plugins.elasticache.node_types import FEW_VCPUS
from trueup.plugins.elasticache.nodes import known_type
from trueup.plugins.elasticache.series import (
    ENGINE_CPU,
    EVICTIONS,
    HOST_CPU,
    MEMORY_BYTES,
    MEMORY_PERCENT,
    series_of,
)

if TYPE_CHECKING:
    from trueup.facts.series import Series
    from trueup.facts.snapshot import Snapshot

__all__ = ["COVERAGE_FLOOR", "history", "moment"]

COVERAGE_FLOOR = 0.95
"""Every node is measured each minute, so that fewer of its hourly points are gaps in the measuring."""

_STEADY = 0.02
"""How far the memory of a node, as its metrics tell it, may move without the node being another one."""

_LEAST_PERCENT = 0.1
"""Below this use, the memory that two metrics tell is mostly rounding."""


def history(group: Snapshot) -> dict[str, Any]:
    """Give how long, how fully and how steadily the nodes of a group were measured.

    A new node has no history. Whether a node was another type within the look-back no API tells; bytes in use divided
    by the share that they are is the memory that the node had at the time, and shows it.

    Returns:
        ``{"age_days", "coverage", "resized", "sufficient"}``: coverage is the share (0 to 1) of hourly points of the
        worst series; ``sufficient`` is true or unknown with the reason, never false, so that whatever is derived from
        it becomes unknown too.
    """
    age_days = (group.read_at - moment(group["group.ReplicationGroupCreateTime"])).days
    try:
        by_node = {node["id"]: _series(group, node["id"]) for node in group["members"]}
    except UnknownFactError as error:
        unknown = error.unknown
        return {"age_days": age_days, "coverage": unknown, "resized": unknown, "sufficient": unknown}
    every = [each for found in by_node.values() for each in found.values()]
    coverage = min(each.coverage() for each in every)
    start = min(each.start for each in every)
    days = (group.read_at - start).days
    young = [node["id"] for node in group["members"] if moment(node["created"]) > start]
    resized = not all(_steady(each[MEMORY_BYTES], each[MEMORY_PERCENT]) for each in by_node.values())
    return {
        "age_days": age_days,
        "coverage": round(coverage, 4),
        "resized": resized,
        "sufficient": _verdict(young=young, coverage=coverage, resized=resized, days=days),
    }


def moment(text: str) -> datetime:
    """Give the time that a normalised fact names."""
    return datetime.fromisoformat(text)


def _verdict(*, young: list[str], coverage: float, resized: bool, days: int) -> bool | Unknown:
    if young:
        detail = f"node {young[0]} is younger than the look-back of {days} days: the group is, or was changed in it"
    elif coverage < COVERAGE_FLOOR:
        detail = f"expected {COVERAGE_FLOOR:.0%} of the hourly points of every node's metrics, found {coverage:.1%}"
    elif resized:
        detail = f"the memory of a node changed within the look-back of {days} days: it had another node type"
    else:
        return True
    return Unknown(Reason.INSUFFICIENT_HISTORY, detail)


def _series(group: Snapshot, node: str) -> dict[str, Series]:
    facts = [HOST_CPU, MEMORY_BYTES, MEMORY_PERCENT, EVICTIONS]
    if known_type(group).vcpus > FEW_VCPUS:
        facts.append(ENGINE_CPU)
    return {fact: series_of(group, node, fact) for fact in facts}


def _steady(used: Series, percent: Series) -> bool:
    told = [
        used.points[at] / share for at, share in percent.points.items() if at in used.points and share >= _LEAST_PERCENT
    ]
    return not told or max(told) - min(told) <= _STEADY * max(told)
