"""The README's bill is worked out again from the estate's numbers and trueup's own prices."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from estate.shape import Estate
from trueup.prices.book import PriceBook
from trueup.service.money import HOURS_A_MONTH

if TYPE_CHECKING:
    from collections.abc import Callable

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")

ESTATE = Estate()
CPU_UNITS_A_VCPU = MIB_A_GB = 1024
LINE = re.compile(r"^\| `overprovisioned-(\w+)` \|.*\| ([\d.]+) \|$", re.MULTILINE)


def prices(service: str) -> Any:
    """Give a plugin's prices of us-east-1, as it ships them."""
    return PriceBook().prices(service, "us-east-1")["list"]


def database() -> float:
    """Give what an idle hour of the cluster costs: every instance at its minimum."""
    instances = 1 + ESTATE.database.readers
    return instances * ESTATE.database.minimum_acu * float(prices("rds")["acu_hour"]["aurora-mysql"]["standard"])


def cache() -> float:
    """Give what an hour of all nodes costs."""
    nodes = ESTATE.cache.shards * (1 + ESTATE.cache.replicas)
    return nodes * float(prices("elasticache")["node_hour"]["redis"][ESTATE.cache.node_type])


def service() -> float:
    """Give what an hour of all tasks costs."""
    hour = prices("ecs")["X86_64"]
    task = ESTATE.service.cpu / CPU_UNITS_A_VCPU * hour["vcpu_hour"]
    task += ESTATE.service.memory_mib / MIB_A_GB * hour["gb_hour"]
    return float(ESTATE.service.tasks * task)


def tables() -> float:
    """Give what an hour of the capacity of table and index costs."""
    hour = prices("dynamodb")["STANDARD"]
    reads = ESTATE.table.units.read + ESTATE.table.index_units.read
    writes = ESTATE.table.units.write + ESTATE.table.index_units.write
    return float(reads * hour["read_capacity_unit_hour"] + writes * hour["write_capacity_unit_hour"])


@pytest.mark.parametrize("hourly", [database, cache, service, tables], ids=lambda each: each.__name__)
def test_line_of_the_bill_is_right(hourly: Callable[[], float]) -> None:
    """A month in the table is 730 of the hours that the estate's numbers give at the shipped prices."""
    written = next(float(cost) for stack, cost in LINE.findall(README) if stack == hourly.__name__)

    assert round(hourly() * HOURS_A_MONTH, 2) == written


def test_total_is_the_sum_of_the_lines() -> None:
    """The warning at the top says what the table adds up to, in round figures."""
    total = sum(float(cost) for _, cost in LINE.findall(README))
    (month, hour) = (
        float(each.replace(",", "")) for each in re.findall(r"(?:about|some) ([\d.,]+) USD an? (?:month|hour)", README)
    )

    assert month == pytest.approx(total, rel=0.01)
    assert hour == pytest.approx(total / HOURS_A_MONTH, rel=0.01)
