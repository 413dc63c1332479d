"""What absence means: zero only where a companion proves that the resource was measured."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest

from trueup.aws.absence import fill_absent, reduce_series
from trueup.facts.series import Series
from trueup.facts.unknown import Reason, Unknown
from trueup.service.declarations import MetricQuery, ZeroWhenMeasured

START = datetime(2026, 10, 1, tzinfo=UTC)
MEASURED = ZeroWhenMeasured("provisioned", "DynamoDB developer guide, metrics and dimensions")
DENIED = Unknown(Reason.ACCESS_DENIED)


def series(points: dict[int, float]) -> Series:
    """A series of four hours."""
    return Series(START, START + timedelta(hours=4), 3600, points)


def query(absence: ZeroWhenMeasured | None, reduce: Literal["sum", "max", "min", "last"] = "sum") -> MetricQuery:
    """A query of throttle events."""
    return MetricQuery("throttles", "AWS/DynamoDB", "WriteThrottleEvents", {}, "Sum", "count", reduce, absence)


def test_absence_is_zero_where_the_companion_has_points() -> None:
    """Where the companion has none either, nobody measured, and no zero is made up."""
    read: dict[str, Series | Unknown] = {"throttles": series({2: 5.0}), "provisioned": series({1: 9.0, 2: 9.0, 3: 9.0})}
    assert series({1: 0.0, 2: 5.0, 3: 0.0}) == fill_absent(query(MEASURED), read)


def test_nothing_is_known_when_neither_has_points() -> None:
    """No data stays no data."""
    filled = fill_absent(query(MEASURED), {"throttles": series({}), "provisioned": series({})})
    found = reduce_series(query(MEASURED), filled)
    assert isinstance(found, Unknown)
    assert Reason.NO_DATA is found.reason


def test_absence_without_a_declaration_stays_absence() -> None:
    """Unknown unless the declaration says otherwise, with its source."""
    read: dict[str, Series | Unknown] = {"throttles": series({}), "provisioned": series({1: 9.0})}
    assert series({}) == fill_absent(query(None), read)


def test_an_unknown_companion_makes_the_series_unknown() -> None:
    """Whether the gaps are zeros is not known then, so the sum is not either."""
    assert DENIED == fill_absent(query(MEASURED), {"throttles": series({2: 5.0}), "provisioned": DENIED})


def test_an_unknown_series_stays_unknown() -> None:
    """A companion does not replace what could not be read."""
    assert DENIED == fill_absent(query(MEASURED), {"throttles": DENIED, "provisioned": series({1: 9.0})})
    assert DENIED == reduce_series(query(MEASURED), DENIED)


def test_a_companion_that_does_not_exist_is_the_plugins_fault() -> None:
    """It is said, not taken for zero."""
    found = fill_absent(query(MEASURED), {"throttles": series({})})
    assert isinstance(found, Unknown)
    assert Reason.BROKEN_PLUGIN is found.reason


@pytest.mark.parametrize(("reduce", "expected"), [("sum", 9.0), ("max", 5.0), ("min", 1.0), ("last", 3.0)])
def test_a_series_becomes_one_number(reduce: Literal["sum", "max", "min", "last"], expected: float) -> None:
    """As the declaration says."""
    assert expected == reduce_series(query(None, reduce), series({3: 3.0, 1: 5.0, 2: 1.0}))


@pytest.mark.parametrize("reduce", ["sum", "max", "min", "last"])
def test_no_points_are_no_number(reduce: Literal["sum", "max", "min", "last"]) -> None:
    """Not zero, whatever the reduction."""
    found = reduce_series(query(None, reduce), series({}))
    assert isinstance(found, Unknown)
    assert Reason.NO_DATA is found.reason
