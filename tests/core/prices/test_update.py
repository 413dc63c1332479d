"""Tests of fetching prices: what is asked, what is written, and what keeps the known prices as they were."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from trueup.errors import TrueupError
from trueup.prices.book import PriceBook
from trueup.prices.price_file import PriceFileError
from trueup.prices.update import Fetched, fetch_prices, priced_services, write_prices

if TYPE_CHECKING:
    from pathlib import Path

    from trueup.resource import Scope

TODAY = date(2027, 1, 2)


def _product(group: str, usd: str, usagetype: str, currency: str = "USD") -> str:
    family = "Provisioned IOPS"
    attributes = {"group": group, "usagetype": usagetype}
    price = {"unit": "Hrs", "beginRange": "0", "pricePerUnit": {currency: usd}}
    product = {"productFamily": family, "attributes": attributes, "sku": group}
    return json.dumps({"product": product, "terms": {"OnDemand": {"t": {"priceDimensions": {"d": price}}}}})


class PriceList:
    """A connection whose Price List has these products of DynamoDB's capacity, whatever is asked."""

    region = "eu-central-1"

    def __init__(self, *products: str) -> None:
        self.products = products
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def reader(self, scope: Scope, operations: list[str]) -> Any:
        """Give itself as what reads."""
        assert ["pricing:GetProducts"] == operations
        self.scope = scope
        return self

    def paginate(self, operation: str, items: str, **parameters: Any) -> Any:
        """Give all products."""
        self.asked.append((operation, parameters))
        assert items == "PriceList[]"
        return iter(self.products)


def _fetch(price_list: Any, region: str = "eu-west-1") -> Fetched:
    return fetch_prices(price_list, "dynamodb", region, TODAY)


def test_products_are_asked_for_once_each_by_region() -> None:
    """With the queries' filters and the Region whose prices they are, at an endpoint that exists."""
    price_list = PriceList(_product("DDB-ReadUnits", "0.00015", "EU-ReadCapacityUnit-Hrs"))
    fetched = _fetch(price_list)
    assert {"STANDARD": {"read_capacity_unit_hour": 0.00015}} == fetched.file.regions["eu-west-1"]
    assert "STANDARD.write_capacity_unit_hour" in fetched.missing
    assert ("USD", "2027-01-02", "dynamodb") == (fetched.file.currency, fetched.file.date, fetched.file.service)
    assert price_list.scope.region == "eu-central-1"
    filters = [{each["Field"]: each["Value"] for each in asked["Filters"]} for _, asked in price_list.asked]
    assert len(filters) == 4
    assert {"productFamily": "Provisioned IOPS", "group": "DDB-ReadUnits", "regionCode": "eu-west-1"} in filters


def test_nothing_found_is_an_error() -> None:
    """A Region without products, or a name that AWS has changed, must not end as an empty file."""
    with pytest.raises(PriceFileError, match="expected products of AmazonDynamoDB, found none with a price"):
        _fetch(PriceList())


def test_prices_of_two_currencies_are_an_error() -> None:
    """They would be compared as if they were one."""
    mixed = PriceList(
        _product("DDB-ReadUnits", "0.1", "EU-ReadCapacityUnit-Hrs"),
        _product("DDB-WriteUnits", "0.1", "EU-WriteCapacityUnit-Hrs", "CNY"),
    )
    with pytest.raises(PriceFileError, match="expected one currency, found CNY, USD"):
        _fetch(mixed)


def test_a_plugin_without_queries_has_no_prices_to_fetch() -> None:
    """It says where to look."""
    assert "iam" not in priced_services()
    with pytest.raises(PriceFileError, match=r"expected a plugin with price_queries\.json, found none"):
        fetch_prices(PriceList(), "iam", "us-east-1", TODAY)  # type: ignore[arg-type]  # asked for nothing


def test_what_was_fetched_is_used(tmp_path: Path) -> None:
    """The file is whole when it is there: nothing else lies beside it."""
    fetched = _fetch(PriceList(_product("DDB-ReadUnits", "0.5", "EU-ReadCapacityUnit-Hrs")))
    path = write_prices(fetched, tmp_path)
    assert [path] == [each for each in tmp_path.rglob("*") if each.is_file()]
    assert 0.5 == PriceBook(tmp_path).prices("dynamodb", "eu-west-1")["list"]["STANDARD"]["read_capacity_unit_hour"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """With what to do instead."""
    (tmp_path / "dynamodb").write_text("in the way", encoding="utf-8")
    fetched = _fetch(PriceList(_product("DDB-ReadUnits", "0.5", "EU-ReadCapacityUnit-Hrs")))
    with pytest.raises(TrueupError, match=r"cannot be written .*; choose another --out"):
        write_prices(fetched, tmp_path)


def test_an_empty_filter_is_not_sent() -> None:
    """GetProducts takes none; the answer is held against it instead."""
    price_list = PriceList()
    with pytest.raises(PriceFileError):
        fetch_prices(price_list, "s3", "us-east-1", TODAY)  # type: ignore[arg-type]  # has what is asked of it
    assert all(each["Value"] for _, asked in price_list.asked for each in asked["Filters"])
