"""Replicas: added and removed by their number, within what failover and Multi-AZ need."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.plugins.elasticache.simulation import moving
from trueup.plugins.elasticache.simulation.groups import add_replica, group_of, invalid, remove_members, shown
from trueup.testing.correction import Correction, together
from trueup.testing.exchange import AwsError

if TYPE_CHECKING:
    from trueup.testing.correction import Proceed, Simulation, Undo
    from trueup.testing.exchange import Answer, ApiRequest

__all__ = ["REPLICAS"]

_MOST = 5
"""Replicas of a shard at most. Source: botocore model elasticache:ConfigureShard."""


def _install(aws: Simulation) -> Undo:
    def change(request: ApiRequest, _proceed: Proceed) -> Answer:
        group, given = group_of(request), request.parameters
        if given.get("ApplyImmediately") is not True:
            raise invalid("ApplyImmediately must be true.")
        wanted = _wanted(request, group)

        def apply() -> None:
            _grow(group, wanted, aws.clock.now()) if _replicas(group) < wanted else _shrink(group, wanted)

        moving.begin(aws, group, moving.REPLICA_SECONDS, apply)
        return shown(aws, request)

    return together(
        aws.answer("elasticache:IncreaseReplicaCount", change),
        aws.answer("elasticache:DecreaseReplicaCount", change),
    )


def _wanted(request: ApiRequest, group: Any) -> int:
    """The number of replicas that a request asks for."""
    if "NewReplicaCount" not in request.parameters:
        raise invalid("NewReplicaCount must be specified.")
    wanted, present = int(request.parameters["NewReplicaCount"]), _replicas(group)
    if wanted == present:
        raise AwsError("NoOperationFault", "The operation was not performed because no changes were required.", 400)
    if (wanted > present) is not (request.operation == "IncreaseReplicaCount") or not 0 <= wanted <= _MOST:
        raise invalid(f"NewReplicaCount {wanted} is invalid; the replication group has {present} replicas.")
    if wanted == 0 and group.multi_az == "enabled":
        raise invalid("Must have at least 1 replica for Multi-AZ enabled Replication Group")
    if wanted == 0 and not group.cluster_enabled and group.automatic_failover == "enabled":
        raise invalid("Must have at least 1 replica when cluster mode is disabled with auto failover enabled.")
    return wanted


def _replicas(group: Any) -> int:
    return len(group.node_groups[0]["node_group_members"]) - 1


def _grow(group: Any, wanted: int, now: Any) -> None:
    for node_group in group.node_groups:
        while len(node_group["node_group_members"]) <= wanted:
            add_replica(group, node_group, now)


def _shrink(group: Any, wanted: int) -> None:
    gone: set[str] = set()
    for node_group in group.node_groups:
        gone |= {each["cache_cluster_id"] for each in node_group["node_group_members"][wanted + 1 :]}
    remove_members(group, gone)


REPLICAS = Correction(
    name="elasticache-replicas",
    service="elasticache",
    says="replicas are added and removed, the added ones with new ids; a count that is there already is a "
    "NoOperationFault, and failover or Multi-AZ keep one; moto has no such calls",
    source="botocore model elasticache:DecreaseReplicaCountMessage, IncreaseReplicaCountMessage, NoOperationFault; "
    "refusals quoted in hashicorp/terraform-provider-aws#34819 and #24244",
    install=_install,
)
