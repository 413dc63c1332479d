"""ModifyReplicationGroup: what takes effect at once, what waits for maintenance, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.plugins.elasticache.simulation import moving
from trueup.plugins.elasticache.simulation.groups import group_of, invalid, invalid_combination, shown
from trueup.plugins.elasticache.simulation.node_type_lists import allowed
from trueup.testing.correction import Correction

if TYPE_CHECKING:
    from collections.abc import Callable

    from trueup.testing.correction import Proceed, Simulation, Undo
    from trueup.testing.exchange import Answer, ApiRequest

__all__ = ["MODIFICATION"]

_OF_THE_NODES = {"CacheNodeType": "cache_node_type", "EngineVersion": "engine_version"}
"""What changes the nodes themselves: without ApplyImmediately it waits, pending on every member."""

_SETTINGS = {
    "ReplicationGroupDescription": "description",
    "SnapshotRetentionLimit": "snapshot_retention_limit",
    "SnapshotWindow": "snapshot_window",
    "PreferredMaintenanceWindow": "preferred_maintenance_window",
    "AutoMinorVersionUpgrade": "auto_minor_version_upgrade",
    "CacheParameterGroupName": "cache_parameter_group_name",
}

_SWITCHES = {"AutomaticFailoverEnabled": "automatic_failover", "MultiAZEnabled": "multi_az"}


def _install(aws: Simulation) -> Undo:
    def modify(request: ApiRequest, _proceed: Proceed) -> Answer:
        group, given = group_of(request), request.parameters
        _check(group, given)
        _keep(aws, group, given)
        return shown(aws, request)

    return aws.answer("elasticache:ModifyReplicationGroup", modify)


def _check(group: Any, given: dict[str, Any]) -> None:
    wanted = given.get("CacheNodeType")
    if getattr(group, "global_replication_group_id", "") and wanted:
        name = group.replication_group_id
        raise invalid(
            f"Cluster [{name}] is part of a global cluster [{group.global_replication_group_id}]. Request rejected."
        )
    up, down = allowed(group.cache_node_type)
    if wanted is not None and wanted not in {group.cache_node_type, *up, *down}:
        raise invalid(f"Cannot modify the node type of {group.replication_group_id} to {wanted}.")
    replicas = min(len(each["node_group_members"]) for each in group.node_groups) - 1
    failover = given.get("AutomaticFailoverEnabled", group.automatic_failover == "enabled")
    if given.get("AutomaticFailoverEnabled") and not group.cluster_enabled and not replicas:
        raise invalid("Must have at least 1 replica when cluster mode is disabled with auto failover enabled.")
    if given.get("MultiAZEnabled"):
        if not failover:
            raise invalid_combination("Multi-AZ can only be enabled with automatic failover enabled.")
        if not replicas:
            raise invalid("Must have at least 1 replica for Multi-AZ enabled Replication Group")
    if given.get("AutomaticFailoverEnabled") is False:
        if given.get("MultiAZEnabled", group.multi_az == "enabled"):
            raise invalid_combination("Automatic failover cannot be disabled while Multi-AZ is enabled.")
        if group.cluster_enabled:
            raise invalid_combination("Automatic failover cannot be disabled with cluster mode enabled.")


def _keep(aws: Simulation, group: Any, given: dict[str, Any]) -> None:
    """Let settings take effect; changes of the nodes too, at once or as pending ones of the members."""
    pending: dict[str, Any] = getattr(group, "trueup_pending", {})
    nodes = pending | {name: given[name] for name in _OF_THE_NODES if name in given}
    if nodes.get("CacheNodeType") == group.cache_node_type:
        del nodes["CacheNodeType"]
    for name, attribute in _SETTINGS.items():
        if name in given:
            setattr(group, attribute, given[name])
    changes = _changes(group, nodes if given.get("ApplyImmediately") else {}, given)
    if not given.get("ApplyImmediately"):
        group.trueup_pending = nodes
    seconds = moving.NODE_TYPE_SECONDS if nodes and given.get("ApplyImmediately") else moving.SETTING_SECONDS
    moving.begin(aws, group, seconds, changes)


def _changes(group: Any, nodes: dict[str, Any], given: dict[str, Any]) -> Callable[[], None]:
    def apply() -> None:
        for name, value in nodes.items():
            setattr(group, _OF_THE_NODES[name], value)
        if nodes:
            group.trueup_pending = {}
        for name, attribute in _SWITCHES.items():
            if name in given:
                setattr(group, attribute, "enabled" if given[name] else "disabled")

    return apply


MODIFICATION = Correction(
    name="elasticache-modification",
    service="elasticache",
    says="a group's nodes change with ApplyImmediately only, then together with all that was pending, else they wait "
    "as pending changes of its members; settings that moto forgets are kept, and what AWS refuses is refused (node "
    "types that are not allowed, failover and Multi-AZ without a replica, a member of a global datastore)",
    source="botocore model elasticache:ModifyReplicationGroupMessage (ApplyImmediately), CacheCluster "
    "(PendingModifiedValues); refusals quoted in hashicorp/terraform-provider-aws#24244, #34819 and #22528 (the words "
    "of the others were not recorded)",
    install=_install,
)
