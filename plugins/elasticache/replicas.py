"""The fix of a group with more replicas than it uses: fewer of them, in one call, and what speaks against it.

Whether clients read from replicas no API tells. So every node is taken to do its share: what the nodes that go did is
spread over those that stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trueup.change import Call, Change, Refusal, Reversible, Risk, Step
from trueup.plugins.elasticache.fitting import CPU_LIMIT
from trueup.plugins.elasticache.guards import REPLICAS, scaled_by_others
from trueup.plugins.elasticache.money import monthly_saving
from trueup.plugins.elasticache.nodes import AT_REST

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.facts.snapshot import Snapshot

__all__ = ["Work", "decrease_replicas", "fewest_replicas", "replicas_fit"]


@dataclass(frozen=True, slots=True)
class Work:
    """What the nodes of a group did, and how many there were: the present ones but right after a change of them.

    Args:
        peak: CPU of the worst node, in percent.
        replicas: how many nodes besides the primary did it.
    """

    peak: float
    replicas: int

    @classmethod
    def of(cls, group: Snapshot) -> Work:
        """Take it from the facts of a group.

        Raises:
            UnknownFactError: the history is too short, or a series has no data.
        """
        return cls(max(each["engine_percent"] for each in group["sizing.shards"]), int(group["sizing.replicas"]))

    def projected(self, replicas: int) -> float:
        """Give the CPU of the worst node if the work was spread over so many replicas and the primary."""
        return self.peak * (self.replicas + 1) / (replicas + 1)


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
    before, work = int(group["capacity.replicas"]), Work.of(group)
    least = max(int(parameters["replicas"]), 1 if _needs_one(group) else 0)
    after = fewest_replicas(before, least, work)
    if after == before:
        return Refusal(
            f"with fewer replicas than {before} the worst node's {work.peak:.1f} % of CPU could grow above "
            f"{CPU_LIMIT:g} %",
            passes=True,
        )
    return _change(group, before, after, work)


def fewest_replicas(present: int, least: int, work: Work) -> int:
    """Give the fewest replicas whose nodes can do the work of all; the present ones when fewer cannot.

    Args:
        present: replicas now.
        least: replicas that stay in any case.
        work: what all nodes did.
    """
    return next((count for count in range(least, present) if work.projected(count) <= CPU_LIMIT), present)


def replicas_fit(replicas: int, work: Work) -> bool:
    """Tell of a number of replicas whether one fewer would not do."""
    return replicas == 0 or work.projected(replicas - 1) > CPU_LIMIT


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


def _change(group: Snapshot, before: int, after: int, work: Work) -> Change:
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
            "observed_peak_cpu": round(work.peak, 2),
            "projected_peak_cpu": round(work.projected(after), 2),
            "unit": "percent",
            "basis": "worst node's busiest hour, times the nodes before, by the nodes after; memory does not change",
        },
        savings_monthly=monthly_saving(
            group, node_type=group["capacity.node_type"], nodes=group["capacity.nodes"] - (before - after)
        ),
        code=f"AWS::ElastiCache::ReplicationGroup NumCacheClusters: {after + 1}",
    )
