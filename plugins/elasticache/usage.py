"""How busy the nodes of a group are: the worst one decides, by its busiest hour.

Valkey and Redis do their work in one thread. On a node with more than two vCPUs the engine's own metric tells how busy
that thread is; on a smaller one the host's CPU does, counted as if all of it was that thread's.
"""

from __future__ import annotations

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
    from collections.abc import Callable

    from trueup.facts.snapshot import Snapshot

__all__ = ["health", "loads", "peak_of", "sizing", "utilization"]

_DIGITS = 4
"""Decimal places of a percentage: what floating point adds after them is noise in reports and plans."""


def utilization(group: Snapshot) -> dict[str, Any]:
    """Give the use of the group's worst nodes over the look-back.

    Returns:
        ``{"peak_cpu", "cpu_node", "peak_memory", "memory_node", "evictions"}``: peaks of the busiest hour in percent,
        CPU of the thread that the engine runs in, memory of what the data may use; whose they are; and how many keys
        were evicted by any node. Each is unknown by itself.

    Raises:
        UnknownFactError: the history is too short or has gaps.
    """
    _ = group["history.sufficient"]
    cpu, cpu_node = _worst(group, _engine_percent)
    memory, memory_node = _worst(group, lambda _group, node: peak_of(_group, node, MEMORY_PERCENT))
    return {
        "peak_cpu": cpu,
        "cpu_node": cpu_node,
        "peak_memory": memory,
        "memory_node": memory_node,
        "evictions": _evictions(group),
    }


def health(group: Snapshot) -> dict[str, Any]:
    """Give ``{"cpu", "memory", "evictions"}``: the same peaks and sum over any window, however short."""
    cpu, _ = _worst(group, _engine_percent)
    memory, _ = _worst(group, lambda _group, node: peak_of(_group, node, MEMORY_PERCENT))
    return {"cpu": cpu, "memory": memory, "evictions": _evictions(group)}


def sizing(group: Snapshot) -> dict[str, Any]:
    """Give the load of each shard over the look-back, see ``loads``, and the size that it was measured with.

    Returns:
        ``{"shards", "node_type", "replicas"}``.

    Raises:
        UnknownFactError: the history is too short, or a series has no data.
    """
    _ = group["history.sufficient"]
    return {
        "shards": loads(group),
        "node_type": group["capacity.node_type"],
        "replicas": group["capacity.replicas"],
    }


def loads(group: Snapshot) -> list[dict[str, Any]]:
    """Give the load of each shard: that of its busiest node, whatever the history.

    Returns:
        ``[{"id", "engine_percent", "host_cores", "memory_bytes", "memory_percent"}]``: the engine's thread in percent
        of a core, all that the host does in cores, and the data.

    Raises:
        UnknownFactError: a series could not be read, or has no data.
    """
    vcpus = known_type(group).vcpus
    by_shard: dict[str, list[str]] = {}
    for node in group["members"]:
        by_shard.setdefault(node["shard"], []).append(node["id"])
    return [
        {
            "id": shard,
            "engine_percent": round(max(_engine_percent(group, node) for node in nodes), _DIGITS),
            "host_cores": round(max(peak_of(group, node, HOST_CPU) for node in nodes) * vcpus / 100, _DIGITS),
            "memory_bytes": max(peak_of(group, node, MEMORY_BYTES) for node in nodes),
            "memory_percent": round(max(peak_of(group, node, MEMORY_PERCENT) for node in nodes), _DIGITS),
        }
        for shard, nodes in sorted(by_shard.items())
    ]


def peak_of(group: Snapshot, node: str, fact: str) -> float:
    """Give the highest point of a node's series.

    Raises:
        UnknownFactError: the series could not be read, or has no point.
    """
    peak = series_of(group, node, fact).maximum()
    if isinstance(peak, Unknown):
        raise UnknownFactError(fact, Unknown(Reason.NO_DATA, f"CloudWatch has no {fact} of node {node} in the window"))
    return peak


def _engine_percent(group: Snapshot, node: str) -> float:
    vcpus = known_type(group).vcpus
    if vcpus > FEW_VCPUS:
        return peak_of(group, node, ENGINE_CPU)
    return peak_of(group, node, HOST_CPU) * vcpus


def _worst(group: Snapshot, value: Callable[[Snapshot, str], float]) -> tuple[float | Unknown, str | Unknown]:
    try:
        found = [(round(value(group, node["id"]), _DIGITS), str(node["id"])) for node in group["members"]]
    except UnknownFactError as error:
        return error.unknown, error.unknown
    return max(found)


def _evictions(group: Snapshot) -> float | Unknown:
    total = 0.0
    try:
        for node in group["members"]:
            sum_of_node = series_of(group, node["id"], EVICTIONS).total()
            if isinstance(sum_of_node, Unknown):
                return Unknown(Reason.NO_DATA, f"CloudWatch has no evictions of node {node['id']} in the window")
            total += sum_of_node
    except UnknownFactError as error:
        return error.unknown
    return total
