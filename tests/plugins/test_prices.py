"""Contracts of every plugin's prices: dated, with a source, and each made by a price query."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from trueup.hosting.installed import PLUGINS, installed_entry_points
from trueup.prices.book import PriceBook, plugin_file, shipped_file
from trueup.prices.price_file import PriceFile, price_names
from trueup.prices.queries import PriceQueries
from trueup.prices.update import fetch_prices, priced_services

if TYPE_CHECKING:
    from trueup.testing import SimulatedAws

NAMES = tuple(each.name for each in installed_entry_points() if each.group == PLUGINS)
PRICED = tuple(name for name in NAMES if shipped_file(name) is not None)


def _shipped(service: str) -> PriceFile:
    path = shipped_file(service)
    assert path is not None
    return PriceFile.load(path, service)


@pytest.mark.parametrize("service", PRICED)
def test_a_price_file_is_well_formed_and_dated(service: str) -> None:
    """A price without a date and a source is a rumour."""
    file = _shipped(service)
    assert date.fromisoformat(file.date) >= date(2026, 1, 1)
    assert "us-east-1" in file.regions
    assert PriceBook().prices(service, "us-east-1")["list"] == file.regions["us-east-1"]


@pytest.mark.parametrize("service", PRICED)
def test_every_price_is_made_by_exactly_one_query(service: str) -> None:
    """So that fresh prices have every name that the shipped ones have."""
    path = plugin_file(service, "price_queries.json")
    assert path is not None, f"{service} has prices.json and no price_queries.json"
    queries = PriceQueries.load(path).queries
    for region, prices in _shipped(service).regions.items():
        made = {
            ".".join(name): sum(query.attributes(name) is not None for query in queries)
            for name, _ in price_names(prices)
        }
        assert dict.fromkeys(made, 1) == made, region


@pytest.mark.parametrize("service", PRICED)
def test_fetched_prices_are_the_shipped_ones_where_the_price_list_is_made_of_them(
    simulated_aws: SimulatedAws, monkeypatch: pytest.MonkeyPatch, service: str
) -> None:
    """Whatever else the Price List has of similar names, tiers and zones."""
    from trueup.aws.connection import connect

    for name, value in simulated_aws.environment().items():
        monkeypatch.setenv(name, value)
    fetched = fetch_prices(connect(region="us-east-1"), service, "us-east-1", date(2027, 1, 1))
    assert () == fetched.missing
    shipped = dict(price_names(_shipped(service).regions["us-east-1"]))
    found = dict(price_names(fetched.file.regions["us-east-1"]))
    assert shipped == pytest.approx(found)


def test_every_plugin_with_prices_can_fetch_them() -> None:
    """And none can that has no prices to compare with."""
    assert set(PRICED) == set(priced_services())
