"""The DynamoDB table."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Assembly


def test_table_and_index_are_provisioned(assembly: Assembly) -> None:
    """500 and 500 units, 100 and 100 for the index; no billing mode means provisioned."""
    (table,) = assembly.resources("AWS::DynamoDB::Table").values()
    properties = table["Properties"]
    (index,) = properties["GlobalSecondaryIndexes"]

    assert properties.get("BillingMode", "PROVISIONED") == "PROVISIONED"
    assert {"ReadCapacityUnits": 500, "WriteCapacityUnits": 500} == properties["ProvisionedThroughput"]
    assert {"ReadCapacityUnits": 100, "WriteCapacityUnits": 100} == index["ProvisionedThroughput"]
    assert "by-customer" == index["IndexName"]
