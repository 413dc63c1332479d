"""Tests of the capacity facts."""

from __future__ import annotations

from typing import Any

import pytest

ON_DEMAND = {"BillingMode": "PAY_PER_REQUEST", "LastUpdateToPayPerRequestDateTime": "2026-01-01T00:00:00Z"}


def test_a_table_without_a_billing_mode_is_provisioned(tables: Any) -> None:
    """AWS leaves the summary out for a table that was never on-demand."""
    snapshot = tables.idle(tables.described(read=5, write=7))
    assert snapshot["capacity"] == {"mode": "PROVISIONED", "read_units": 5, "write_units": 7, "by_index": {}}


@pytest.mark.parametrize("mode", ["PROVISIONED", "PAY_PER_REQUEST"])
def test_a_summary_says_the_mode(tables: Any, mode: str) -> None:
    """A table that once was on-demand keeps a summary, whatever it is now."""
    snapshot = tables.idle(tables.described(BillingModeSummary={**ON_DEMAND, "BillingMode": mode}))
    assert snapshot["capacity.mode"] == mode


def test_each_index_has_its_own_capacity(tables: Any) -> None:
    """Global secondary indexes are provisioned apart from their table."""
    snapshot = tables.idle(tables.described(indexes={"by-date": (10, 20), "by_name": (1, 2)}))
    assert snapshot["capacity.by_index"] == {
        "by-date": {"read_units": 10, "write_units": 20},
        "by_name": {"read_units": 1, "write_units": 2},
    }


def test_missing_throughput_is_none_at_all(tables: Any) -> None:
    """An on-demand table or index of which AWS tells no throughput has 0 units, as one that reports 0."""
    described = tables.described(BillingModeSummary=ON_DEMAND, indexes={"by-date": (0, 0)})
    del described["ProvisionedThroughput"], described["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"]
    snapshot = tables.snapshot(described, {})
    assert snapshot["capacity"] == {
        "mode": "PAY_PER_REQUEST",
        "read_units": 0,
        "write_units": 0,
        "by_index": {"by-date": {"read_units": 0, "write_units": 0}},
    }
