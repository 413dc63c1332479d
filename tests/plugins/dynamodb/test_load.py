"""Tests of the load: what capacity has to carry, of the table and of each index, with what was throttled."""

from __future__ import annotations

from typing import Any

import pytest

from trueup.facts.unknown import Reason, Unknown
from trueup.plugins.dynamodb.load import carried

DENIED = Unknown(Reason.ACCESS_DENIED, "", "cloudwatch:GetMetricData", "cloudwatch:GetMetricData")
HOUR = 3600


def _load(tables: Any, **used: Any) -> Any:
    described = tables.described(indexes={"by-date": (100, 100)})
    return tables.snapshot(described, tables.measured(described, **used))["load"]


def test_the_highest_rate_of_each_part(tables: Any) -> None:
    """The busiest period counts, and an index is no part of its table."""
    peak = {"consumed_read": lambda hour: 50 * HOUR if hour == 7 else 5 * HOUR}
    index = {"consumed_read": 2.0 * HOUR, "consumed_write": 1.0 * HOUR}
    found = _load(tables, **peak, consumed_write=3.0 * HOUR, by_index={"by-date": index})
    by_index = {"by-date": {"read_rate": 2, "write_rate": 1}}
    assert {"read_rate": 50, "write_rate": 3, "by_index": by_index} == found


def test_what_is_throttled_is_load(tables: Any) -> None:
    """The capacity that comes back would have to take it, too."""
    found = _load(tables, consumed_read=10.0 * HOUR, throttled_read=30.0 * HOUR)
    assert 40 == found["read_rate"]


def test_a_part_without_traffic_has_no_load(tables: Any) -> None:
    """Something of the table was measured, so that silence is rest."""
    found = _load(tables, consumed_read=10.0 * HOUR)
    assert (0, {"by-date": {"read_rate": 0, "write_rate": 0}}) == (found["write_rate"], found["by_index"])


def test_silence_of_everything_is_not_rest(tables: Any) -> None:
    """Nothing shows that an on-demand table was measured at all."""
    described = tables.described()
    series = {path: tables.series(None) for path in tables.measured(described)}
    found = tables.snapshot(described, series).get("load.read_rate")
    assert isinstance(found, Unknown)
    assert Reason.NO_DATA is found.reason


@pytest.mark.parametrize("series", ["consumed_write", "write_throttle_events"])
def test_what_could_not_be_read_is_not_known(tables: Any, series: str) -> None:
    """Neither half of a load is left out of it."""
    described = tables.described()
    read = tables.measured(described, consumed_read=10.0 * HOUR) | {f"metrics.{series}": DENIED}
    found = tables.snapshot(described, read)
    assert (DENIED, 10) == (found.get("load.write_rate"), found.get("load.read_rate"))


def test_provisioned_capacity_carries_its_units() -> None:
    """Each part by itself, named by the fact that says how much it has to carry."""
    index = {"read_units": 100, "write_units": 50}
    before = {"read_units": 500, "write_units": 400, "by_index": {"by-date": index}}
    assert {
        "load.read_rate": 500,
        "load.write_rate": 400,
        'load.by_index."by-date".read_rate': 100,
        'load.by_index."by-date".write_rate': 50,
    } == carried(before)


def test_the_switch_says_what_its_undo_carries(tables: Any) -> None:
    """So that a watch does not go back to too little."""
    described = tables.described(read=200, write=100)
    change = tables.change("set-billing-mode", tables.idle(described))
    assert {"load.read_rate": 200, "load.write_rate": 100} == change.undo_carries
