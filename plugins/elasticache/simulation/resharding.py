"""Shards: added with new ids and removed by their ids, never by a number, and sometimes only in part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.plugins.elasticache.simulation import moving
from trueup.plugins.elasticache.simulation.groups import (
    add_node_group,
    group_of,
    invalid,
    invalid_combination,
    remove_members,
    shown,
)
from trueup.testing.correction import Correction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.testing.correction import Proceed, Simulation, Undo
    from trueup.testing.exchange import Answer, ApiRequest

__all__ = ["RESHARDING", "STOPS_AFTER"]

STOPS_AFTER = "elasticache:scale-in-stops-after"
"""The setting of a scale-in that is only partly successful: how many shards are removed before it ends."""


def _install(aws: Simulation) -> Undo:
    def reshard(request: ApiRequest, _proceed: Proceed) -> Answer:
        group, given = group_of(request), request.parameters
        if not group.cluster_enabled:
            raise invalid("This operation is only valid for a cluster mode enabled replication group.")
        if given.get("ApplyImmediately") is not True:
            raise invalid("ApplyImmediately must be true.")
        present, wanted = len(group.node_groups), given["NodeGroupCount"]
        if wanted < 1:
            raise invalid("NodeGroupCount must be at least 1.")
        removed = _removed(group, given)[: aws.settings.get(STOPS_AFTER, present)]

        def apply() -> None:
            if wanted < present:
                _remove(group, removed)
            for _ in range(wanted - present):
                add_node_group(group, aws.clock.now())

        seconds = moving.SHARD_SECONDS * max(1, abs(wanted - present))
        moving.begin(aws, group, seconds, apply, resharding=True)
        return shown(aws, request)

    return aws.answer("elasticache:ModifyReplicationGroupShardConfiguration", reshard)


def _removed(group: Any, given: dict[str, Any]) -> list[str]:
    """The ids of the node groups that a request takes away."""
    ids = [each["node_group_id"] for each in group.node_groups]
    named = [name for name in ("NodeGroupsToRemove", "NodeGroupsToRetain") if given.get(name)]
    if given["NodeGroupCount"] >= len(ids):
        if named:
            raise invalid_combination(f"{named[0]} can only be specified when shards are removed.")
        return []
    if len(named) != 1:
        raise invalid_combination("Exactly one of NodeGroupsToRemove and NodeGroupsToRetain must be specified.")
    unknown = [each for each in given[named[0]] if each not in ids]
    if unknown:
        raise invalid(f"The following node group ids are invalid: [{', '.join(unknown)}]")
    chosen = set(given[named[0]])
    gone = [each for each in ids if (each in chosen) is (named[0] == "NodeGroupsToRemove")]
    if len(ids) - len(gone) != given["NodeGroupCount"]:
        raise invalid_combination(f"NodeGroupCount does not agree with {named[0]}.")
    return gone


def _remove(group: Any, ids: Sequence[str]) -> None:
    gone = {
        member["cache_cluster_id"]
        for each in group.node_groups
        if each["node_group_id"] in ids
        for member in each["node_group_members"]
    }
    remove_members(group, gone)


RESHARDING = Correction(
    name="elasticache-resharding",
    service="elasticache",
    says="the shards of a cluster change: those that are removed are named by existing ids, which leaves gaps, those "
    "that are added have new ids, slots are spread anew, and a scale-in may end before its end; moto has no such call",
    source="botocore model elasticache:ModifyReplicationGroupShardConfigurationMessage; "
    "hashicorp/terraform-provider-aws#43884 (gaps, and the words of the refusal; those of the others were not "
    "recorded); ElastiCache user guide, best practices of online resharding (partial success)",
    install=_install,
)
