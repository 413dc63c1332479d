"""Each correction of the simulated ElastiCache makes its check hold, and without it the check does not hold."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from trueup.plugins.elasticache.simulated import CORRECTIONS
from trueup.plugins.elasticache.simulation import moving, parameters, reservations, resharding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from trueup.testing import SimulatedAws

pytest_plugins = ["trueup.testing.fixtures"]

NAMES = [correction.name for correction in CORRECTIONS]
# What a check raises where moto has no such call: an error answer, or one that is no answer of AWS at all.
FAILED = (AssertionError, pytest.fail.Exception, BotoCoreError, ClientError)
HOUR = 3600
# A call that moto does not have fails once, not after all retries.
ONCE = Config(retries={"mode": "standard", "total_max_attempts": 1})


def test_every_correction_has_a_check() -> None:
    """No correction is without its check, and no check without its correction."""
    assert set(NAMES) == CHECKS.keys()


@pytest.mark.parametrize("name", NAMES)
def test_the_correction_is_right(simulated_aws: SimulatedAws, name: str) -> None:
    """The simulated ElastiCache does what the correction says."""
    CHECKS[name](simulated_aws)


@pytest.mark.parametrize("name", NAMES)
def test_the_correction_is_needed(simulated_aws: SimulatedAws, name: str) -> None:
    """Without the correction moto does something else."""
    with simulated_aws.without(name), pytest.raises(FAILED):
        CHECKS[name](simulated_aws)


@pytest.mark.parametrize("name", NAMES)
def test_all_checks_fail_on_plain_moto(simulated_aws: SimulatedAws, name: str) -> None:
    """With no correction of ElastiCache at all, what the correction says does not hold either."""
    with simulated_aws.without(*NAMES), pytest.raises(FAILED):
        CHECKS[name](simulated_aws)


def test_only_a_partly_successful_scale_in_leaves_shards_behind(simulated_aws: SimulatedAws) -> None:
    """The group is available again, with more shards than were asked for; the next one goes on from there."""
    client = new_group(simulated_aws, NumNodeGroups=5)
    simulated_aws.settings[resharding.STOPS_AFTER] = 1
    reshard(simulated_aws, client, 3, NodeGroupsToRemove=["0004", "0005"])
    group = described(client)
    assert ("available", ["0001", "0002", "0003", "0005"]) == (group["Status"], shards(group))
    del simulated_aws.settings[resharding.STOPS_AFTER]
    reshard(simulated_aws, client, 3, NodeGroupsToRemove=["0005"])
    assert ["0001", "0002", "0003"] == shards(described(client))


def test_any_immediate_change_applies_what_was_pending(simulated_aws: SimulatedAws) -> None:
    """A node type that waits for maintenance comes with the next change of anything that does not wait."""
    client = new_group(simulated_aws)
    client.modify_replication_group(ReplicationGroupId="carts", CacheNodeType="cache.r6g.large")
    simulated_aws.clock.advance(HOUR)
    assert "cache.r6g.xlarge" == described(client)["CacheNodeType"]
    client.modify_replication_group(ReplicationGroupId="carts", SnapshotRetentionLimit=3, ApplyImmediately=True)
    simulated_aws.clock.advance(HOUR)
    assert "cache.r6g.large" == described(client)["CacheNodeType"]
    assert [{}] * 4 == [each["PendingModifiedValues"] for each in clusters(client)]


def test_a_group_made_anew_remembers_nothing(simulated_aws: SimulatedAws) -> None:
    """Pending changes and numbers of shards that were go with the group."""
    client = new_group(simulated_aws, NumNodeGroups=3)
    reshard(simulated_aws, client, 2, NodeGroupsToRemove=["0002"])
    client.modify_replication_group(ReplicationGroupId="carts", CacheNodeType="cache.r6g.large")
    simulated_aws.clock.advance(HOUR)
    client.delete_replication_group(ReplicationGroupId="carts")
    new_group(simulated_aws)
    reshard(simulated_aws, client, 3)
    assert ["0001", "0002", "0003"] == shards(described(client))
    assert [{}] * 6 == [each["PendingModifiedValues"] for each in clusters(client)]


def test_a_group_is_as_old_as_the_clock_says(simulated_aws: SimulatedAws) -> None:
    """The group and its members are made by the simulated clock; a replica that is added is younger."""
    simulated_aws.reset(datetime(2026, 1, 1, tzinfo=UTC))
    client = new_group(simulated_aws, NumNodeGroups=1, ReplicasPerNodeGroup=1)
    simulated_aws.clock.advance(60 * 24 * HOUR)
    client.increase_replica_count(ReplicationGroupId="carts", NewReplicaCount=2, ApplyImmediately=True)
    simulated_aws.clock.advance(HOUR)
    days = [f"{each['CacheClusterCreateTime'].astimezone(UTC):%Y-%m-%d}" for each in clusters(client)]
    assert ["2026-01-01", "2026-01-01", "2026-03-02"] == days
    assert "2026-01-01" == f"{described(client)['ReplicationGroupCreateTime'].astimezone(UTC):%Y-%m-%d}"


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("modify_replication_group", {}),
        ("modify_replication_group_shard_configuration", {"NodeGroupCount": 1, "ApplyImmediately": True}),
        ("increase_replica_count", {"NewReplicaCount": 1, "ApplyImmediately": True}),
        ("decrease_replica_count", {"NewReplicaCount": 1, "ApplyImmediately": True}),
        ("describe_replication_groups", {}),
        ("list_allowed_node_type_modifications", {}),
    ],
)
def test_an_unknown_group_is_refused_as_unknown(
    simulated_aws: SimulatedAws, operation: str, parameters: dict[str, Any]
) -> None:
    """No operation takes a group that is not there."""
    client = simulated_aws.client("elasticache")
    with refused("ReplicationGroupNotFoundFault"):
        getattr(client, operation)(ReplicationGroupId="gone", **parameters)


def whole_groups(aws: SimulatedAws) -> None:
    """Nodes, slots, mode and defaults are AWS's."""
    client = aws.client("elasticache")
    common = {"ReplicationGroupDescription": "d", "Engine": "valkey"}
    client.create_replication_group(
        ReplicationGroupId="plain", NumCacheClusters=3, CacheNodeType="cache.t4g.micro", **common
    )
    client.create_replication_group(
        ReplicationGroupId="shards", NumNodeGroups=3, CacheNodeType="cache.r6g.large", **common
    )
    aws.clock.advance(HOUR)
    plain, sharded = described(client, "plain"), described(client, "shards")
    assert ["plain-001", "plain-002", "plain-003"] == plain["MemberClusters"]
    assert (False, True) == (plain["ClusterEnabled"], sharded["ClusterEnabled"])
    assert ["0-5460", "5461-10921", "10922-16383"] == [each["Slots"] for each in sharded["NodeGroups"]]
    assert {"0001"} == {m["CacheNodeId"] for each in sharded["NodeGroups"] for m in each["NodeGroupMembers"]}
    assert (True, True, {}) == (
        plain["AutoMinorVersionUpgrade"],
        plain["AtRestEncryptionEnabled"],
        plain["PendingModifiedValues"],
    )
    with refused("InvalidParameterValue"):
        client.create_replication_group(ReplicationGroupId="x", CacheNodeType="cache.r9z.large", **common)


def gone_groups(aws: SimulatedAws) -> None:
    """A deleted group is not listed, and its name can be used again."""
    client = new_group(aws)
    assert "deleting" == client.delete_replication_group(ReplicationGroupId="carts")["ReplicationGroup"]["Status"]
    assert [] == client.describe_replication_groups()["ReplicationGroups"]
    new_group(aws)


def member_clusters(aws: SimulatedAws) -> None:
    """Members are listed with what the group does not tell, alone when asked so, and in pages."""
    client = new_group(aws, NumNodeGroups=12)
    found = client.describe_cache_clusters(CacheClusterId="carts-0002-001")["CacheClusters"]
    assert [("carts", "7.1.0", "default.redis7.cluster.on", {})] == [
        (
            each["ReplicationGroupId"],
            each["EngineVersion"],
            each["CacheParameterGroup"]["CacheParameterGroupName"],
            each["PendingModifiedValues"],
        )
        for each in found
    ]
    client.create_cache_cluster(CacheClusterId="alone", CacheNodeType="cache.t4g.micro", Engine="redis")
    only = client.describe_cache_clusters(ShowCacheClustersNotInReplicationGroups=True)["CacheClusters"]
    assert ["alone"] == [each["CacheClusterId"] for each in only]
    first = client.describe_cache_clusters(MaxRecords=20)
    rest = client.describe_cache_clusters(MaxRecords=20, Marker=first["Marker"])
    assert (20, 5) == (len(first["CacheClusters"]), len(rest["CacheClusters"]))
    assert "Marker" not in rest


def allowed_types(aws: SimulatedAws) -> None:
    """Smaller types are allowed to scale down to, larger ones to scale up to."""
    client = new_group(aws)
    allowed = client.list_allowed_node_type_modifications(ReplicationGroupId="carts")
    assert "cache.r6g.large" in allowed["ScaleDownModifications"]
    assert "cache.r6g.2xlarge" in allowed["ScaleUpModifications"]
    everywhere = {*allowed["ScaleDownModifications"], *allowed["ScaleUpModifications"]}
    assert "cache.r6g.xlarge" not in everywhere


def described_parameters(aws: SimulatedAws) -> None:
    """A default group reserves 25 %, one's own what was set; an unknown one is refused."""
    client = aws.client("elasticache", config=ONCE)
    assert "25" == reserved(client, "default.redis7")
    aws.settings[f"{parameters.SETTING}:own"] = {"reserved-memory-percent": "50"}
    assert "50" == reserved(client, "own")
    with refused("CacheParameterGroupNotFound"):
        reserved(client, "gone")


def described_reservations(aws: SimulatedAws) -> None:
    """No reserved nodes unless set."""
    client = aws.client("elasticache", config=ONCE)
    assert [] == client.describe_reserved_cache_nodes()["ReservedCacheNodes"]
    aws.settings[reservations.SETTING] = [{"CacheNodeType": "cache.r6g.large", "CacheNodeCount": 2, "State": "active"}]
    (found,) = client.describe_reserved_cache_nodes()["ReservedCacheNodes"]
    assert ("cache.r6g.large", 2) == (found["CacheNodeType"], found["CacheNodeCount"])


def modifications(aws: SimulatedAws) -> None:
    """A node type waits for maintenance unless ApplyImmediately is true; what AWS refuses is refused."""
    client = new_group(aws)
    modify = client.modify_replication_group
    modify(ReplicationGroupId="carts", CacheNodeType="cache.r6g.large", AutoMinorVersionUpgrade=False)
    aws.clock.advance(HOUR)
    assert ("cache.r6g.xlarge", False) == (
        described(client)["CacheNodeType"],
        described(client).get("AutoMinorVersionUpgrade"),
    )
    assert [{"CacheNodeType": "cache.r6g.large"}] * 4 == [each["PendingModifiedValues"] for each in clusters(client)]
    modify(ReplicationGroupId="carts", ApplyImmediately=True)
    aws.clock.advance(HOUR)
    assert {"cache.r6g.large"} == {described(client)["CacheNodeType"], *(c["CacheNodeType"] for c in clusters(client))}
    with refused("InvalidParameterValue"):
        modify(ReplicationGroupId="carts", CacheNodeType="cache.t1.micro", ApplyImmediately=True)
    client = new_group(aws, "plain", NumNodeGroups=1, ReplicasPerNodeGroup=0, AutomaticFailoverEnabled=False)
    with refused("InvalidParameterValue"):
        modify(ReplicationGroupId="plain", AutomaticFailoverEnabled=True, ApplyImmediately=True)
    with refused("InvalidParameterCombination"):
        modify(ReplicationGroupId="plain", MultiAZEnabled=True, ApplyImmediately=True)


def shard_ids(aws: SimulatedAws) -> None:
    """Shards go by their ids, new ones get new ids, and a made-up id is refused."""
    client = new_group(aws, NumNodeGroups=5)
    reshard(aws, client, 3, NodeGroupsToRemove=["0002", "0004"])
    group = described(client)
    assert ["0001", "0003", "0005"] == shards(group)
    assert ["0-5460", "5461-10921", "10922-16383"] == [each["Slots"] for each in group["NodeGroups"]]
    with refused("InvalidParameterValue", "The following node group ids are invalid: [0002]"):
        reshard(aws, client, 2, NodeGroupsToRemove=["0002"])
    with refused("InvalidParameterCombination"):
        reshard(aws, client, 1, NodeGroupsToRemove=["0001"])
    with refused("InvalidParameterCombination"):
        reshard(aws, client, 2)
    reshard(aws, client, 2, NodeGroupsToRetain=["0001", "0005"])
    reshard(aws, client, 4)
    assert ["0001", "0005", "0006", "0007"] == shards(described(client))
    assert 8 == len(described(client)["MemberClusters"]) == len(clusters(client))


def replica_counts(aws: SimulatedAws) -> None:
    """Replicas go and come, with new ids; the last one stays while Multi-AZ is on."""
    client = new_group(aws, NumNodeGroups=1, ReplicasPerNodeGroup=3, MultiAZEnabled=True)
    change = {"ReplicationGroupId": "carts", "ApplyImmediately": True}
    client.decrease_replica_count(NewReplicaCount=1, **change)
    aws.clock.advance(HOUR)
    assert ["carts-001", "carts-002"] == described(client)["MemberClusters"]
    with refused("InvalidParameterValue", "Must have at least 1 replica for Multi-AZ enabled Replication Group"):
        client.decrease_replica_count(NewReplicaCount=0, **change)
    with refused("NoOperationFault"):
        client.decrease_replica_count(NewReplicaCount=1, **change)
    client.increase_replica_count(NewReplicaCount=2, **change)
    aws.clock.advance(HOUR)
    assert ["carts-001", "carts-002", "carts-005"] == described(client)["MemberClusters"]


def scalable_targets(aws: SimulatedAws) -> None:
    """The number of shards can be scaled automatically, which an audit must see."""
    client = aws.client("application-autoscaling")
    target = {
        "ServiceNamespace": "elasticache",
        "ResourceId": "replication-group/carts",
        "ScalableDimension": "elasticache:replication-group:NodeGroups",
    }
    client.register_scalable_target(**target, MinCapacity=2, MaxCapacity=5)
    client.register_scalable_target(**target, MaxCapacity=6)
    asked = {"ServiceNamespace": "elasticache", "ResourceIds": ["replication-group/carts"]}
    (found,) = client.describe_scalable_targets(**asked)["ScalableTargets"]
    assert (2, 6) == (found["MinCapacity"], found["MaxCapacity"])
    assert [] == client.describe_scalable_targets(ServiceNamespace="elasticache", ResourceIds=["x"])["ScalableTargets"]


def moving_groups(aws: SimulatedAws) -> None:
    """A change shows for minutes, with the old values; another one is refused meanwhile."""
    client = new_group(aws, NumNodeGroups=3)
    change = {"ReplicationGroupId": "carts", "ApplyImmediately": True}
    client.modify_replication_group(CacheNodeType="cache.r6g.large", **change)
    group = described(client)
    assert ("modifying", "cache.r6g.xlarge") == (group["Status"], group["CacheNodeType"])
    assert {"modifying"} == {each["CacheClusterStatus"] for each in clusters(client)}
    for call in (client.modify_replication_group, client.modify_replication_group_shard_configuration):
        more = {"NodeGroupCount": 4} if call != client.modify_replication_group else {}
        with refused("InvalidReplicationGroupState", "Replication group must be in available state to modify."):
            call(**change, **more)
    aws.clock.advance(moving.NODE_TYPE_SECONDS)
    group = described(client)
    assert ("available", "cache.r6g.large") == (group["Status"], group["CacheNodeType"])
    client.modify_replication_group_shard_configuration(NodeGroupCount=4, **change)
    aws.clock.advance(moving.SHARD_SECONDS / 2)
    assert 50.0 == described(client)["PendingModifiedValues"]["Resharding"]["SlotMigration"]["ProgressPercentage"]


CHECKS: dict[str, Callable[[SimulatedAws], None]] = {
    "elasticache-creation": whole_groups,
    "elasticache-deletion": gone_groups,
    "elasticache-members": member_clusters,
    "elasticache-allowed-node-types": allowed_types,
    "elasticache-parameters": described_parameters,
    "elasticache-reserved-nodes": described_reservations,
    "elasticache-modification": modifications,
    "elasticache-resharding": shard_ids,
    "elasticache-replicas": replica_counts,
    "application-autoscaling-elasticache-targets": scalable_targets,
    "elasticache-modifying": moving_groups,
}


def new_group(aws: SimulatedAws, name: str = "carts", **given: Any) -> Any:
    """Make a group, by default of two shards of two nodes, and wait until it is available."""
    client = aws.client("elasticache", config=ONCE)
    parameters = {
        "ReplicationGroupId": name,
        "ReplicationGroupDescription": "d",
        "NumNodeGroups": 2,
        "ReplicasPerNodeGroup": 1,
        "CacheNodeType": "cache.r6g.xlarge",
        "Engine": "redis",
        "AutomaticFailoverEnabled": True,
    } | given
    client.create_replication_group(**parameters)
    aws.clock.advance(HOUR)
    return client


def described(client: Any, name: str = "carts") -> Any:
    """Give a group as it is told now."""
    return client.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"][0]


def clusters(client: Any) -> list[Any]:
    """Give every cache cluster."""
    found: list[Any] = client.describe_cache_clusters()["CacheClusters"]
    return found


def shards(group: Any) -> list[str]:
    """Give the ids of a group's shards."""
    return [each["NodeGroupId"] for each in group["NodeGroups"]]


def reshard(aws: SimulatedAws, client: Any, count: int, **given: Any) -> None:
    """Change the number of shards and wait for it."""
    client.modify_replication_group_shard_configuration(
        ReplicationGroupId="carts", NodeGroupCount=count, ApplyImmediately=True, **given
    )
    aws.clock.advance(8 * HOUR)


def reserved(client: Any, group: str) -> str:
    """Give the share of memory that a parameter group reserves."""
    pages = client.get_paginator("describe_cache_parameters").paginate(CacheParameterGroupName=group)
    found = {each["ParameterName"]: each["ParameterValue"] for page in pages for each in page["Parameters"]}
    return str(found["reserved-memory-percent"])


@contextmanager
def refused(code: str, words: str = "") -> Iterator[None]:
    """Expect a refusal with a code, and these words in its message."""
    with pytest.raises(ClientError) as raised:
        yield
    error = raised.value.response["Error"]
    assert code == error["Code"]
    assert words in error["Message"]
