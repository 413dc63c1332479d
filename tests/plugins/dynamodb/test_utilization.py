"""Tests of how use is held against the capacity of its time."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.facts.unknown import Reason, Unknown
from trueup.plugins.dynamodb.utilization import Use, use_of

DENIED = Unknown(Reason.ACCESS_DENIED, "", "cloudwatch:GetMetricData", "cloudwatch:GetMetricData")
HOUR = 3600


def test_use_is_percent_of_the_provisioned(tables: Any) -> None:
    """50 units a second of 500 are 10 %, and the busiest hour is the peak."""
    described = tables.described(read=500, write=100)
    peak_hour = 100
    used = tables.measured(
        described,
        consumed_read=lambda hour: (250 if hour == peak_hour else 50) * HOUR,
        consumed_write=lambda _: 25 * HOUR,
    )
    assert tables.snapshot(described, used)["utilization"] == {
        "average_read": round(100 * (719 * 50 + 250) / 720 / 500, 4),
        "average_write": 25.0,
        "peak_read": 50.0,
        "peak_write": 25.0,
        "peak": 50.0,
    }


def test_silence_is_no_use_where_capacity_was_measured(tables: Any) -> None:
    """A table without a single point of consumption used nothing, since its capacity was measured all along."""
    described = tables.described(indexes={"by-date": (10, 10)})
    snapshot = tables.snapshot(described, tables.measured(described))
    assert snapshot["utilization.peak"] == 0
    assert snapshot["indexes"][0]["utilization"]["peak"] == 0


def test_indexes_are_told_one_by_one_and_by_name(tables: Any) -> None:
    """Each index is held against its own capacity; the table's use is not theirs."""
    described = tables.described(indexes={"b": (100, 10), "a": (10, 10)})
    series = tables.measured(described, consumed_read=400 * HOUR, by_index={"a": {"consumed_write": 5.0 * HOUR}})
    snapshot = tables.snapshot(described, series)
    assert [("a", 10, 50.0), ("b", 100, 0.0)] == [
        (index["name"], index["read_units"], index["utilization"]["peak"]) for index in snapshot["indexes"]
    ]
    assert snapshot["utilization.peak"] == 80.0


def test_an_unreadable_series_costs_its_own_facts_only(tables: Any) -> None:
    """Reads are known although writes are not; the higher of both is not known."""
    described = tables.described()
    series = tables.measured(described, consumed_read=50.0 * HOUR) | {"metrics.consumed_write": DENIED}
    snapshot = tables.snapshot(described, series)
    assert [10.0, DENIED, DENIED] == [snapshot.get(f"utilization.peak{each}") for each in ("_read", "_write", "")]


def test_the_busiest_minute_of_the_worst_part_is_found(tables: Any) -> None:
    """An hour of 10 % may hide a minute above 100 %, and an index may be worse than its table."""
    described = tables.described(indexes={"by-date": (10, 10)})
    burst = tables.measured(
        described,
        minute_read=lambda minute: 60 * 30 if minute == 7 else 60,
        by_index={"by-date": {"minute_write": lambda minute: 60 * 12 if minute == 9 else None}},
    )
    assert tables.snapshot(described, burst)["minute_use"] == {
        "peak": 120.0,
        "worst": "writes of index by-date",
        "read_rate": 30.0,
        "write_rate": 12.0,
    }


def test_a_peak_that_leaves_a_part_out_is_not_known(tables: Any) -> None:
    """One unreadable series makes the busiest minute unknown: it might have been there."""
    described = tables.described(indexes={"by-date": (10, 10)})
    series = tables.measured(described) | {'minute_peaks.by_index."by-date".consumed_read': DENIED}
    assert tables.snapshot(described, series).get("minute_use.peak") == DENIED


def test_use_is_held_against_the_capacity_of_its_time(tables: Any) -> None:
    """90 units are 90 % of the 100 there were then, whatever is provisioned later."""
    consumed = tables.series(lambda hour: 90 * HOUR if hour == 10 else None)
    provisioned = tables.series(lambda hour: 100 if hour <= 10 else 1000)
    use = use_of(consumed, provisioned)
    assert isinstance(use, Use)
    assert use.peak == 90.0


@pytest.mark.parametrize("capacity", [lambda _: None, lambda _: 0, lambda hour: None if hour == 10 else 100])
def test_use_without_capacity_of_its_time_is_not_known(tables: Any, capacity: Any) -> None:
    """No point, a zero, or a gap just when the capacity was used: all leave nothing to divide by."""
    found = use_of(tables.series(lambda hour: 1.0 if hour == 10 else None), tables.series(capacity))
    assert isinstance(found, Unknown)
    assert found.reason is Reason.NO_DATA


@given(
    rates=st.lists(st.floats(0, 1000), min_size=1, max_size=48), units=st.integers(1, 40_000), scale=st.integers(2, 10)
)
def test_more_capacity_means_less_use(tables: Any, rates: list[float], units: int, scale: int) -> None:
    """The average never exceeds the peak, and capacity times n means use through n."""
    consumed = tables.series(lambda hour: rates[hour] * HOUR if hour < len(rates) else None)
    small, large = (use_of(consumed, tables.series(each)) for each in (units, units * scale))
    assert isinstance(small, Use)
    assert isinstance(large, Use)
    assert small.average <= small.peak + 1e-3
    assert small.peak / scale == pytest.approx(large.peak, abs=1e-3)
    assert small.peak_rate == large.peak_rate == pytest.approx(max(rates), abs=1e-3)
