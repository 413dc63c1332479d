"""Tests of the metric series that a table asks for."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.errors import UnknownFactError
from trueup.facts.path import split_path
from trueup.facts.snapshot import Snapshot
from trueup.facts.unknown import Reason
from trueup.plugins.dynamodb.series import hourly_queries, minute_queries, series_at
from trueup.resource import Resource
from trueup.service.declarations import ZeroWhenMeasured

NAMES = st.text("abcXYZ019_.-", min_size=3, max_size=12)


def _table(tables: Any, *indexes: str) -> Snapshot:
    resource = Resource("dynamodb.table", "arn", "orders", "123456789012", "us-east-1")
    described = tables.described(indexes=dict.fromkeys(indexes, (1, 1)))
    return Snapshot(resource, {"table": tables.schema.normalise("table", described)}, tables.now)


def test_a_table_asks_for_use_capacity_and_throttling(tables: Any) -> None:
    """Six hourly series tell of a table, each with its exact dimension."""
    queries = {query.name: query for query in hourly_queries(_table(tables))}
    assert {
        "consumed_read": ("ConsumedReadCapacityUnits", "Sum", "sum"),
        "consumed_write": ("ConsumedWriteCapacityUnits", "Sum", "sum"),
        "provisioned_read": ("ProvisionedReadCapacityUnits", "Average", "min"),
        "provisioned_write": ("ProvisionedWriteCapacityUnits", "Average", "min"),
        "read_throttle_events": ("ReadThrottleEvents", "Sum", "sum"),
        "write_throttle_events": ("WriteThrottleEvents", "Sum", "sum"),
    } == {name: (query.metric, query.statistic, query.reduce) for name, query in queries.items()}
    assert all(query.dimensions == {"TableName": "orders"} for query in queries.values())


def test_an_index_asks_with_both_dimensions(tables: Any) -> None:
    """The table's own series do not contain its indexes, so that each is asked for by itself."""
    queries = {query.name: query for query in minute_queries(_table(tables, "by-date"))}
    assert queries['by_index."by-date".consumed_read'].dimensions == {
        "TableName": "orders",
        "GlobalSecondaryIndexName": "by-date",
    }
    assert queries['by_index."by-date".consumed_read'].reduce == "max"


@given(indexes=st.sets(NAMES, max_size=5))
def test_names_are_unique_declared_paths_and_companions_exist(tables: Any, indexes: set[str]) -> None:
    """Whatever the indexes are called, each name is a path of the fact schema and each companion is asked for."""
    for aspect, queries in (("metrics", hourly_queries), ("minute_peaks", minute_queries)):
        asked = list(queries(_table(tables, *indexes)))
        names = [query.name for query in asked]
        assert len(names) == len(set(names)) == (6 if aspect == "metrics" else 2) * (1 + len(indexes))
        for query in asked:
            assert tables.schema.resolve(f"{aspect}.{query.name}")["type"] == "number"
            assert split_path(query.name)[-1] != ""
            if isinstance(query.absence, ZeroWhenMeasured):
                assert query.absence.companion in names


def test_a_series_that_nobody_asked_for_is_unknown(tables: Any) -> None:
    """A derived fact never takes silence for an answer."""
    with pytest.raises(UnknownFactError) as caught:
        series_at(_table(tables), "metrics.consumed_read")
    assert caught.value.unknown.reason is Reason.NOT_READ
