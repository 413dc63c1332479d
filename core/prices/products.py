"""Products of the AWS Price List, and the one price of each that counts.

A product has several prices: tiers, of which the first may be free; a second one of nothing beside that of an hour;
and its usage type is prefixed by the Region, so that a search by a part of it finds other things too.

Source: AWS Price List Query API, GetProducts (aws_v1): ``product.attributes``, ``terms.OnDemand``.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trueup.prices.price_file import PriceFileError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from trueup.prices.queries import PriceQuery

__all__ = ["Price", "prices_of"]

_PREFIX = r"(?:(?:[A-Z]{3,4}[0-9]|EU)-)?"
"""What Regions write before a usage type: nothing, ``USE2-``, ``APN1-``, ``UGW1-``, or ``EU-`` of eu-west-1."""

_ABBREVIATED = ("xlarge", "xl(?:arge)?")
"""RDS writes ``InstanceUsage:db.r6g.2xl`` for a db.r6g.2xlarge; ElastiCache writes its node types out."""

_DIGITS = 10
"""Significant digits of a price; what multiplying adds beyond is floating point's."""


@dataclass(frozen=True, slots=True)
class Price:
    """One price.

    Args:
        amount: above 0, multiplied as the query says.
        currency: its currency.
        sku: the product that it is of.
    """

    amount: float
    currency: str
    sku: str


def prices_of(query: PriceQuery, products: Iterable[str]) -> dict[tuple[str, ...], Price]:
    """Give the prices that a query makes of products.

    Args:
        query: the query.
        products: the products, each a JSON text, as GetProducts gives them.

    Raises:
        PriceFileError: an item is no product, or two products make one price and differ in it.
    """
    found: dict[tuple[str, ...], Price] = {}
    for text in products:
        for path, price in _prices(query, _parsed(text)):
            first = found.setdefault(path, price)
            if (first.amount, first.currency) != (price.amount, price.currency):
                message = (
                    f"price {'.'.join(path)}: expected one price, found {first.amount:g} of product {first.sku} and "
                    f"{price.amount:g} of {price.sku}; its query takes too much"
                )
                raise PriceFileError(message)
    return found


def _parsed(text: str) -> dict[str, Any]:
    try:
        item = json.loads(text)
        return {**item["product"], "terms": item.get("terms") or {}}
    except (ValueError, TypeError, KeyError) as error:
        message = f"the Price List: expected a product as a JSON text, found {text!r:.80}"
        raise PriceFileError(message) from error


def _prices(query: PriceQuery, product: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Price]]:
    attributes: Mapping[str, str] = defaultdict(str, product.get("attributes") or {})
    path = query.path(product.get("attributes") or {})
    if path is None or not _is_asked_for(query, attributes, product):
        return
    price = _first_price(query, product)
    if price is not None:
        yield path, price


def _is_asked_for(query: PriceQuery, attributes: Mapping[str, str], product: Mapping[str, Any]) -> bool:
    """Tell whether a product is what the query means; the service's own filters are not taken on trust."""
    known = {**attributes, "productFamily": product.get("productFamily", "")}
    if any(known.get(name, "") != value for name, value in query.filters.items()):
        return False
    if attributes["locationType"] not in {"", "AWS Region"}:
        return False  # Local Zones, Wavelength Zones and Outposts have prices of their own
    usagetype = re.escape(query.usagetype.format_map(attributes)).replace(*_ABBREVIATED)
    return re.fullmatch(_PREFIX + usagetype, attributes["usagetype"]) is not None


def _first_price(query: PriceQuery, product: Mapping[str, Any]) -> Price | None:
    """Give the price of the first tier that is not free; a product may have none."""
    tiers: list[tuple[float, Price]] = []
    for term in product["terms"].get("OnDemand", {}).values():
        for dimension in term.get("priceDimensions", {}).values():
            if query.unit is not None and dimension.get("unit", "").lower() != query.unit.lower():
                continue
            for currency, amount in dimension["pricePerUnit"].items():
                if float(amount) > 0:
                    priced = Price(_round(float(amount) * query.per), currency, product.get("sku", "without a code"))
                    tiers.append((float(dimension.get("beginRange") or 0), priced))
    return min(tiers, key=lambda tier: tier[0])[1] if tiers else None


def _round(amount: float) -> float:
    return float(f"{amount:.{_DIGITS}g}")
