"""Tests of the throttling facts: silence is health only where something was measured."""

from __future__ import annotations

from typing import Any

import pytest

from trueup.facts.unknown import Reason, Unknown

DENIED = Unknown(Reason.ACCESS_DENIED, "", "cloudwatch:GetMetricData", "cloudwatch:GetMetricData")


def _on_demand(tables: Any, **used: Any) -> Any:
    """Give a table that has become on-demand: no capacity is measured any more."""
    described = tables.described(indexes={"by-date": (0, 0)})
    series = tables.measured(described, **used)
    return tables.snapshot(
        described,
        {path: tables.series(lambda _: None) if "provisioned" in path else each for path, each in series.items()},
    )


def test_events_of_the_table_and_its_indexes_are_added(tables: Any) -> None:
    """An index that throttles is as bad as its table."""
    used = {"throttled_read": lambda hour: 2 if hour < 3 else None, "by_index": {"by-date": {"throttled_read": 1.0}}}
    assert _on_demand(tables, **used)["throttling.read_events"] == 6 + 720


@pytest.mark.parametrize(
    "used",
    [
        {"consumed_read": lambda hour: 5 if hour == 3 else None},
        {"by_index": {"by-date": {"consumed_write": lambda hour: 5 if hour == 3 else None}}},
    ],
)
def test_traffic_without_events_is_none(tables: Any, used: Any) -> None:
    """Any traffic of the table or an index shows that it was measured, and that nothing was throttled."""
    assert _on_demand(tables, **used)["throttling"] == {"read_events": 0.0, "write_events": 0.0}


def test_no_metric_at_all_is_not_health(tables: Any) -> None:
    """Without any point nothing is known, least of all that nothing was throttled."""
    found = _on_demand(tables).get("throttling.write_events")
    assert isinstance(found, Unknown)
    assert found.reason is Reason.NO_DATA


def test_a_table_that_throttles_everything_is_seen(tables: Any) -> None:
    """Events count even where every request was refused, so that no capacity was consumed."""
    assert _on_demand(tables, throttled_write=1.0)["throttling.write_events"] == 720


def test_a_denied_series_costs_its_own_fact_only(tables: Any) -> None:
    """Reads are known although the writes' events could not be read."""
    described = tables.described()
    series = tables.measured(described, consumed_read=1.0) | {"metrics.write_throttle_events": DENIED}
    assert tables.snapshot(described, series)["throttling"] == {"read_events": 0.0, "write_events": DENIED}
