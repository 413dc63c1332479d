"""Price files: what one service costs in some Regions, dated and with its source.

A price without a date and a source is a rumour, and one that is wrong makes every estimate wrong; so a file is used
whole or not at all, and what is wrong with it is said.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from trueup.errors import TrueupError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["PriceFile", "PriceFileError", "price_names"]

_FIELDS = {"service", "currency", "date", "source", "regions"}


class PriceFileError(TrueupError):
    """Raised when a price file cannot be used; the service's prices are unknown then, never 0."""


@dataclass(frozen=True, slots=True)
class PriceFile:
    """One price file.

    Args:
        service: the plugin's name, e.g. ``rds``.
        currency: of every price, e.g. ``USD``.
        date: the day on which the prices were read, as ISO writes it.
        source: where they were read, one sentence.
        regions: Region to its prices, by nested names; each a number.
        origin: the file, for messages.
    """

    service: str
    currency: str
    date: str
    source: str
    regions: Mapping[str, Mapping[str, Any]]
    origin: str

    @classmethod
    def load(cls, path: Path, service: str) -> PriceFile:
        """Read and check a price file.

        Raises:
            PriceFileError: it cannot be read, is not of the service, or holds what is no price.
        """
        try:
            document = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            message = f"price file {path}: expected a JSON file, found: {error}; remove it or write it anew"
            raise PriceFileError(message) from error
        problem = next(_problems(document, service), None)
        if problem is not None:
            message = f"price file {path}: {problem}; remove it or write it anew"
            raise PriceFileError(message)
        return cls(**{name: document[name] for name in _FIELDS}, origin=str(path))

    def to_json(self) -> dict[str, Any]:
        """Give the file's content."""
        names = ("service", "currency", "date", "source", "regions")
        return {name: getattr(self, name) for name in names}


def price_names(prices: Mapping[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield the names of every price of a Region, outermost first, with what stands there."""
    for name, value in prices.items():
        if isinstance(value, dict):
            yield from price_names(value, (*above, name))
        else:
            yield (*above, name), value


def _problems(document: Any, service: str) -> Iterator[str]:
    if not isinstance(document, dict) or set(document) != _FIELDS:
        found = ", ".join(sorted(document)) if isinstance(document, dict) else type(document).__name__
        yield f"expected exactly {', '.join(sorted(_FIELDS))}, found {found or 'nothing'}"
        return
    if document["service"] != service:
        yield f"expected the prices of {service}, found those of {document['service']!r}"
    for name in ("currency", "source"):
        if not isinstance(document[name], str) or not document[name]:
            yield f"expected a text as {name}, found {document[name]!r}"
    if not _is_day(document["date"]):
        yield f"expected a day such as 2026-09-29 as date, found {document['date']!r}"
    if not isinstance(document["regions"], dict) or not document["regions"]:
        yield f"expected prices by Region, found {document['regions']!r:.80}"
        return
    for region, prices in document["regions"].items():
        yield from (f"{region}: {problem}" for problem in _price_problems(prices))


def _price_problems(prices: Any) -> Iterator[str]:
    if not isinstance(prices, dict) or not prices:
        yield f"expected prices by name, found {prices!r:.80}"
        return
    for path, price in price_names(prices):
        if isinstance(price, bool) or not isinstance(price, int | float) or not math.isfinite(price) or price < 0:
            yield f"{'.'.join(path)}: expected a price of at least 0, found {price!r:.80}"


def _is_day(value: Any) -> bool:
    try:
        return date.fromisoformat(value).strftime("%Y-%m-%d") == str(value)
    except (TypeError, ValueError):
        return False
