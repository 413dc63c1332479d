"""The capacity of a table in one form, whatever AWS left out of its answer.

DescribeTable gives no ``BillingModeSummary`` for a table that was never on-demand, and keeps a summary for ever once
it was. Rules, plans and rollbacks need facts that mean the same before and after a switch; these do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from trueup.facts.snapshot import Snapshot

__all__ = ["ON_DEMAND", "PROVISIONED", "capacity", "index_names", "indexes_of"]

PROVISIONED = "PROVISIONED"
ON_DEMAND = "PAY_PER_REQUEST"


def capacity(table: Snapshot) -> dict[str, Any]:
    """Give billing mode and capacity units of a table and of each of its global secondary indexes.

    Local secondary indexes share the table's capacity and so have none of their own.

    Returns:
        ``{"mode", "read_units", "write_units", "by_index": {name: {"read_units", "write_units"}}}``;
        all units are 0 while the table is on-demand.

    Source: DynamoDB API, TableDescription: ``BillingModeSummary`` is absent on a table that has always been
    provisioned, ``ProvisionedThroughput`` is always there.
    """
    description = table["table"]
    return {
        "mode": table["table.BillingModeSummary.BillingMode"] or PROVISIONED,
        **_units(description),
        "by_index": {index["IndexName"]: _units(index) for index in indexes_of(description)},
    }


def indexes_of(description: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    """Give the global secondary indexes of a described table; AWS leaves the list out when there are none."""
    return description.get("GlobalSecondaryIndexes") or ()


def index_names(table: Snapshot) -> tuple[str, ...]:
    """Give the names of a table's global secondary indexes, sorted."""
    return tuple(sorted(index["IndexName"] for index in indexes_of(table["table"])))


def _units(described: Mapping[str, Any]) -> dict[str, int]:
    throughput = described.get("ProvisionedThroughput") or {}
    return {
        "read_units": throughput.get("ReadCapacityUnits") or 0,
        "write_units": throughput.get("WriteCapacityUnits") or 0,
    }
