"""The ElastiCache replication group."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Assembly


def test_group_has_five_large_shards(assembly: Assembly) -> None:
    """Five shards of cache.r6g.xlarge, each with a replica in another zone that takes over."""
    assembly.templates["cache"].has_resource_properties(
        "AWS::ElastiCache::ReplicationGroup",
        {
            "CacheNodeType": "cache.r6g.xlarge",
            "NumNodeGroups": 5,
            "ReplicasPerNodeGroup": 1,
            "AutomaticFailoverEnabled": True,
            "MultiAZEnabled": True,
            "AtRestEncryptionEnabled": True,
            "TransitEncryptionEnabled": True,
        },
    )


def test_shards_are_changed_in_place(assembly: Assembly) -> None:
    """A smaller number of shards in code reshards the group; without this policy CloudFormation replaces it."""
    (group,) = assembly.resources("AWS::ElastiCache::ReplicationGroup").values()

    assert {"UseOnlineResharding": True} == group["UpdatePolicy"]
