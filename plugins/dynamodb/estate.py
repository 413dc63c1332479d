"""The demo's DynamoDB tables: over-provisioned ones, one that is busy, and both ways AWS tells of a billing mode.

Made through the API, as a user would; the metrics are functions of time, so that they go on while the clock moves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trueup.testing.shapes import Constant, DailyWave

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.testing.server import SimulatedAws

__all__ = ["TABLES", "Load", "Table", "build", "trouble"]

_SETTLED_SECONDS = 600
"""Longer than a table or a switch of billing mode takes."""

_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Load:
    """Capacity of a table or an index, and what is used of it.

    Args:
        read_units: provisioned reads.
        write_units: provisioned writes.
        reads: lowest and highest use of a day in units a second; None is no traffic at all.
        writes: the same for writes.
    """

    read_units: int
    write_units: int
    reads: tuple[float, float] | None = None
    writes: tuple[float, float] | None = None

    @property
    def throughput(self) -> dict[str, int]:
        """Give the capacity as the API takes it."""
        return {"ReadCapacityUnits": self.read_units, "WriteCapacityUnits": self.write_units}


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the demo.

    Args:
        name: the table's name.
        load: its own capacity and use.
        indexes: those of its global secondary indexes, by name.
        once_on_demand: made on-demand and provisioned later, so that AWS keeps a ``BillingModeSummary``.
        protected: whether deletion protection and point-in-time recovery are on.
    """

    name: str
    load: Load
    indexes: Mapping[str, Load]
    once_on_demand: bool = False
    protected: bool = False


TABLES = (
    Table("orders", Load(500, 500, reads=(5, 40), writes=(2, 15)), {"by-customer": Load(100, 100)}),
    Table("sessions", Load(200, 200, reads=(60, 160), writes=(40, 120)), {}, protected=True),
    Table("inventory", Load(100, 50, reads=(1, 6), writes=(0.5, 2)), {}),
    Table("catalogue", Load(200, 20, reads=(4, 30), writes=(0.1, 0.5)), {}, once_on_demand=True),
)
"""``sessions`` must pass; AWS gives no ``BillingModeSummary`` for ``orders``, ``sessions`` and ``inventory``."""


def build(aws: SimulatedAws) -> None:
    """Make the tables, with metrics from now on.

    Start the clock before the look-back of 30 days, build, and advance it: a table is judged only when it is older.
    The clock is moved by some minutes while the tables settle.
    """
    client = aws.client("dynamodb")
    for table in TABLES:
        _create(client, table)
    aws.clock.advance(_SETTLED_SECONDS)
    for table in TABLES:
        _configure(client, table)
    aws.clock.advance(_SETTLED_SECONDS)
    for table in TABLES:
        if table.protected:
            client.update_table(TableName=table.name, DeletionProtectionEnabled=True)
        _measure(aws, {"TableName": table.name}, table.load)
        for index, load in table.indexes.items():
            _measure(aws, {"TableName": table.name, "GlobalSecondaryIndexName": index}, load)


def trouble(aws: SimulatedAws) -> str:
    """Throttle a table from now on, as one hot key does at a load that its capacity carries; give what was done.

    Source: DynamoDB developer guide, best practices for partition keys: a partition takes 1,000 writes a second,
    whatever the table's capacity.
    """
    table = TABLES[0].name
    since = aws.clock.now()
    aws.metrics.put("AWS/DynamoDB", "WriteThrottleEvents", {"TableName": table}, Constant(4), since=since)
    return f"table {table} throttles writes from now on, as a hot key would"


def _create(client: Any, table: Table) -> None:
    mode: dict[str, Any] = {"BillingMode": "PAY_PER_REQUEST"}
    if not table.once_on_demand:
        mode = {"BillingMode": "PROVISIONED", "ProvisionedThroughput": table.load.throughput}
    keys = ["id", *table.indexes]
    indexes = [
        {
            "IndexName": index,
            "KeySchema": [{"AttributeName": index, "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
            "ProvisionedThroughput": load.throughput,
        }
        for index, load in table.indexes.items()
    ]
    client.create_table(
        TableName=table.name,
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        Tags=[{"Key": "team", "Value": "shop"}],
        **mode,
        **({"GlobalSecondaryIndexes": indexes} if indexes else {}),
    )


def _configure(client: Any, table: Table) -> None:
    if table.once_on_demand:
        client.update_table(
            TableName=table.name, BillingMode="PROVISIONED", ProvisionedThroughput=table.load.throughput
        )
    if table.protected:
        client.update_continuous_backups(
            TableName=table.name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )


def _measure(aws: SimulatedAws, dimensions: Mapping[str, str], load: Load) -> None:
    ways = (("Read", load.read_units, load.reads), ("Write", load.write_units, load.writes))
    for way, units, used in ways:
        begin = aws.clock.now()
        aws.metrics.put("AWS/DynamoDB", f"Provisioned{way}CapacityUnits", dimensions, Constant(units), since=begin)
        if used is not None:
            low, high = (rate * _MINUTE for rate in used)
            wave = DailyWave(low, high)
            aws.metrics.put("AWS/DynamoDB", f"Consumed{way}CapacityUnits", dimensions, wave, since=begin)
