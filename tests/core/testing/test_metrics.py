"""Series are kept exactly, aggregated by period, and never later than the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.testing import Constant, DailyWave, Metrics, NoData, PerMinute, Point, Shape, SimulatedClock, Statistics
from trueup.testing.metrics import SeriesKey
from trueup.testing.shapes import shape_named
from trueup.testing.statistics import merged, statistic_named

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
KEY = SeriesKey("1", "us-east-1", "N", "m", frozenset({("d", "v")}))
HOUR = 3600

floats = st.floats(-1e6, 1e6, allow_nan=False)


def store(now: datetime = NOON) -> Metrics:
    """An empty store at a time."""
    return Metrics("1", SimulatedClock(now))


def hours(metrics: Metrics, begin: datetime, end: datetime, period: int = HOUR) -> list[tuple[str, Statistics]]:
    """The data of the series of these tests, by day and time of the period's begin."""
    found = metrics.statistics(KEY, int(begin.timestamp()), int(end.timestamp()), period)
    return [(f"{datetime.fromtimestamp(stamp, UTC):%d %H:%M}", statistics) for stamp, statistics in found]


def test_points_add_up_by_period() -> None:
    """Points of one period are one entry; periods without points have none."""
    metrics = store()
    times = [NOON - timedelta(hours=2), NOON - timedelta(hours=2) + timedelta(minutes=59), NOON - timedelta(minutes=1)]
    metrics.put("N", "m", {"d": "v"}, [(times[1], 3.0), (times[0], 1.0, 4.0)])
    metrics.put("N", "m", {"d": "v"}, [Point(times[2], 5.0)])
    first, second = hours(metrics, NOON - timedelta(hours=6), NOON)
    assert ("02 10:00", 5.0, 7.0, 1.0, 3.0) == (
        first[0],
        first[1].count,
        first[1].total,
        first[1].minimum,
        first[1].maximum,
    )
    assert ("02 11:00", 5.0) == (second[0], second[1].total)


def test_a_series_is_its_dimensions_exactly() -> None:
    """Another namespace, Region, account or set of dimensions is another series."""
    metrics = store()
    metrics.put("N", "m", {"d": "v"}, Constant(1.0))
    metrics.put("N", "m", {"d": "v", "e": "w"}, Constant(2.0), region="eu-west-1", account="2")
    others = [
        SeriesKey("1", "us-east-1", "O", "m", KEY.dimensions),
        SeriesKey("1", "eu-west-1", "N", "m", KEY.dimensions),
        SeriesKey("2", "us-east-1", "N", "m", KEY.dimensions),
        SeriesKey("1", "us-east-1", "N", "m", frozenset()),
        SeriesKey("1", "us-east-1", "N", "m", KEY.dimensions | {("e", "w")}),
    ]
    end = int(NOON.timestamp())
    assert [[]] * 5 == [metrics.statistics(key, end - HOUR, end, HOUR) for key in others]
    assert 1 == len(metrics.statistics(KEY, end - HOUR, end, HOUR))
    assert 2 == len(metrics.keys())


def test_a_unit_that_was_stored_is_the_only_one() -> None:
    """Points without a unit have every unit, others have their own."""
    metrics = store()
    stamp = NOON - timedelta(minutes=5)
    metrics.put("N", "m", {"d": "v"}, [Point(stamp, 1.0, unit="Bytes"), Point(stamp, 2.0)])
    begin, end = int((NOON - timedelta(hours=1)).timestamp()), int(NOON.timestamp())
    totals = [metrics.statistics(KEY, begin, end, HOUR, unit)[0][1].total for unit in (None, "Bytes", "Count")]
    assert [3.0, 3.0, 2.0] == totals


def test_a_shape_goes_on_with_the_clock() -> None:
    """There is data up to the last whole minute, and more when the clock moves."""
    clock = SimulatedClock(NOON + timedelta(minutes=30))
    metrics = Metrics("1", clock)
    metrics.put("N", "m", {"d": "v"}, Constant(2.0, count=3.0))
    begin, end = NOON - timedelta(hours=1), NOON + timedelta(hours=9)
    assert [("02 11:00", 180.0), ("02 12:00", 90.0)] == [
        (hour, each.count) for hour, each in hours(metrics, begin, end)
    ]
    clock.advance(2 * HOUR)
    assert 4 == len(hours(metrics, begin, end))


def test_a_shape_may_begin_and_end() -> None:
    """Before its first and after its last minute there is no data."""
    metrics = store()
    since, until = NOON - timedelta(hours=3, minutes=-20), NOON - timedelta(hours=1)
    metrics.put("N", "m", {"d": "v"}, Constant(1.0), since=since, until=until)
    found = hours(metrics, NOON - timedelta(hours=9), NOON)
    assert [("02 09:00", 40.0), ("02 10:00", 60.0)] == [(hour, each.count) for hour, each in found]


def test_a_series_without_data_is_known_and_empty() -> None:
    """No data is not zero."""
    metrics = store()
    metrics.put("N", "m", {"d": "v"}, NoData())
    assert [] == hours(metrics, NOON - timedelta(days=2), NOON)
    assert (KEY,) == metrics.keys()


def test_a_daily_wave_comes_again_each_day() -> None:
    """It is highest at its hour and the same hour of every day is the same."""
    wave = DailyWave(10.0, 90.0, peak_hour=15.0)
    day = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
    hourly = [wave.statistics(day + hour * HOUR, HOUR) for hour in range(48)]
    assert hourly[:24] == hourly[24:]
    assert (90.0, 10.0) == (hourly[15].maximum, hourly[3].minimum)  # type: ignore[union-attr]  # it has data always
    assert 60.0 == hourly[15].count  # type: ignore[union-attr]  # the same


def test_a_shape_may_be_a_function_of_the_minute() -> None:
    """Values, statistics and gaps as the function gives them."""
    begin = int(NOON.timestamp())
    known: dict[int, Statistics | float] = {begin: 5.0, begin + 60: Statistics.of(1.0, 3.0)}

    def at(minute: int) -> Statistics | float | None:
        return known.get(minute)

    shape = PerMinute(at)
    found = shape.statistics(begin, 300)
    assert isinstance(shape, Shape)
    assert found is not None
    assert (4.0, 8.0) == (found.count, found.total)
    assert shape.statistics(begin + 300, 300) is None


@given(st.lists(st.tuples(floats, st.integers(1, 4)), min_size=1, max_size=30), st.floats(0, 100))
def test_percentiles_are_those_of_the_single_values(pairs: list[tuple[float, int]], percent: float) -> None:
    """A percentile of counted values lies where it lies among all of them, in order."""
    statistics = merged([Statistics.of(value, count) for value, count in pairs])
    ordered = sorted(value for value, count in pairs for _ in range(count))
    place = (len(ordered) - 1) * percent / 100
    low, high = ordered[int(place)], ordered[min(int(place) + 1, len(ordered) - 1)]
    found = statistics.percentile(percent)
    assert found is not None
    assert low - 1e-6 <= found <= high + 1e-6


@given(st.lists(st.tuples(floats, st.integers(1, 4)), min_size=1, max_size=30))
def test_statistics_are_those_of_the_single_values(pairs: list[tuple[float, int]]) -> None:
    """Sum, extremes, count and average do not depend on how the values were put."""
    statistics = merged([Statistics.of(value, count) for value, count in pairs])
    values = [value for value, count in pairs for _ in range(count)]
    expected = {"SampleCount": len(values), "Sum": sum(values), "Minimum": min(values), "Maximum": max(values)}
    for name, value in (expected | {"Average": sum(values) / len(values)}).items():
        assert value == pytest.approx(statistic_named(name, statistics), abs=1e-6)


def test_percentiles_of_a_set_are_known_only_when_all_values_are_the_same() -> None:
    """Of a statistic set with different values no percentile is told."""
    assert statistic_named("p95", Statistics(3.0, 6.0, 1.0, 3.0)) is None
    assert 2.0 == statistic_named("p99.9", Statistics(3.0, 6.0, 2.0, 2.0))
    assert statistic_named("p50", merged([Statistics.of(1.0), Statistics(3.0, 6.0, 1.0, 3.0)])) is None
    with pytest.raises(LookupError, match="p101"):
        statistic_named("p101", Statistics.of(1.0))


def test_shapes_have_names() -> None:
    """Over HTTP a shape is given by name; a wrong one is refused with the right ones."""
    assert [Constant(1.0), DailyWave(1.0, 2.0), NoData()] == [
        shape_named("constant", value=1.0),
        shape_named("daily-wave", low=1.0, high=2.0),
        shape_named("none"),
    ]
    with pytest.raises(ValueError, match="expected constant, daily-wave or none, found 'sine'"):
        shape_named("sine")
