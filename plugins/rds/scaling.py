"""The fix of an over-sized Serverless v2 range: smaller bounds in one call, and what speaks against it.

A pure function from a cluster's facts to the call, its undo, and how to tell that it has settled. The targets are
floors, never jumps: where the observed use needs more, the new bound is what it needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trueup.change import Call, Change, Refusal, Risk, Step
from trueup.plugins.rds.capacity import POSTGRESQL, V1, V2, acu_for_connections, max_connections
from trueup.plugins.rds.members import AVAILABLE, SERVERLESS_CLASS
from trueup.plugins.rds.money import capacity_saving
from trueup.plugins.rds.sizing import least_maximum, least_minimum, minimum_floor

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trueup.facts.snapshot import Snapshot

__all__ = ["Range", "next_range", "set_capacity"]

_UNCAPPED = 1.0
"""The smallest minimum with which Aurora PostgreSQL has more than 2,000 connections."""


_UNBOUND = "the maximum stays, and the cluster scales up from the lower minimum when it needs to"


@dataclass(frozen=True, slots=True)
class Range:
    """Bounds of Serverless v2 capacity in ACU."""

    least: float
    most: float

    def __str__(self) -> str:
        return f"{self.least:g} to {self.most:g} ACU"


def set_capacity(cluster: Snapshot, parameters: Mapping[str, Any]) -> Change | Refusal:
    """Lower the range of a Serverless v2 cluster.

    Args:
        cluster: with ``cluster``, ``members``, ``topology``, ``capacity``, ``sizing``, ``prices``.
        parameters: ``min_acu`` and ``max_acu``, below which neither bound is set.

    Raises:
        UnknownFactError: a fact that the range follows from is not known.

    Source: RDS API, ModifyDBCluster (ServerlessV2ScalingConfiguration); Aurora user guide, setting the Aurora
    Serverless v2 capacity range for a cluster: it takes effect at once, whatever ApplyImmediately says.
    """
    unfit = next(_unfit(cluster), None)
    if unfit is not None:
        return Refusal(unfit)
    before = Range(cluster["capacity.min"], cluster["capacity.max"])
    after = next_range(
        before,
        Range(float(parameters["min_acu"]), float(parameters["max_acu"])),
        cluster["sizing"],
        engine=cluster["cluster.Engine"],
        floor=minimum_floor(cluster),
    )
    if after == before:
        return Refusal(f"nothing smaller than {before} fits the observed use: {_use(cluster)}", passes=True)
    lowered = after.most < before.most
    return Change(
        summary=_summary(cluster, before, after),
        steps=(_step(cluster, before, after),),
        risk=Risk.DISRUPTIVE if lowered else Risk.SAFE,
        risk_reason=_risk(cluster, after) if lowered else _UNBOUND,
        projection=_projection(cluster, after),
        savings_monthly=capacity_saving(cluster, before.least, after.least, lowered=lowered),
        code=(
            f"AWS::RDS::DBCluster ServerlessV2ScalingConfiguration: "
            f"{{MinCapacity: {after.least:g}, MaxCapacity: {after.most:g}}}"
        ),
    )


def next_range(before: Range, target: Range, needs: Mapping[str, Any], *, engine: str, floor: float) -> Range:
    """Give the range that comes next: never above the present one, never below what the observed use needs.

    Args:
        before: the present range.
        target: below which neither bound goes.
        needs: the aspect ``sizing``.
        engine: ``aurora-mysql`` or ``aurora-postgresql``.
        floor: the minimum that the cluster's features ask for.
    """
    capped = engine == POSTGRESQL and needs["peak_connections"] > max_connections(engine, 0.0, 128) / 2
    least = before.least
    if least > target.least:
        wanted = max(target.least, least_minimum(least, floor), _UNCAPPED if capped else 0.0)
        least = min(least, wanted)
    most = before.most
    if most > target.most:
        most = min(most, max(target.most, least_maximum(needs, engine), least))
    return Range(least, most)


def _unfit(cluster: Snapshot) -> Iterator[str]:
    """Yield why the range is not to be set here; v2 parameters are never sent to v1 or provisioned clusters."""
    if cluster["capacity.generation"] == V1:
        yield "the cluster is Serverless v1, whose capacity is set by other parameters in other steps"
    elif cluster["capacity.generation"] != V2:
        yield "the cluster has provisioned instances only, and no Serverless v2 capacity to set"
    if cluster["cluster.ClusterScalabilityType"] == "limitless":
        yield "the capacity of a limitless database is set on its shard group"
    if cluster["cluster.ReplicationSourceIdentifier"]:
        yield "the cluster replicates another one, and its load follows from that one's writes"
    if cluster["topology.writer"] is None:
        yield "the cluster has no writer: it is the secondary of a global database, or has no instances"
    elif cluster["topology.writer_class"] != SERVERLESS_CLASS:
        yield (
            "the writer is provisioned, and serverless readers keep up with its writes only with a minimum that "
            "compares with it"
        )


def _step(cluster: Snapshot, before: Range, after: Range) -> Step:
    seconds = cluster["capacity.seconds_until_auto_pause"]
    kept = seconds if after.least == 0 else None
    return Step(
        call=_modify(cluster, after, kept),
        undo=(_modify(cluster, before, seconds),),
        effect={
            "capacity.min": after.least,
            "capacity.max": after.most,
            "capacity.seconds_until_auto_pause": kept,
        },
        ready=AVAILABLE,
        settled=AVAILABLE,
        waiter="db_cluster_available",
        repeatable=True,
    )


def _modify(cluster: Snapshot, bounds: Range, seconds: int | None) -> Call:
    """Give the call with both bounds, since what AWS does without one is not written; and the pause, if there is one.

    Source: RDS API, ServerlessV2ScalingConfigurationInfo: SecondsUntilAutoPause is told only while the minimum is 0.
    """
    scaling: dict[str, Any] = {"MinCapacity": bounds.least, "MaxCapacity": bounds.most}
    if bounds.least == 0 and seconds is not None:
        scaling["SecondsUntilAutoPause"] = seconds
    parameters = {"DBClusterIdentifier": cluster.resource.id, "ServerlessV2ScalingConfiguration": scaling}
    return Call("rds", "ModifyDBCluster", parameters)


def _summary(cluster: Snapshot, before: Range, after: Range) -> str:
    text = f"{cluster.resource.id}: {before} become {after}"
    if after.most == before.most:
        return text
    waiting = cluster["capacity.pending_reboot"]
    text += f"; max_connections follows ({max_connections(cluster['cluster.Engine'], after.least, after.most)} by "
    text += "default) when an instance is rebooted, until then it shows pending-reboot"
    return f"{text} ({', '.join(waiting)} did already)" if waiting else text


def _risk(cluster: Snapshot, after: Range) -> str:
    most = max_connections(cluster["cluster.Engine"], after.least, after.most)
    return (
        f"more load than was ever observed finds less room, and after a reboot, which AWS may make in the maintenance "
        f"window, an instance takes {most} connections by default"
    )


def _projection(cluster: Snapshot, after: Range) -> dict[str, Any]:
    needs = cluster["sizing"]
    connections = max_connections(cluster["cluster.Engine"], after.least, after.most)
    return {
        "projected_peak_cpu": round(100 * needs["cpu_acu"] / after.most, 2),
        "projected_peak_memory": round(100 * needs["memory_acu"] / after.most, 2),
        "projected_peak_connections": round(100 * needs["peak_connections"] / connections, 2),
        "observed_peak_cpu": round(100 * needs["cpu_acu"] / cluster["capacity.max"], 2),
        "observed_peak_memory": round(100 * needs["memory_acu"] / cluster["capacity.max"], 2),
        "unit": "percent",
        "basis": "busiest hour of the worst instance, of what the maximum gives; connections of the new default",
    }


def _use(cluster: Snapshot) -> str:
    needs = cluster["sizing"]
    by_connections = acu_for_connections(cluster["cluster.Engine"], needs["peak_connections"])
    return (
        f"at its peak {needs['cpu_acu']:.2f} ACU of CPU, {needs['memory_acu']:.2f} of memory, "
        f"{needs['peak_connections']:g} connections ({by_connections:g} ACU)"
    )
