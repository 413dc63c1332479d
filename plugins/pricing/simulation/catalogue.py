"""The simulated Price List: products made of the installed plugins' price files and price queries.

Each product that a query means comes with those that it must not take: other usage types that end or begin alike, a
Local Zone's, a free tier, a cheaper later tier, a second price of nothing. So a query that is too wide gives a wrong
price here before it does with AWS.

Source: facts of the price list as read in 2026: usage types are prefixed by the Region outside us-east-1; ElastiCache
nodes have a second dimension of $0 for applied reservations; DynamoDB's capacity hours have a free first tier.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from trueup.canonical import digest
from trueup.hosting.installed import PLUGINS, installed_entry_points
from trueup.prices.book import plugin_file
from trueup.prices.price_file import PriceFile, price_names
from trueup.prices.queries import PriceQueries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trueup.prices.queries import PriceQuery

__all__ = ["as_text", "products", "service_codes"]

_PREFIXES = {"us-east-1": "", "eu-west-1": "EU-"}
"""What usage types begin with; other Regions have letters and a digit."""

_DIGITS = 10


def service_codes() -> tuple[str, ...]:
    """Give the service codes of the simulated Price List."""
    return tuple(sorted({queries.service_code for queries, _ in _sources()}))


def products(service_code: str, region: str, factor: float) -> Iterator[dict[str, Any]]:
    """Yield the products of a service in a Region, decoys among them.

    Args:
        service_code: as ``AmazonRDS``.
        region: any Region; where nothing is shipped, the shipped prices of another one stand in.
        factor: multiplies the shipped prices.
    """
    for queries, file in _sources():
        if queries.service_code != service_code:
            continue
        prices = file.regions.get(region) or next(iter(file.regions.values()))
        for query in queries.queries:
            for path, price in price_names(prices):
                attributes = query.attributes(path)
                if attributes is not None:
                    yield from _with_decoys(query, attributes, service_code, region, price * factor / query.per)


def _sources() -> Iterator[tuple[PriceQueries, PriceFile]]:
    for service in sorted(each.name for each in installed_entry_points() if each.group == PLUGINS):
        queries, prices = plugin_file(service, "price_queries.json"), plugin_file(service, "prices.json")
        if queries is not None and prices is not None:
            yield PriceQueries.load(queries), PriceFile.load(prices, service)


def _with_decoys(
    query: PriceQuery, taken: dict[str, str], service_code: str, region: str, price: float
) -> Iterator[dict[str, Any]]:
    filters = dict(query.filters)
    family = filters.pop("productFamily", "")
    prefix = _PREFIXES.get(region, f"{region[:2].upper()}{region.split('-')[1][0].upper()}{region[-1]}-")
    usagetype = query.usagetype.format_map(taken)
    if service_code == "AmazonRDS":
        usagetype = usagetype.replace("xlarge", "xl")
    absent = [name for name, value in filters.items() if not value]
    others = [(f"{prefix}{usagetype}", price * 2, {name: "Other"}) for name in absent]
    attributes = {
        **filters,
        **taken,
        "servicecode": service_code,
        "regionCode": region,
        "location": region,
        "locationType": "AWS Region",
    }
    for form, amount, changed in (
        (f"{prefix}{usagetype}", price, {}),
        (f"{prefix}IA-{usagetype}", price * 3, {}),
        (f"{prefix}{usagetype}-Windows", price * 5, {}),
        (f"{prefix}{usagetype}", price * 7, {"locationType": "AWS Local Zone"}),
        *others,
    ):
        yield _product(query, family, {**attributes, **changed, "usagetype": form}, amount)


def _product(query: PriceQuery, family: str, attributes: dict[str, str], price: float) -> dict[str, Any]:
    sku = digest([attributes, query.name]).removeprefix("sha256:")[:16].upper()
    unit = query.unit or "Units"

    def dimension(name: str, amount: float, begin: str, end: str, of: str = unit) -> dict[str, Any]:
        return {
            "unit": of,
            "beginRange": begin,
            "endRange": end,
            "description": name,
            "rateCode": f"{sku}.JRTCKXETXF.{name}",
            "appliesTo": [],
            "pricePerUnit": {"USD": f"{amount:.{_DIGITS}g}"},
        }

    dimensions = (
        dimension("free", 0, "0", "100"),
        dimension("first", price, "100", "51200"),
        dimension("later", price * 0.9, "51200", "Inf"),
        dimension("reserved", 0, "0", "Inf"),
        dimension("quantity", 0, "0", "Inf", "Quantity"),
    )
    term = {
        "priceDimensions": {each["rateCode"]: each for each in dimensions},
        "sku": sku,
        "offerTermCode": "JRTCKXETXF",
    }
    upfront = {**term, "priceDimensions": {f"{sku}.UP": dimension("upfront", price / 2, "0", "Inf")}}
    return {
        "product": {"productFamily": family, "attributes": attributes, "sku": sku},
        "serviceCode": attributes["servicecode"],
        "terms": {"OnDemand": {f"{sku}.JRTCKXETXF": term}, "Reserved": {f"{sku}.RESERVED": upfront}},
        "version": "20260929000000",
        "publicationDate": "2026-09-29T00:00:00Z",
    }


def as_text(product: dict[str, Any]) -> str:
    """Give a product as GetProducts does: JSON inside of JSON."""
    return json.dumps(product, separators=(",", ":"))
