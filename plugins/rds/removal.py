"""The fix of one idle reader too many: one reader less, and what speaks against it.

A pure function from a cluster's facts to the deletion of one reader, its undo with everything that CreateDBInstance
takes, and how to tell that it has settled. The writer is never named: that is asked again right before the call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.change import Call, Change, Refusal, Reversible, Risk, Step
from trueup.plugins.rds.members import AVAILABLE, instance_arn, instance_path, standing
from trueup.plugins.rds.money import reader_saving

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trueup.change import Condition
    from trueup.facts.snapshot import Snapshot

__all__ = ["creation", "remove_reader"]

_ZONES = 2
"""Availability Zones that remain."""

_CPU_LIMIT = 60.0
"""Percent that the busiest of the other readers may be projected to use."""

_OF_AUTO_SCALING = "application-autoscaling-"
"""What the names of readers begin with that Aurora auto scaling made, and removes itself.

Source: Aurora user guide, Amazon Aurora Auto Scaling with Aurora replicas.
"""

_RENAMED = {
    "PerformanceInsightsEnabled": "EnablePerformanceInsights",
}
"""What CreateDBInstance calls otherwise than DBInstance does. Source: RDS API, CreateDBInstance."""


def remove_reader(cluster: Snapshot, parameters: Mapping[str, Any]) -> Change | Refusal:
    """Remove one idle reader of several.

    Args:
        cluster: with ``cluster``, ``members``, ``topology``, ``instances``, ``readers``, ``endpoints``,
            ``autoscaling``, ``running``, ``prices``.
        parameters: ``idle_connections`` and ``idle_cpu``, the peaks up to, and below, which a reader is idle.

    Raises:
        UnknownFactError: a fact that the choice follows from is not known.

    Source: RDS API, DeleteDBInstance: a cluster's member takes SkipFinalSnapshot and no FinalDBSnapshotIdentifier.
    """
    idle = [each for each in cluster["readers.each"] if _idle(each, parameters)]
    if len(idle) < 2:  # noqa: PLR2004 - more than one idle reader is the finding
        return Refusal("at most one reader is idle", passes=True)
    if cluster["topology.writer"] is None:
        return Refusal("the cluster has no writer: it is the secondary of a global database, whose readers take over")
    least = [int(target["MinCapacity"]) for target in cluster["autoscaling.targets"]]
    if least and cluster["topology.readers"] - 1 < max(least):
        return Refusal(
            f"auto scaling of readers keeps at least {max(least)}, and would bring a removed one back; lower its "
            "minimum first"
        )
    why: list[str] = []
    for reader in sorted(idle, key=lambda each: _rank(cluster, each["id"])):
        blocked = next(_blocked(cluster, reader), None)
        if blocked is None:
            return _change(cluster, reader)
        why.append(f"{reader['id']} {blocked}")
    return Refusal(f"no idle reader can be removed: {'; '.join(why)}")


def creation(cluster: str, name: str, made: Mapping[str, Any]) -> dict[str, Any]:
    """Give the parameters of CreateDBInstance that make a member again as it was.

    What belongs to the cluster (storage, encryption, backups, network, users, engine version) is left to the cluster.

    Args:
        cluster: the cluster's id.
        name: the member's id.
        made: the member in ``instances``.
    """
    parameters: dict[str, Any] = {"DBInstanceIdentifier": name, "DBClusterIdentifier": cluster}
    insights = made["PerformanceInsightsEnabled"]
    for fact, value in made.items():
        if value is None or fact == "tags" or (fact.startswith("PerformanceInsights") and not insights):
            continue
        parameters[_RENAMED.get(fact, fact)] = value
    if made["tags"]:
        parameters["Tags"] = [{"Key": key, "Value": value} for key, value in sorted(made["tags"].items())]
    return parameters


def _idle(reader: Mapping[str, Any], parameters: Mapping[str, Any]) -> bool:
    few = reader["peak_connections"] <= parameters["idle_connections"]
    return bool(few and reader["peak_cpu"] < parameters["idle_cpu"])


def _rank(cluster: Snapshot, name: str) -> tuple[int, str]:
    # The reader that would be the last to become writer is missed the least.
    return -int(cluster["instances"][name]["PromotionTier"] or 0), name


def _blocked(cluster: Snapshot, reader: Mapping[str, Any]) -> Iterator[str]:
    name = reader["id"]
    if name == cluster["topology.writer"]:
        yield "is the writer"
    if name.startswith(_OF_AUTO_SCALING):
        yield "belongs to auto scaling, which removes it itself"
    others = {other: made for other, made in standing(cluster).items() if other != name}
    zones = {made["AvailabilityZone"] for made in others.values()}
    if len(zones) < _ZONES:
        yield f"would leave the cluster in {len(zones)} Availability Zone"
    for endpoint in cluster["endpoints"]:
        if name in (*(endpoint.get("StaticMembers") or ()), *(endpoint.get("ExcludedMembers") or ())):
            yield f"is named by the custom endpoint {endpoint['DBClusterEndpointIdentifier']}"
    rest = [each for each in cluster["readers.each"] if each["id"] in others]
    if not rest:
        yield "is the last reader"
    size = cluster["instances"][name]["DBInstanceClass"]
    if any(others[each["id"]]["DBInstanceClass"] != size for each in rest):
        yield "has another class than the readers that would take over its load, which cannot be projected"
    if max((each["peak_cpu"] for each in rest), default=0.0) + reader["peak_cpu"] > _CPU_LIMIT:
        yield f"would bring another reader above {_CPU_LIMIT:g} % CPU"


def _change(cluster: Snapshot, reader: Mapping[str, Any]) -> Change:
    name, made = reader["id"], cluster["instances"][reader["id"]]
    others = [each["peak_cpu"] for each in cluster["readers.each"] if each["id"] != name]
    return Change(
        summary=f"{cluster.resource.id}: reader {name} ({made['DBInstanceClass']}, {made['AvailabilityZone']}) goes",
        steps=(_step(cluster, name, made),),
        risk=Risk.DESTRUCTIVE,
        risk_reason=f"the instance is deleted, and its {reader['peak_connections']:g} connections at peak are dropped",
        reversible=Reversible.PARTLY,
        reversible_reason=(
            "the undo makes an instance of the same name, class and settings; its resource id, the continuity of its "
            "metrics, its Performance Insights history and its caches are lost, and AWS may lack capacity for it then"
        ),
        projection={
            "projected_peak_cpu": round(max(others) + reader["peak_cpu"], 2),
            "observed_peak_cpu": max(others),
            "unit": "percent",
            "basis": "busiest hour of the busiest other reader, with all of the removed one's load",
        },
        savings_monthly=reader_saving(cluster, name),
        code=f"AWS::RDS::DBInstance {name}: remove the resource",
        depends=_depends(cluster, name, made),
    )


def _step(cluster: Snapshot, name: str, made: Mapping[str, Any]) -> Step:
    return Step(
        call=Call("rds", "DeleteDBInstance", {"DBInstanceIdentifier": name, "SkipFinalSnapshot": True}),
        undo=(Call("rds", "CreateDBInstance", creation(cluster.resource.id, name, made)),),
        effect={instance_path(name): None},
        ready=_no_writer(name),
        settled=AVAILABLE,
        waiter="db_instance_available",
        acts_on=(instance_arn(cluster, name), cluster.resource.arn),
    )


def _depends(cluster: Snapshot, name: str, made: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Give the permissions that the undo needs besides that of its call.

    Source: Service Authorization Reference, Amazon RDS, CreateDBInstance (dependent actions).
    """
    depends: dict[str, tuple[str, ...]] = {}
    if made["MonitoringRoleArn"]:
        depends["iam:PassRole"] = (made["MonitoringRoleArn"],)
    if made["tags"]:
        depends["rds:AddTagsToResource"] = (instance_arn(cluster, name),)
    return depends


def _no_writer(name: str) -> Condition:
    """Give the condition that holds while another member writes and another one reads; asked right before the call.

    Source: Aurora user guide: deleting the writer promotes a reader, which is a failover.
    """
    other = {"DBInstanceIdentifier": {"not": {"const": name}}}
    return {
        "all": [
            AVAILABLE,
            {
                "every": {
                    "in": "cluster.DBClusterMembers",
                    "holds": {"any": [other, {"IsClusterWriter": {"const": False}}]},
                }
            },
            {"some": {"in": "cluster.DBClusterMembers", "holds": {**other, "IsClusterWriter": {"const": True}}}},
            {"some": {"in": "cluster.DBClusterMembers", "holds": {**other, "IsClusterWriter": {"const": False}}}},
        ]
    }
