"""What a switch to on-demand capacity saves in a month, from dated list prices; None where no price is known.

An estimate that is wrong once is never believed again, so each says what it assumes and how far it may be off.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["HOURS_A_MONTH", "Prices", "monthly_saving", "prices"]

HOURS_A_MONTH = 730
"""AWS's own convention for a month."""

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Prices:
    """The prices of one Region and table class.

    Args:
        read_request_units_per_million: on-demand reads.
        write_request_units_per_million: on-demand writes.
        read_capacity_unit_hour: one provisioned unit for an hour.
        write_capacity_unit_hour: one provisioned unit for an hour.
    """

    read_request_units_per_million: float
    write_request_units_per_million: float
    read_capacity_unit_hour: float
    write_capacity_unit_hour: float

    def provisioned(self, read_units: float, write_units: float) -> float:
        """Give what capacity units cost in a month."""
        hourly = read_units * self.read_capacity_unit_hour + write_units * self.write_capacity_unit_hour
        return hourly * HOURS_A_MONTH

    def on_demand(self, read_units: float, write_units: float) -> float:
        """Give what request units cost."""
        price = read_units * self.read_request_units_per_million + write_units * self.write_request_units_per_million
        return price / _MILLION


def prices(region: str, table_class: str) -> Prices | None:
    """Give the prices of a Region and table class, None when they are not known: never 0."""
    known = _file()["regions"].get(region, {}).get(table_class)
    return Prices(**known) if known else None


def monthly_saving(
    capacity: Mapping[str, Any], usage: Mapping[str, Any], prices: Prices, *, reserved: str
) -> dict[str, Any]:
    """Compare a month of today's provisioned capacity with a month of the observed use on demand.

    Args:
        capacity: the ``capacity`` facts before the switch.
        usage: the ``usage`` facts of the look-back.
        prices: of the table's Region and class.
        reserved: ``none`` when it is known that no reserved capacity is bought, else ``unknown``.

    Returns:
        ``low`` (every day as the busiest), ``likely`` (as observed), ``high`` (every day as the quietest), the price
        date and source, and the assumptions; negative when provisioned capacity is the cheaper one.
    """
    each = (capacity, *capacity["by_index"].values())
    now = prices.provisioned(sum(part["read_units"] for part in each), sum(part["write_units"] for part in each))
    month = HOURS_A_MONTH / 24
    observed = {key: usage[key] / usage["days"] for key in ("read_units", "write_units")}
    low, likely, high = (
        now - month * prices.on_demand(**day) for day in (usage["busiest_day"], observed, usage["quietest_day"])
    )
    certain = reserved == "none"
    return {
        "low": round(low if certain else min(0.0, low), 2),
        "likely": round(likely, 2),
        "high": round(high, 2),
        "one_time": 0.0,
        "currency": _file()["currency"],
        "basis": "list",
        "price_date": _file()["date"],
        "source": _file()["source"],
        "assumptions": [
            f"use goes on as in the last {usage['days']} days; low and high repeat its busiest and quietest day",
            f"a month has {HOURS_A_MONTH} hours; table and indexes keep the capacity they have now",
            "no reserved capacity, as the rule's parameter says"
            if certain
            else "no API tells of reserved capacity, so that low is 0; say reserved_capacity=none when there is none",
        ],
    }


@cache
def _file() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(files(__package__).joinpath("prices.json").read_text(encoding="utf-8"))
    return content
