"""Tables for the tests: described as AWS describes them, measured as CloudWatch measures them.

Derived facts come from the plugin's own declarations, so that the tests see what a rule or an action would.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest

from trueup.change import Change, Refusal
from trueup.errors import UnknownFactError
from trueup.facts.schema import FactSchema
from trueup.facts.series import Series
from trueup.facts.snapshot import Snapshot
from trueup.plugins.dynamodb.plugin import DynamoDbPlugin
from trueup.prices.book import PriceBook
from trueup.resource import Resource
from trueup.service.declarations import DerivedAspect, MetricsAspect, ResourceType

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from trueup.facts.unknown import Unknown

NOW = datetime(2026, 11, 23, 10, 17, tzinfo=UTC)
END = datetime(2026, 11, 23, 10, tzinfo=UTC)
HOUR = 3600
SWITCH = {"billing_mode": "PAY_PER_REQUEST"}
IDLE = {"consumed_read": 0.0, "consumed_write": 0.0}


@dataclass(repr=False)
class Tables:
    """Builds tables of one resource type.

    Args:
        type: the plugin's declaration.
        schema: its facts.
    """

    type: ResourceType
    schema: FactSchema
    now: datetime = NOW
    end: datetime = END

    def described(
        self, *, read: int = 500, write: int = 500, indexes: Mapping[str, Any] | None = None, **more: Any
    ) -> Any:
        """Give a table as DescribeTable answers; ``indexes`` are name to (reads, writes)."""
        table = {
            "TableName": "orders",
            "TableStatus": "ACTIVE",
            "CreationDateTime": self.now - timedelta(days=60),
            "ProvisionedThroughput": {"ReadCapacityUnits": read, "WriteCapacityUnits": write},
            "DeletionProtectionEnabled": False,
        }
        if indexes:
            table["GlobalSecondaryIndexes"] = [
                {
                    "IndexName": name,
                    "IndexStatus": "ACTIVE",
                    "ProvisionedThroughput": {"ReadCapacityUnits": units[0], "WriteCapacityUnits": units[1]},
                }
                for name, units in indexes.items()
            ]
        return table | more

    def series(
        self, value: float | Callable[[int], float | None] | None, *, period: int = HOUR, days: int = 30
    ) -> Series:
        """Give a series of one value, or of the values of a function of the point's number; None is no point."""
        start = self.end - timedelta(days=days)
        begin, count = int(start.timestamp()), 0 if value is None else days * 86_400 // period
        values = ((number, value(number) if callable(value) else value) for number in range(count))
        points = {begin + number * period: float(each) for number, each in values if each is not None}
        return Series(start, self.end, period, points)

    def measured(self, described: Mapping[str, Any], **used: Any) -> dict[str, Series]:
        """Give the series of a table whose capacity never changed, used as given.

        Args:
            described: the table.
            **used: ``consumed_read`` and so on of the table, or ``by_index`` with those of the indexes; what is not
                given has no point.
        """
        found: dict[str, Series] = {}
        parts = {"": (described, used)} | {
            f'by_index."{index["IndexName"]}".': (index, used.get("by_index", {}).get(index["IndexName"], {}))
            for index in described.get("GlobalSecondaryIndexes", ())
        }
        for prefix, (part, use) in parts.items():
            for way in ("Read", "Write"):
                units = part["ProvisionedThroughput"][f"{way}CapacityUnits"]
                low = way.lower()
                found[f"metrics.{prefix}provisioned_{low}"] = self.series(units)
                found[f"metrics.{prefix}consumed_{low}"] = self.series(use.get(f"consumed_{low}"))
                found[f"metrics.{prefix}{low}_throttle_events"] = self.series(use.get(f"throttled_{low}"))
                minute = use.get(f"minute_{low}")
                found[f"minute_peaks.{prefix}consumed_{low}"] = self.series(minute, period=60, days=14)
        return {_plain(path): series for path, series in found.items()}

    def snapshot(
        self, described: Mapping[str, Any], series: Mapping[str, Series | Unknown], **aspects: Any
    ) -> Snapshot:
        """Give the table with every derived aspect, as the host derives them."""
        orders = Resource(
            "dynamodb.table",
            "arn:aws:dynamodb:us-east-1:123456789012:table/orders",
            "orders",
            "123456789012",
            "us-east-1",
        )
        prices = PriceBook().prices("dynamodb", orders.region)
        known = {"autoscaling": {"targets": []}, "prices": prices, "table": described} | aspects
        known = {name: self.schema.normalise(name, value) for name, value in known.items()}
        for name, declared in self.type.aspects.items():
            if isinstance(declared, MetricsAspect):
                known.setdefault(name, {})
            if isinstance(declared, DerivedAspect):
                known[name] = self._derive(declared, Snapshot(orders, dict(known), self.now, series))
        return Snapshot(orders, known, self.now, series)

    def idle(self, described: Mapping[str, Any] | None = None, **aspects: Any) -> Snapshot:
        """Give a table, by default one without indexes, that uses nothing of its capacity."""
        table = self.described() if described is None else described
        return self.snapshot(table, self.measured(table, **IDLE), **aspects)

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
        given = SWITCH if action == "set-billing-mode" else {}
        return self.type.actions[action].plan(snapshot.frozen(), {**given, **parameters})

    def _derive(self, declared: DerivedAspect, snapshot: Snapshot) -> Any:
        try:
            return self.schema.normalise(declared.name, declared.derive(snapshot))
        except UnknownFactError as error:
            return error.unknown


def _plain(path: str) -> str:
    """Give a path in its one written form: plain names without quotes."""
    from trueup.facts.path import join_path, split_path

    return join_path(split_path(path))


@pytest.fixture(scope="session")
def tables() -> Tables:
    """The builder; it keeps nothing, so that all tests may share it."""
    schema = FactSchema.load(files("trueup.plugins.dynamodb").joinpath("facts", "table.schema.json"))
    return Tables(DynamoDbPlugin().types[0], schema)
