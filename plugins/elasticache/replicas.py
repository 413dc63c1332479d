"""The fix of a group with more replicas than it uses: fewer of them, in one call, and what speaks against it.

Whether clients read from replicas no API tells. So every node is taken to do its share: what the nodes that go did is
spread over those that stay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.change import Call, Change, Refusal, Reversible, Risk, Step
from trueup.plugins.elasticache.fitting import CPU_LIMIT
from trueup.plugins.elasticache.guards import REPLICAS, scaled_by_others
from trueup.plugins.elasticache.money import monthly_saving
from trueup.plugins.elasticache.nodes import AT_REST

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.facts.snapshot import Snapshot

__all__ = ["decrease_replicas", "fewest_replicas", "replicas_fit"]


def decrease_replicas(group: Snapshot, parameters: Mapping[str, Any]) -> Change | Refusal:
    """Remove replicas of a group with cluster mode disabled.

    Args:
        group: with ``group``, ``members``, ``capacity``, ``sizing``, ``autoscaling``, ``prices``, ``reserved_nodes``.
        parameters: ``replicas``, of which at least so many are left.

    Raises:
        UnknownFactError: a fact that the number follows from is not known.

    Source: ElastiCache API, DecreaseReplicaCount: ApplyImmediately can only be true; with Multi-AZ one replica stays.
    """
    refusal = _not_to_be_decreased(group)
    if refusal is not None:
        return refusal
    before, peak = int(group["capacity.replicas"]), max(each["engine_percent"] for each in group["sizing.shards"])
    least = max(int(parameters["replicas"]), 1 if _needs_one(group) else 0)
    after = fewest_replicas(before, least, peak)
    if after == before:
        return Refusal(
            f"with fewer replicas than {before} the worst node's {peak:.1f} % of CPU could grow above {CPU_LIMIT:g} %",
            passes=replicas_fit(before, peak) or before <= least,
        )
    return _change(group, before, after, peak)


def fewest_replicas(present: int, least: int, peak: float) -> int:
    """Give the fewest replicas whose nodes can do the work of all; the present ones when fewer cannot.

    Between ``least`` and the present number only one is chosen of which it can be seen right after that it fits.

    Args:
        present: replicas now.
        least: replicas that stay in any case.
        peak: CPU of the worst node, in percent.
    """
    for count in range(least, present):
        fits = peak * (present + 1) / (count + 1) <= CPU_LIMIT
        if fits and (count == least or replicas_fit(count, peak)):
            return count
    return present


def replicas_fit(replicas: int, peak: float) -> bool:
    """Tell whether one replica fewer would not do."""
    return replicas == 0 or peak * (replicas + 1) / replicas > CPU_LIMIT


def _not_to_be_decreased(group: Snapshot) -> Refusal | None:
    if group["capacity.cluster_mode"]:
        return Refusal("with cluster mode enabled, shards and node types are changed, and replicas are left")
    datastore = (group["group.GlobalReplicationGroupInfo"] or {}).get("GlobalReplicationGroupId")
    if datastore:
        return Refusal(f"the group is in the global datastore {datastore}, whose replicas other Regions rely on")
    if group["group.MemberClustersOutpostArns"]:
        return Refusal("the group is on an Outpost, whose capacity is paid for whether it is used or not")
    return scaled_by_others(group, REPLICAS)


def _needs_one(group: Snapshot) -> bool:
    return group["group.MultiAZ"] == "enabled" or group["group.AutomaticFailover"] in {"enabled", "enabling"}


def _change(group: Snapshot, before: int, after: int, peak: float) -> Change:
    def call(operation: str, count: int) -> Call:
        parameters = {"ReplicationGroupId": group.resource.id, "NewReplicaCount": count, "ApplyImmediately": True}
        return Call("elasticache", operation, parameters)

    step = Step(
        call=call("DecreaseReplicaCount", after),
        undo=(call("IncreaseReplicaCount", before),),
        effect={"capacity.replicas": after},
        ready=AT_REST,
        settled=AT_REST,
        waiter="replication_group_available",
    )
    return Change(
        summary=f"{group.resource.id}: {before} replicas become {after}",
        steps=(step,),
        risk=Risk.DISRUPTIVE,
        risk_reason="ElastiCache chooses which replicas go, and clients that are connected to one of them have to "
        "connect to another one; ApplyImmediately is true, so that it begins at once",
        reversible=Reversible.PARTLY,
        reversible_reason="the undo adds as many replicas as there were; their ids and endpoints are new",
        projection={
            "observed_peak_cpu": round(peak, 2),
            "projected_peak_cpu": round(peak * (before + 1) / (after + 1), 2),
            "unit": "percent",
            "basis": "worst node's busiest hour, times the nodes before, by the nodes after; memory does not change",
        },
        savings_monthly=monthly_saving(
            group, node_type=group["capacity.node_type"], nodes=group["capacity.nodes"] - (before - after)
        ),
        code=f"AWS::ElastiCache::ReplicationGroup NumCacheClusters: {after + 1}",
    )
