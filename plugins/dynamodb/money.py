"""What a table costs in a month, and what a switch to on-demand capacity saves, from dated list prices.

An estimate that is wrong once is never believed again, so each says what it assumes and how far it may be off.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trueup.facts.unknown import Reason, Unknown
from trueup.plugins.dynamodb.capacity import PROVISIONED
from trueup.service.money import HOURS_A_MONTH, cost, saving

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.facts.snapshot import Snapshot

__all__ = ["Prices", "monthly_cost", "monthly_saving"]

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

    @classmethod
    def of(cls, prices: Mapping[str, Any], table_class: str) -> Prices | None:
        """Give the prices of a table class, None when they are not known: never 0.

        Args:
            prices: the aspect ``prices``.
            table_class: ``STANDARD`` or ``STANDARD_INFREQUENT_ACCESS``.
        """
        known = prices["list"].get(table_class, {})
        names = cls.__slots__
        return cls(**{name: known[name] for name in names}) if all(name in known for name in names) else None

    def provisioned(self, read_units: float, write_units: float) -> float:
        """Give what capacity units cost in a month."""
        hourly = read_units * self.read_capacity_unit_hour + write_units * self.write_capacity_unit_hour
        return hourly * HOURS_A_MONTH

    def on_demand(self, read_units: float, write_units: float) -> float:
        """Give what request units cost."""
        price = read_units * self.read_request_units_per_million + write_units * self.write_request_units_per_million
        return price / _MILLION


def monthly_cost(table: Snapshot) -> dict[str, Any] | Unknown:
    """Give what the throughput of a table and its indexes costs a month; storage and backups are no part of it.

    Provisioned capacity costs what it is, whatever is used of it; on demand the look-back's use makes a month, the
    busiest and the quietest day its range.

    Raises:
        UnknownFactError: prices, or of an on-demand table the use, are not known.
    """
    prices, capacity = table["prices"], table["capacity"]
    table_class = table["table.TableClassSummary.TableClass"] or "STANDARD"
    known = Prices.of(prices, table_class)
    if known is None:
        return Unknown(Reason.NO_PRICE, f"no price of {table_class} tables in {table.resource.region}")
    if capacity["mode"] == PROVISIONED:
        parts = {"table": capacity, **{f"index {name}": units for name, units in capacity["by_index"].items()}}
        return cost({name: known.provisioned(each["read_units"], each["write_units"]) for name, each in parts.items()})
    usage = table["usage"]
    days = HOURS_A_MONTH / 24
    reads = days * known.on_demand(usage["read_units"] / usage["days"], 0)
    writes = days * known.on_demand(0, usage["write_units"] / usage["days"])
    low, high = (days * known.on_demand(**usage[day]) for day in ("quietest_day", "busiest_day"))
    return cost({"reads": reads, "writes": writes}, low=low, high=high)


def monthly_saving(
    capacity: Mapping[str, Any],
    usage: Mapping[str, Any],
    prices: Mapping[str, Any],
    table_class: str = "STANDARD",
    *,
    reserved: str,
) -> dict[str, Any] | None:
    """Compare a month of today's provisioned capacity with a month of the observed use on demand.

    Args:
        capacity: the ``capacity`` facts before the switch.
        usage: the ``usage`` facts of the look-back.
        prices: the ``prices`` facts.
        table_class: the table's class.
        reserved: ``none`` when it is known that no reserved capacity is bought, else ``unknown``.

    Returns:
        ``low`` (every day as the busiest), ``likely`` (as observed), ``high`` (every day as the quietest), the price
        date and source, and the assumptions; negative when provisioned capacity is the cheaper one. None when the
        class has no known price.
    """
    known = Prices.of(prices, table_class)
    if known is None:
        return None
    each = (capacity, *capacity["by_index"].values())
    now = known.provisioned(sum(part["read_units"] for part in each), sum(part["write_units"] for part in each))
    month = HOURS_A_MONTH / 24
    observed = {key: usage[key] / usage["days"] for key in ("read_units", "write_units")}
    low, likely, high = (
        now - month * known.on_demand(**day) for day in (usage["busiest_day"], observed, usage["quietest_day"])
    )
    certain = reserved == "none"
    return saving(
        prices,
        low=low if certain else min(0.0, low),
        likely=likely,
        high=high,
        assumptions=(
            f"use goes on as in the last {usage['days']} days; low and high repeat its busiest and quietest day",
            f"a month has {HOURS_A_MONTH} hours; table and indexes keep the capacity they have now",
            "no reserved capacity, as the rule's parameter says"
            if certain
            else "no API tells of reserved capacity, so that low is 0; say reserved_capacity=none when there is none",
        ),
    )
