"""Clusters for the tests: described as AWS describes them, measured as CloudWatch measures them.

Derived facts come from the plugin's own declarations, so that the tests see what a rule or an action would.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest

from trueup.change import Change, Refusal
from trueup.errors import UnknownFactError
from trueup.facts.path import join_path
from trueup.facts.schema import FactSchema
from trueup.facts.series import Series
from trueup.facts.snapshot import Snapshot
from trueup.plugins.rds.plugin import RdsPlugin
from trueup.prices.book import PriceBook
from trueup.resource import Resource
from trueup.service.declarations import DerivedAspect, MetricsAspect, ResourceType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.facts.unknown import Unknown

NOW = datetime(2026, 11, 23, 10, 17, tzinfo=UTC)
END = datetime(2026, 11, 23, 10, tzinfo=UTC)
HOUR = 3600
GIB = 2**30
PARAMETERS = {
    "set-capacity": {"min_acu": 1, "max_acu": 4},
    "remove-reader": {"idle_connections": 1, "idle_cpu": 10},
    "set-backup-retention": {"days": 7},
}
IDLE = {"cpu": 5.0, "connections": 1.0, "acu": 4.0, "memory_acu": 2.0}
ZONES = ("us-east-1a", "us-east-1b", "us-east-1c", "us-east-1a")


@dataclass(repr=False)
class Clusters:
    """Builds clusters of one resource type.

    Args:
        type: the plugin's declaration.
        schema: its facts.
        prices: the shipped prices.
    """

    type: ResourceType
    schema: FactSchema
    prices: Mapping[str, Any] = field(default_factory=dict)
    now: datetime = NOW
    end: datetime = END

    def described(self, members: int = 3, **more: Any) -> dict[str, Any]:
        """Give a Serverless v2 cluster as DescribeDBClusters answers; ``i1`` is its writer."""
        return {
            "DBClusterIdentifier": "shop",
            "Status": "available",
            "Engine": "aurora-mysql",
            "EngineVersion": "8.0.mysql_aurora.3.08.0",
            "EngineMode": "provisioned",
            "ClusterCreateTime": self.now - timedelta(days=60),
            "BackupRetentionPeriod": 35,
            "ServerlessV2ScalingConfiguration": {"MinCapacity": 4.0, "MaxCapacity": 16.0},
            "DBClusterMembers": [
                {"DBInstanceIdentifier": f"i{n + 1}", "IsClusterWriter": n == 0, "PromotionTier": n}
                for n in range(members)
            ],
            "DeletionProtection": False,
            "CopyTagsToSnapshot": False,
            "IAMDatabaseAuthenticationEnabled": False,
            "EnabledCloudwatchLogsExports": [],
            "PreferredBackupWindow": "22:00-22:30",
            "PreferredMaintenanceWindow": "sun:03:00-sun:03:30",
            "pending": [],
        } | more

    def member(self, number: int, **more: Any) -> dict[str, Any]:
        """Give an instance as DescribeDBInstances answers."""
        return {
            "DBInstanceIdentifier": f"i{number}",
            "DBInstanceClass": "db.serverless",
            "DBInstanceStatus": "available",
            "Engine": "aurora-mysql",
            "InstanceCreateTime": self.now - timedelta(days=60),
            "AvailabilityZone": ZONES[number - 1],
            "PromotionTier": number - 1,
            "PubliclyAccessible": False,
            "AutoMinorVersionUpgrade": True,
            "PreferredMaintenanceWindow": "sun:03:00-sun:03:30",
            "MonitoringInterval": 0,
            "PerformanceInsightsEnabled": False,
            "CACertificateIdentifier": "rds-ca-rsa2048-g1",
            "DBParameterGroups": [{"DBParameterGroupName": "default.aurora-mysql8.0"}],
            "TagList": [],
            "pending": [],
        } | more

    def series(self, value: Any, *, days: int = 30) -> Series:
        """Give a series of one value, or of the values of a function of the point's number; None is no point."""
        start = self.end - timedelta(days=days)
        begin, count = int(start.timestamp()), 0 if value is None else days * 24
        values = ((number, value(number) if callable(value) else value) for number in range(count))
        points = {begin + number * HOUR: float(each) for number, each in values if each is not None}
        return Series(start, self.end, HOUR, points)

    def measured(self, members: list[dict[str, Any]], most: float = 16.0, **used: Any) -> dict[str, Series]:
        """Give the series of the members: ``IDLE`` but for what is given, for all or by id.

        Args:
            members: the members.
            most: the maximum of the range, of which CPU and capacity are a share.
            **used: ``cpu``, ``connections``, ``acu``, ``memory_acu``, or a member's id with those.
        """
        found: dict[str, Series] = {}
        for member in members:
            name = member["DBInstanceIdentifier"]
            use = IDLE | {key: value for key, value in used.items() if key in IDLE} | used.get(name, {})
            values = {"cpu": use["cpu"], "connections": use["connections"]}
            if member["DBInstanceClass"] == "db.serverless":
                for statistic in ("average", "maximum", "minimum"):
                    values[f"capacity_{statistic}"] = use["acu"]
                values["acu_utilization"] = scaled(use["acu"], 100 / most)
                values["freeable_memory"] = scaled(use["memory_acu"], -2 * GIB, 2 * GIB * most)
            for fact, value in values.items():
                found[join_path(("metrics", "by_instance", name, fact))] = self.series(value)
        return found

    def snapshot(
        self,
        described: Mapping[str, Any],
        members: list[dict[str, Any]],
        series: Mapping[str, Series | Unknown],
        **more: Any,
    ) -> Snapshot:
        """Give the cluster with every derived aspect, as the host derives them."""
        shop = Resource(
            "rds.db_cluster",
            "arn:aws:rds:us-east-1:123456789012:cluster:shop",
            "shop",
            "123456789012",
            "us-east-1",
        )
        storage = {"volume_gib": 120.0, "backup_gib": 400.0, "billed_gib": 280.0, "ios_a_month": 1_000_000.0}
        known = {
            "cluster": described,
            "members": members,
            "endpoints": [],
            "region_maintenance": [],
            "region_blue_green": [],
            "autoscaling": {"targets": []},
            "prices": self.prices,
            "storage": storage,
        } | more
        known = {name: self.schema.normalise(name, value) for name, value in known.items()}
        for name, declared in self.type.aspects.items():
            if isinstance(declared, MetricsAspect):
                known.setdefault(name, {})
            if isinstance(declared, DerivedAspect) and name not in known:
                known[name] = self._derive(declared, Snapshot(shop, dict(known), self.now, series))
        return Snapshot(shop, known, self.now, series)

    def idle(self, described: Mapping[str, Any] | None = None, count: int = 3, **more: Any) -> Snapshot:
        """Give a cluster of serverless members that do next to nothing; ``more`` are aspects, or what is used."""
        used = {key: value for key, value in more.items() if key in IDLE or key in {"i1", "i2", "i3", "i4"}}
        aspects = {key: value for key, value in more.items() if key not in used}
        members = aspects.pop("members", [self.member(number) for number in range(1, count + 1)])
        cluster = self.described(len(members)) if described is None else described
        scaling = cluster.get("ServerlessV2ScalingConfiguration") or {}
        series = self.measured(members, scaling.get("MaxCapacity", 16.0), **used)
        return self.snapshot(cluster, members, series, **aspects)

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
        return self.type.actions[action].plan(snapshot.frozen(), {**PARAMETERS.get(action, {}), **parameters})

    def _derive(self, declared: DerivedAspect, snapshot: Snapshot) -> Any:
        try:
            return self.schema.normalise(declared.name, declared.derive(snapshot))
        except UnknownFactError as error:
            return error.unknown


def scaled(value: Any, factor: float, offset: float = 0.0) -> Any:
    """Give a value, or a function of the point's number, times a factor and plus an offset."""
    if value is None:
        return None
    if not callable(value):
        return value * factor + offset

    def at(number: int) -> float | None:
        found = value(number)
        return None if found is None else found * factor + offset

    return at


@pytest.fixture(scope="session")
def clusters() -> Clusters:
    """The builder; it keeps nothing, so that all tests may share it."""
    schema = FactSchema.load(files("trueup.plugins.rds").joinpath("facts", "db_cluster.schema.json"))
    return Clusters(RdsPlugin().types[0], schema, PriceBook().prices("rds", "us-east-1"))
