"""The fix of an over-sized group: fewer shards and smaller nodes in one change, and what speaks against it.

A pure function from a group's facts to the calls, their undo, and how to tell that each has settled. The targets are
floors, never jumps: where data or load need more, the end state is what they need.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.change import Call, Change, Refusal, Reversible, Risk, Step
from trueup.plugins.elasticache.fitting import (
    RESERVE_PERCENT,
    Load,
    Observed,
    Size,
    Target,
    candidates,
    projection,
    removed_shards,
    smallest,
)
from trueup.plugins.elasticache.guards import not_to_be_resized
from trueup.plugins.elasticache.money import monthly_saving, node_hour
from trueup.plugins.elasticache.node_types import node_type
from trueup.plugins.elasticache.nodes import AT_REST, known_type
from trueup.service.money import known_prices

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from trueup.facts.snapshot import Snapshot
    from trueup.plugins.elasticache.node_types import NodeType

__all__ = ["resize"]

_WAITER = "replication_group_available"

_NODES_SECONDS = 10_800
"""New nodes of every shard take up to hours; moving slots as well takes longer, up to the action's own limit."""


def resize(group: Snapshot, parameters: Mapping[str, Any]) -> Change | Refusal:
    """Remove shards and make nodes smaller, as far as the projection of the end state allows.

    Shards go first, while the nodes are large: the data that has to move has room then. The undo grows in the other
    order, nodes first.

    Args:
        group: with ``group``, ``members``, ``capacity``, ``sizing``, ``allowed_types``, ``parameters``,
            ``autoscaling``, ``prices``, ``reserved_nodes``.
        parameters: ``node_type`` and ``shards``, beyond which neither goes.

    Raises:
        UnknownFactError: a fact that the size follows from is not known.

    Source: ElastiCache API, ModifyReplicationGroupShardConfiguration (ApplyImmediately can only be true; the shards to
    remove are named), ModifyReplicationGroup (CacheNodeType, ApplyImmediately).
    """
    refusal = not_to_be_resized(group)
    if refusal is not None:
        return refusal
    node = node_type(str(parameters["node_type"]))
    if node is None:
        return Refusal(f"vCPUs and memory of the target {parameters['node_type']} are not known to trueup")
    before = Size(known_type(group), int(group["capacity.shards"]))
    observed, allowed = Observed.of(group), group["allowed_types.down"]
    after = smallest(
        observed,
        before,
        Target(node, int(parameters["shards"]) if group["capacity.cluster_mode"] else before.shards),
        allowed,
        _rate(group, [before.node, *candidates(before.node, node, allowed)]),
        reserve=_reserve(group),
    )
    if after == before:
        return Refusal(f"nothing smaller than {before} fits the observed use: {_use(observed.loads)}", passes=True)
    return _change(group, observed, before, after)


def _change(group: Snapshot, observed: Observed, before: Size, after: Size) -> Change:
    gone = removed_shards(observed.loads, before.shards - after.shards)
    steps = ([_shard_step(group, gone, before, after)] if gone else []) + (
        [_node_step(group, before, after)] if after.node != before.node else []
    )
    kept = sum(1 for each in group["members"] if each["shard"] not in gone)
    return Change(
        summary=_summary(group, gone, before, after),
        steps=tuple(steps),
        risk=Risk.DISRUPTIVE,
        risk_reason="nodes are replaced and slots move while the group serves: connections drop, and writes fail for "
        "seconds at each failover; ApplyImmediately is true, so that it begins at once",
        reversible=Reversible.PARTLY if gone else Reversible.YES,
        reversible_reason=(
            "the undo adds as many shards as there were; their ids, nodes and endpoints are new, and slots are spread "
            "anew"
            if gone
            else "the undo gives the nodes their type back; keys that were evicted meanwhile do not come back"
        ),
        projection=_projection(group, observed, after),
        savings_monthly=monthly_saving(group, node_type=after.node.name, nodes=kept),
        code=_code(before, after),
        settle_seconds=0 if gone else _NODES_SECONDS,
    )


def _shard_step(group: Snapshot, gone: tuple[str, ...], before: Size, after: Size) -> Step:
    def call(**given: Any) -> Call:
        parameters = {"ReplicationGroupId": group.resource.id, **given, "ApplyImmediately": True}
        return Call("elasticache", "ModifyReplicationGroupShardConfiguration", parameters)

    return Step(
        call=call(NodeGroupCount=after.shards, NodeGroupsToRemove=list(gone)),
        undo=(call(NodeGroupCount=before.shards),),
        effect={"capacity.shards": after.shards},
        ready=AT_REST,
        settled=AT_REST,
        waiter=_WAITER,
    )


def _node_step(group: Snapshot, before: Size, after: Size) -> Step:
    def call(name: str) -> Call:
        parameters = {"ReplicationGroupId": group.resource.id, "CacheNodeType": name, "ApplyImmediately": True}
        return Call("elasticache", "ModifyReplicationGroup", parameters)

    return Step(
        call=call(after.node.name),
        undo=(call(before.node.name),),
        effect={"capacity.node_type": after.node.name},
        ready=AT_REST,
        settled=AT_REST,
        waiter=_WAITER,
        repeatable=True,
    )


def _rate(group: Snapshot, nodes: Sequence[NodeType]) -> Callable[[NodeType], float]:
    """Give what node types are compared by: the price where every one is known, else their memory."""
    prices, engine = known_prices(group), str(group["capacity.engine"])
    if prices is None or any(node_hour(prices, engine, node.name) is None for node in nodes):
        return lambda node: float(node.memory_bytes)
    return lambda node: node_hour(prices, engine, node.name) or 0.0


def _reserve(group: Snapshot) -> float:
    reserve = group["parameters.reserved_memory_percent"]
    return RESERVE_PERCENT if reserve is None else max(RESERVE_PERCENT, float(reserve))


def _summary(group: Snapshot, gone: tuple[str, ...], before: Size, after: Size) -> str:
    text = f"{group.resource.id}: {before} becomes {after}"
    return f"{text}, without the shards {', '.join(gone)}" if gone else text


def _projection(group: Snapshot, observed: Observed, after: Size) -> dict[str, Any]:
    reserve, loads = _reserve(group), observed.loads
    found = projection(observed, after, reserve)
    return {
        "observed_peak_cpu": round(max(each.engine_percent for each in loads), 2),
        "projected_peak_cpu": round(found.cpu, 2),
        "observed_peak_memory": round(max(each.memory_percent for each in loads), 2),
        "projected_peak_memory": round(found.memory, 2),
        "unit": "percent",
        "basis": f"worst node's busiest hour; CPU of the engine's core, memory of what {reserve:g} % reserve leaves",
    }


def _code(before: Size, after: Size) -> str:
    changed = []
    if after.node != before.node:
        changed.append(f"CacheNodeType: {after.node.name}")
    if after.shards != before.shards:
        changed.append(f"NumNodeGroups: {after.shards}")
    return f"AWS::ElastiCache::ReplicationGroup {', '.join(changed)}"


def _use(loads: tuple[Load, ...]) -> str:
    cpu, memory = max(each.engine_percent for each in loads), max(each.memory_percent for each in loads)
    return f"the worst node's busiest hour used {cpu:.1f} % of the engine's core and {memory:.1f} % of its memory"
