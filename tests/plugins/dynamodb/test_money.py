"""Tests of usage and of the savings that are worked out of it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from trueup.facts.unknown import Reason, Unknown
from trueup.plugins.dynamodb.money import Prices, monthly_saving

HOUR = 3600
PRICES = {
    "currency": "USD",
    "date": "2026-09-29",
    "source": "a price list",
    "list": {
        "STANDARD": {
            "read_request_units_per_million": 0.125,
            "write_request_units_per_million": 0.625,
            "read_capacity_unit_hour": 0.00013,
            "write_capacity_unit_hour": 0.00065,
        }
    },
}


def _saving(tables: Any, reserved: str = "none", **used: Any) -> dict[str, Any]:
    described = tables.described(read=100, write=100, indexes={"by-date": (100, 0)})
    snapshot = tables.snapshot(described, tables.measured(described, **used))
    found = monthly_saving(snapshot["capacity"], snapshot["usage"], PRICES, reserved=reserved)
    assert found is not None
    return found


def test_usage_is_of_the_table_and_all_its_indexes(tables: Any) -> None:
    """Days are told apart, so that the busiest and the quietest are known."""
    described = tables.described(indexes={"by-date": (10, 10)})
    series = tables.measured(
        described,
        consumed_read=lambda hour: 100 if hour < 24 else 1,
        consumed_write=lambda hour: 3 if hour >= 24 else None,
        by_index={"by-date": {"consumed_read": 2.0}},
    )
    assert tables.snapshot(described, series)["usage"] == {
        "days": 30,
        "read_units": 24 * 100 + 29 * 24 + 720 * 2,
        "write_units": 29 * 24 * 3,
        "busiest_day": {"read_units": 24 * 102, "write_units": 72},
        "quietest_day": {"read_units": 24 * 3, "write_units": 0},
    }


def test_a_table_class_without_a_price_has_none(tables: Any) -> None:
    """It is not free: neither when the class is missing, nor when one of its prices is."""
    assert Prices(0.125, 0.625, 0.00013, 0.00065) == Prices.of(PRICES, "STANDARD")
    assert Prices.of(PRICES, "STANDARD_INFREQUENT_ACCESS") is None
    assert Prices.of({"list": {"STANDARD": {"read_capacity_unit_hour": 0.1}}}, "STANDARD") is None
    table_class = {"TableClassSummary": {"TableClass": "STANDARD_INFREQUENT_ACCESS"}}
    rare = tables.idle(tables.described(**table_class), prices=PRICES)
    assert tables.change("set-billing-mode", rare).savings_monthly is None


def test_the_saving_of_a_switch_is_null_without_known_prices(tables: Any) -> None:
    """The switch is planned all the same: only what it saves is not known."""
    unpriced = tables.idle(prices=Unknown(Reason.NO_PRICE))
    assert tables.change("set-billing-mode", unpriced).savings_monthly is None
    assert tables.change("set-billing-mode", tables.idle(prices=PRICES)).savings_monthly["likely"] > 0


def test_an_unused_table_saves_all_of_its_price(tables: Any) -> None:
    """200 read and 100 write units for 730 hours, on-demand nothing."""
    found = _saving(tables)
    price = round(730 * (200 * 0.00013 + 100 * 0.00065), 2)
    assert (price, price, price) == (found["low"], found["likely"], found["high"])
    assert date(2026, 9, 29) == date.fromisoformat(found["price_date"])
    assert (found["currency"], found["basis"], found["one_time"]) == ("USD", "list", 0.0)


def test_use_is_billed_by_the_request(tables: Any) -> None:
    """Ten writes a second for a month cost 0.625 a million."""
    found = _saving(tables, consumed_write=10.0 * HOUR)
    price = 730 * (200 * 0.00013 + 100 * 0.00065)
    assert found["likely"] == round(price - 730 * HOUR * 10 * 0.625 / 1e6, 2)


def test_the_busiest_and_the_quietest_day_bound_the_estimate(tables: Any) -> None:
    """A day of heavy use widens the range and moves the likely figure little."""
    found = _saving(tables, consumed_write=lambda hour: 10.0 * HOUR if hour < 24 else None)
    assert found["low"] < found["likely"] < found["high"]


def test_unreadable_commitments_make_the_low_estimate_nothing(tables: Any) -> None:
    """What reserved capacity may have paid already is not promised as a saving, and the reason is told."""
    found = _saving(tables, reserved="unknown")
    assert found["low"] == 0
    assert found["likely"] > 0
    assert any("reserved capacity" in each for each in found["assumptions"])


def test_a_busy_table_saves_less_than_nothing(tables: Any) -> None:
    """Above the break-even the figure is negative, so that the host refuses the switch."""
    assert _saving(tables, consumed_read=100.0 * HOUR, consumed_write=100.0 * HOUR)["likely"] < 0
    assert _saving(tables, "unknown", consumed_write=100.0 * HOUR)["low"] < 0


@given(share=st.floats(0, 0.95), units=st.integers(1, 1000))
def test_the_break_even_is_at_28_9_percent(share: float, units: int) -> None:
    """List prices make on-demand the cheaper one exactly below 28.9 % average use of writes."""
    capacity = {"read_units": 0, "write_units": units * 1000, "by_index": {}}
    day = {"read_units": 0.0, "write_units": units * 1000 * share * 86_400}
    use = {"days": 1, **day, "busiest_day": day, "quietest_day": day}
    saving = monthly_saving(capacity, use, PRICES, reserved="none")
    assert saving is not None
    assume(share != pytest.approx(0.2889, abs=0.001))
    assert (share < 0.2889) is (saving["likely"] > 0)
