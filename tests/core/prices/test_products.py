"""Tests of the traps of the Price List: which product and which of its prices counts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from trueup.prices.price_file import PriceFileError
from trueup.prices.products import prices_of
from trueup.prices.queries import PriceQuery

QUERY = PriceQuery(("hour",), {"productFamily": "Compute", "group": "g"}, "Fargate-vCPU-Hours:perCPU", "Hours")


def _dimension(usd: str, unit: str = "Hours", begin: str = "0", currency: str = "USD") -> dict[str, Any]:
    return {"unit": unit, "beginRange": begin, "pricePerUnit": {currency: usd}}


def _product(*dimensions: dict[str, Any], sku: str = "A", **attributes: str) -> str:
    known = {"group": "g", "usagetype": "Fargate-vCPU-Hours:perCPU", "locationType": "AWS Region", **attributes}
    terms = {"A.T": {"priceDimensions": dict(enumerate(dimensions or (_dimension("0.04"),)))}}
    product = {"productFamily": "Compute", "attributes": known, "sku": sku}
    return json.dumps({"product": product, "terms": {"OnDemand": terms, "Reserved": {"A.R": {}}}})


def _amounts(*products: str, query: PriceQuery = QUERY) -> list[float]:
    return [price.amount for price in prices_of(query, products).values()]


@pytest.mark.parametrize("prefix", ["", "USE1-", "USE2-", "EU-", "APN1-", "UGW1-", "EUC1-"])
def test_a_usage_type_may_begin_with_its_region(prefix: str) -> None:
    """Everywhere but in us-east-1, and in newer services there too."""
    assert [0.04] == _amounts(_product(usagetype=f"{prefix}Fargate-vCPU-Hours:perCPU"))


@pytest.mark.parametrize(
    "usagetype",
    [
        "Fargate-ARM-vCPU-Hours:perCPU",
        "Fargate-vCPU-Hours:perCPU-Windows",
        "USE2-Spot-Fargate-vCPU-Hours:perCPU",
        "IA-Fargate-vCPU-Hours:perCPU",
        "Fargate-vCPU-Hours",
        "fargate-vcpu-hours:percpu",
    ],
)
def test_what_only_looks_like_it_is_another_product(usagetype: str) -> None:
    """The usage type is compared whole."""
    assert [] == _amounts(_product(usagetype=usagetype))


def test_filters_are_held_again() -> None:
    """A service that gives more than was asked for gives no wrong price; nor does a Local Zone."""
    assert [] == _amounts(_product(group="other"))
    assert [] == _amounts(_product(locationType="AWS Local Zone"))
    assert [] == _amounts(_product(), query=PriceQuery(("hour",), {"productFamily": "Other"}, QUERY.usagetype))


def test_an_empty_filter_is_of_products_without_the_attribute() -> None:
    """Transitions to most classes have one price and no operation; those to another class have both."""
    query = PriceQuery(("hour",), {"operation": ""}, QUERY.usagetype)
    assert [0.04] == _amounts(_product(), _product(_dimension("9"), operation="Other"), query=query)
    assert [0.04] == _amounts(_product(operation=""), query=query)


@pytest.mark.parametrize("usagetype", ["EU-InstanceUsage:db.r6g.2xl", "InstanceUsage:db.r6g.2xlarge"])
def test_rds_abbreviates_its_instance_classes(usagetype: str) -> None:
    """The price is of the class's own name all the same."""
    query = PriceQuery(("{instanceType}",), {}, "InstanceUsage:{instanceType}")
    product = _product(usagetype=usagetype, instanceType="db.r6g.2xlarge")
    assert {("db.r6g.2xlarge",)} == set(prices_of(query, [product]))
    assert {} == prices_of(query, [_product(usagetype=usagetype, instanceType="db.r6g.12xlarge")])


def test_a_second_price_of_nothing_is_left_out() -> None:
    """ElastiCache nodes have one for applied reservations."""
    assert [0.2] == _amounts(_product(_dimension("0.0000000000"), _dimension("0.2")))
    assert [] == _amounts(_product(_dimension("0")))


def test_the_first_tier_that_is_not_free_counts() -> None:
    """Neither the free one before it nor the cheaper one after it, in whatever order they come."""
    tiers = (_dimension("0.02", begin="51200"), _dimension("0", begin="0"), _dimension("0.03", begin="18600"))
    assert [0.03] == _amounts(_product(*tiers))


def test_a_price_of_another_unit_is_another_price() -> None:
    """Unless the query takes any."""
    assert [] == _amounts(_product(_dimension("5", unit="Quantity")))
    assert [5] == _amounts(_product(_dimension("5", unit="Quantity")), query=PriceQuery(("x",), {}, QUERY.usagetype))


def test_a_price_is_multiplied_without_a_floating_tail() -> None:
    """0.0000002 for one is 0.2 for a million."""
    a_million = PriceQuery(("million",), {}, QUERY.usagetype, None, 1_000_000)
    assert [0.2] == _amounts(_product(_dimension("0.0000002000")), query=a_million)


def test_products_of_one_price_must_agree() -> None:
    """Two that do not show that the query takes too much; nobody guesses which one is meant."""
    assert [0.04] == _amounts(_product(sku="A"), _product(sku="B"))
    with pytest.raises(PriceFileError, match=r"price hour: expected one price, found 0.04 of product A and 0.05 of B"):
        _amounts(_product(sku="A"), _product(_dimension("0.05"), sku="B"))


def test_each_product_makes_a_price_of_its_own_name() -> None:
    """One query for all node types."""
    nodes = PriceQuery(("node", "{instanceType}"), {}, "NodeUsage:{instanceType}")
    products = [
        _product(_dimension(price), usagetype=f"EU-NodeUsage:{node}", instanceType=node)
        for node, price in (("cache.r6g.large", "0.2"), ("cache.r6g.xlarge", "0.4"))
    ]
    found = prices_of(nodes, [*products, _product(_dimension("9"), usagetype="EU-NodeUsage:x", instanceType="y")])
    assert {("node", "cache.r6g.large"): 0.2, ("node", "cache.r6g.xlarge"): 0.4} == {
        path: price.amount for path, price in found.items()
    }


def test_other_currencies_keep_their_name() -> None:
    """China's prices are in yuan."""
    (price,) = prices_of(QUERY, [_product(_dimension("0.3", currency="CNY"))]).values()
    assert ("CNY", 0.3) == (price.currency, price.amount)


@pytest.mark.parametrize("text", ["{", "[]", "{}"])
def test_what_is_no_product_is_an_error(text: str) -> None:
    """An answer that was cut off makes no prices."""
    with pytest.raises(PriceFileError, match="expected a product as a JSON text"):
        prices_of(QUERY, [text])
