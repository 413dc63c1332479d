"""Price queries: which products of the AWS Price List make which of a plugin's prices.

Data of each plugin (``price_queries.json`` beside its ``prices.json``), so that fresh prices take no code of a service.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import TYPE_CHECKING, Any

from trueup.prices.price_file import PriceFileError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

__all__ = ["PriceQueries", "PriceQuery"]


@dataclass(frozen=True, slots=True)
class PriceQuery:
    """One price, or one of each product that fits.

    Args:
        name: the price's path inside a Region; ``{attribute}`` stands for an attribute of the product.
        filters: product attributes and their exact values; an empty one is of products without the attribute.
        usagetype: the usage type without the Region's prefix, which may hold ``{attribute}``.
        unit: the unit of the price, None for any.
        per: multiplies the price.
    """

    name: tuple[str, ...]
    filters: Mapping[str, str]
    usagetype: str
    unit: str | None = None
    per: float = 1.0

    def path(self, attributes: Mapping[str, str]) -> tuple[str, ...] | None:
        """Give the price's path for a product, None when the product lacks an attribute of it."""
        try:
            return tuple(part.format_map(attributes) for part in self.name)
        except KeyError:
            return None

    def attributes(self, path: Iterable[str]) -> dict[str, str] | None:
        """Give the attributes of the product that makes a price of this path, None when no product does."""
        path = tuple(path)
        if len(path) != len(self.name):
            return None
        found: dict[str, str] = {}
        for template, part in zip(self.name, path, strict=True):
            taken = _taken(template, part)
            if taken is None or any(found.get(name, value) != value for name, value in taken.items()):
                return None
            found |= taken
        return found


@dataclass(frozen=True, slots=True)
class PriceQueries:
    """All price queries of a plugin.

    Args:
        service_code: the service's code in the Price List.
        queries: in the order of the file.
    """

    service_code: str
    queries: tuple[PriceQuery, ...]

    @classmethod
    def load(cls, path: Path) -> PriceQueries:
        """Read and check a query file.

        Raises:
            PriceFileError: it is no JSON, or not of the shipped schema.
        """
        from jsonschema import Draft202012Validator

        try:
            document = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            message = f"price queries {path}: expected a JSON file, found: {error}; reinstall the plugin"
            raise PriceFileError(message) from error
        problem = next(iter(Draft202012Validator(_schema()).iter_errors(document)), None)
        if problem is not None:
            message = f"price queries {path}: {problem.json_path}: {problem.message}; reinstall the plugin"
            raise PriceFileError(message)
        return cls(
            document["service_code"],
            tuple(_query(name, query) for name, query in document["prices"].items()),
        )


def _query(name: str, query: Mapping[str, Any]) -> PriceQuery:
    return PriceQuery(
        tuple(name.split(".")), query["filters"], query["usagetype"], query.get("unit"), query.get("per", 1)
    )


def _taken(template: str, part: str) -> dict[str, str] | None:
    """Give what stands for each attribute of a template, None when the name is not of its form."""
    pattern, seen = "", set[str]()
    for literal, name, _, _ in Formatter().parse(template):
        pattern += re.escape(literal)
        if name is not None:
            pattern += f"(?P={name})" if name in seen else f"(?P<{name}>.+)"
            seen.add(name)
    found = re.fullmatch(pattern, part)
    return found and found.groupdict()


@cache
def _schema() -> dict[str, Any]:
    text = files("trueup.prices").joinpath("price_queries.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema
