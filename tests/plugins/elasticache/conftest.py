"""Replication groups for the tests: described as AWS describes them, measured as CloudWatch measures them.

Derived facts come from the plugin's own declarations, so that the tests see what a rule or an action would.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest

from trueup.change import Change, Refusal
from trueup.errors import UnknownFactError
from trueup.facts.path import join_path
from trueup.facts.schema import FactSchema
from trueup.facts.series import Series
from trueup.facts.snapshot import Snapshot
from trueup.plugins.elasticache.node_types import node_type, node_types
from trueup.plugins.elasticache.plugin import ElastiCachePlugin
from trueup.resource import Resource
from trueup.service.declarations import DerivedAspect, MetricsAspect, ResourceType

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NOW = datetime(2026, 11, 23, 10, 17, tzinfo=UTC)
END = datetime(2026, 11, 23, 10, tzinfo=UTC)
HOUR = 3600
GROUP = Resource(
    "elasticache.replication_group",
    "arn:aws:elasticache:us-east-1:123456789012:replicationgroup:carts",
    "carts",
    "123456789012",
    "us-east-1",
)
DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "resize": {"node_type": "cache.r6g.large", "shards": 3},
    "decrease-replicas": {"replicas": 1},
    "set-backup-retention": {"days": 7},
}
IDLE = {"engine_cpu": 8.0, "host_cpu": 4.0, "memory_bytes": 2e9, "evictions": 0.0}


@cache
def shipped_prices() -> dict[str, Any]:
    """Give the shipped prices as the aspect has them."""
    found = json.loads(files("trueup.plugins.elasticache").joinpath("prices.json").read_text(encoding="utf-8"))
    return {**{name: found[name] for name in ("currency", "date", "source")}, "list": found["regions"]["us-east-1"]}


@dataclass(frozen=True)
class Made:
    """A group and what is known of it, still to be changed by a test.

    Args:
        aspects: what AWS answers, by aspect.
        series: the metric series by path.
    """

    aspects: dict[str, Any]
    series: dict[str, Any] = field(default_factory=dict)

    @property
    def group(self) -> Any:
        """Give what DescribeReplicationGroups answers."""
        return self.aspects["group"]

    @property
    def nodes(self) -> Any:
        """Give what DescribeCacheClusters answers."""
        return self.aspects["region_clusters"]


@dataclass(repr=False)
class Groups:
    """Builds groups of the resource type.

    Args:
        type: the plugin's declaration.
        schema: its facts.
    """

    type: ResourceType
    schema: FactSchema

    def made(
        self,
        *,
        node: str = "cache.r6g.xlarge",
        shards: int = 5,
        replicas: int = 1,
        cluster_mode: bool = True,
        version: str = "7.1.0",
        **group: Any,
    ) -> Made:
        """Give a group as AWS describes it, without metrics."""
        node_groups = [
            _node_group(f"{number:0>4}", replicas, cluster_mode=cluster_mode) for number in range(1, shards + 1)
        ]
        names = [member["CacheClusterId"] for each in node_groups for member in each["NodeGroupMembers"]]
        described = {
            "ReplicationGroupId": "carts",
            "Status": "available",
            "Engine": "redis",
            "CacheNodeType": node,
            "ClusterEnabled": cluster_mode,
            "AutomaticFailover": "enabled",
            "MultiAZ": "enabled",
            "SnapshotRetentionLimit": 0,
            "AutoMinorVersionUpgrade": True,
            "ReplicationGroupCreateTime": NOW - timedelta(days=60),
            "MemberClusters": names,
            "NodeGroups": node_groups,
            "PendingModifiedValues": {},
            "GlobalReplicationGroupInfo": None,
            "MemberClustersOutpostArns": [],
            "LogDeliveryConfigurations": [],
            "UserGroupIds": [],
            "AuthTokenEnabled": False,
            "TransitEncryptionEnabled": False,
            "AtRestEncryptionEnabled": False,
            "DataTiering": "disabled",
        }
        clusters = [
            {
                "CacheClusterId": name,
                "CacheNodeType": node,
                "CacheClusterStatus": "available",
                "EngineVersion": version,
                "CacheClusterCreateTime": NOW - timedelta(days=60),
                "CacheSubnetGroupName": "shop",
                "CacheParameterGroup": {"CacheParameterGroupName": "own"},
                "PreferredMaintenanceWindow": "sun:05:00-sun:06:00",
                "PendingModifiedValues": {},
            }
            for name in names
        ]
        down = [each.name for each in node_types().values() if each.name != node]
        return Made(
            {
                "group": described | group,
                "region_clusters": clusters,
                "allowed_types": {"up": [], "down": down},
                "parameters": {"name": "own", "reserved_memory_percent": 25.0, "reserved_memory_bytes": None},
                "autoscaling": {"targets": []},
                "reserved_nodes": [],
                "alarms": [],
                "prices": shipped_prices(),
                "tags": {},
            }
        )

    def measured(self, made: Made, *, only: str = "", **used: Any) -> Made:
        """Measure the nodes of a group: what is given, or hardly any use; None is no point.

        Args:
            made: the group.
            only: measure nodes whose name begins so, and leave the others.
            **used: series by the fact's name; the percentage of memory follows from its bytes unless given.
        """
        known = node_type(made.group["CacheNodeType"])
        usable = 0.75 * known.memory_bytes if known else 1e9
        for name in made.group["MemberClusters"]:
            if not name.startswith(only):
                continue
            values = {**IDLE, **used}
            size = values["memory_bytes"]
            values.setdefault("memory_percent", None if size is None or callable(size) else 100 * size / usable)
            for fact, value in values.items():
                made.series[join_path(("metrics", "by_node", name, fact))] = self.series(value)
        return made

    def series(self, value: float | Callable[[int], float | None] | None, *, days: int = 30) -> Series:
        """Give a series of one value, or of the values of a function of the hour's number; None is no point."""
        start = END - timedelta(days=days)
        begin, count = int(start.timestamp()), 0 if value is None else days * 24
        values = ((number, value(number) if callable(value) else value) for number in range(count))
        points = {begin + number * HOUR: float(each) for number, each in values if each is not None}
        return Series(start, END, HOUR, points)

    def snapshot(self, made: Made, *, now: datetime = NOW, judged: Mapping[str, Any] | None = None) -> Snapshot:
        """Give the group with every derived aspect, as the host derives them; what was ``judged`` before stays so."""
        found = {name: self.schema.normalise(name, value) for name, value in made.aspects.items()}
        for name, declared in self.type.aspects.items():
            if isinstance(declared, MetricsAspect):
                found.setdefault(name, {})
            if judged and name in judged:
                found[name] = judged[name]
            elif isinstance(declared, DerivedAspect):
                found[name] = self._derive(declared, Snapshot(GROUP, dict(found), now, made.series))
        return Snapshot(GROUP, found, now, made.series)

    def idle(self, *, use: Mapping[str, Any] | None = None, **given: Any) -> Snapshot:
        """Give a group that does next to nothing, or what ``use`` says."""
        return self.snapshot(self.measured(self.made(**given), **(use or {})))

    def change(self, action: str, snapshot: Snapshot, **parameters: Any) -> Change:
        """Give the change that an action plans; it must plan one."""
        found = self._asked(action, snapshot, parameters)
        assert isinstance(found, Change), found
        return found

    def refusal(self, action: str, snapshot: Snapshot, **parameters: Any) -> Refusal:
        """Give why an action plans nothing; it must not plan anything."""
        found = self._asked(action, snapshot, parameters)
        assert isinstance(found, Refusal), found
        return found

    def _asked(self, action: str, snapshot: Snapshot, parameters: Mapping[str, Any]) -> Change | Refusal:
        return self.type.actions[action].plan(snapshot.frozen(), {**DEFAULTS.get(action, {}), **parameters})

    def _derive(self, declared: DerivedAspect, snapshot: Snapshot) -> Any:
        try:
            return self.schema.normalise(declared.name, declared.derive(snapshot))
        except UnknownFactError as error:
            return error.unknown


def _node_group(name: str, replicas: int, *, cluster_mode: bool) -> dict[str, Any]:
    prefix = f"carts-{name}" if cluster_mode else "carts"
    members = [
        {
            "CacheClusterId": f"{prefix}-{number:0>3}",
            "CacheNodeId": "0001",
            "PreferredAvailabilityZone": f"us-east-1{'abc'[number % 3]}",
            **({} if cluster_mode else {"CurrentRole": "primary" if number == 1 else "replica"}),
        }
        for number in range(1, replicas + 2)
    ]
    return {"NodeGroupId": name, "Status": "available", "NodeGroupMembers": members}


@pytest.fixture(scope="session")
def groups() -> Groups:
    """The builder; it keeps nothing, so that all tests may share it."""
    schema = FactSchema.load(files("trueup.plugins.elasticache").joinpath("facts", "replication_group.schema.json"))
    return Groups(ElastiCachePlugin().types[0], schema)
