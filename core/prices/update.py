"""Fetches prices from the AWS Price List and writes them as price files.

Only three Regions answer the Pricing API, whatever Region the prices are of; a file is written whole or not at all, so
that a fetch that broke off leaves the prices that were known.

Source: Pricing API, GetProducts; AWS Billing user guide, Price List Query API endpoints.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trueup.errors import TrueupError
from trueup.hosting.installed import PLUGINS, installed_entry_points
from trueup.prices.book import fetched_file, plugin_file
from trueup.prices.price_file import PriceFile, PriceFileError, price_names
from trueup.prices.products import prices_of
from trueup.prices.queries import PriceQueries
from trueup.resource import Scope

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from trueup.aws.connection import Connection
    from trueup.prices.products import Price

__all__ = ["OPERATION", "Fetched", "fetch_prices", "priced_services", "write_prices"]

OPERATION = "pricing:GetProducts"

_ENDPOINTS = ("us-east-1", "eu-central-1", "ap-south-1")
"""The Regions of the Pricing API; botocore makes host names for any other, that do not resolve."""

_QUERIES = "price_queries.json"


@dataclass(frozen=True, slots=True)
class Fetched:
    """The prices of one service in one Region.

    Args:
        file: them, as a price file.
        missing: names that the shipped file has and that no product made.
    """

    file: PriceFile
    missing: tuple[str, ...]


def priced_services() -> tuple[str, ...]:
    """Give the names of the installed plugins that say where their prices come from, sorted."""
    names = (each.name for each in installed_entry_points() if each.group == PLUGINS)
    return tuple(sorted(name for name in names if plugin_file(name, _QUERIES) is not None))


def fetch_prices(connection: Connection, service: str, region: str, today: date) -> Fetched:
    """Fetch the prices of a plugin's service in a Region; needs ``pricing:GetProducts``.

    Raises:
        PriceFileError: the plugin has no usable queries, or no product has a price there.
        UnreadableError: the Price List could not be read.
        CredentialsError: the credentials expired.
    """
    path = plugin_file(service, _QUERIES)
    if path is None:
        message = f"prices of {service}: expected a plugin with {_QUERIES}, found none; see `trueup prices list`"
        raise PriceFileError(message)
    queries = PriceQueries.load(path)
    found = _found(connection, queries, region)
    if not found:
        message = (
            f"prices of {service} in {region}: expected products of {queries.service_code}, found none with a price"
        )
        raise PriceFileError(message)
    currencies = {price.currency for price in found.values()}
    if len(currencies) != 1:
        message = f"prices of {service} in {region}: expected one currency, found {', '.join(sorted(currencies))}"
        raise PriceFileError(message)
    file = PriceFile(
        service=service,
        currency=currencies.pop(),
        date=today.isoformat(),
        source=f"AWS Price List, {queries.service_code} in {region}, {OPERATION}; on demand, the first paid tier",
        regions={region: _nested(found)},
        origin=OPERATION,
    )
    return Fetched(file, _missing(service, found))


def write_prices(fetched: Fetched, folder: Path) -> Path:
    """Write fetched prices into a folder; give the file.

    Raises:
        TrueupError: it cannot be written.
    """
    (region,) = fetched.file.regions
    path = fetched_file(folder, fetched.file.service, region)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            beside.write_text(json.dumps(fetched.file.to_json(), indent=2) + "\n", encoding="utf-8")
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        message = f"{path}: cannot be written ({error.strerror}); choose another --out"
        raise TrueupError(message) from error
    return path


def _found(connection: Connection, queries: PriceQueries, region: str) -> dict[tuple[str, ...], Price]:
    home = connection.region if connection.region in _ENDPOINTS else _ENDPOINTS[0]
    reader = connection.reader(Scope("", home), [OPERATION])
    known: dict[str, list[str]] = {}
    found: dict[tuple[str, ...], Price] = {}
    for query in queries.queries:
        # The API takes no empty value; what it gives too much is left out when its products are held again.
        filters = {name: value for name, value in query.filters.items() if value} | {"regionCode": region}
        key = json.dumps(filters, sort_keys=True)
        if key not in known:  # several prices come of the same products
            asked = [{"Type": "TERM_MATCH", "Field": name, "Value": value} for name, value in filters.items()]
            pages = reader.paginate(OPERATION, "PriceList[]", ServiceCode=queries.service_code, Filters=asked)
            known[key] = list(pages)
        for path, price in prices_of(query, known[key]).items():
            if path in found:
                message = f"price {'.'.join(path)}: expected one query to make it, found two"
                raise PriceFileError(message)
            found[path] = price
    return found


def _nested(found: Mapping[tuple[str, ...], Price]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for path, price in sorted(found.items()):
        inside = nested
        for name in path[:-1]:
            inside = inside.setdefault(name, {})
        inside[path[-1]] = price.amount
    return nested


def _missing(service: str, found: Mapping[tuple[str, ...], Price]) -> tuple[str, ...]:
    path = plugin_file(service, "prices.json")
    if path is None:
        return ()
    shipped = PriceFile.load(path, service).regions.values()
    names = {name for prices in shipped for name, _ in price_names(prices)}
    return tuple(sorted(".".join(name) for name in names - set(found)))
