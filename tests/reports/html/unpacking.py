"""The findings that are packed into a page, taken out again as a browser does."""

from __future__ import annotations

import base64
import json
import zlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["chunk_of", "unpacked"]


def chunk_of(piece: str) -> dict[str, Any]:
    """Give the document that a piece of base64 holds."""
    document: dict[str, Any] = json.loads(zlib.decompress(base64.b64decode(piece, validate=True), -zlib.MAX_WBITS))
    return document


def unpacked(pieces: Iterable[str]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Give the header and the findings."""
    header, *chunks = (chunk_of(piece) for piece in pieces)
    return header, [finding for chunk in chunks for finding in _findings(chunk)]


def _findings(chunk: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for row in range(chunk["count"]):
        finding: dict[str, Any] = {}
        for name, column in chunk["columns"].items():
            cell = column["cells"][row]
            if cell < 0:
                continue
            value = column["values"][cell]
            if name == "evidence":
                finding[name] = [
                    {**chunk["leaves"][leaf][0], "actual": chunk["actuals"][actual][0]} for leaf, actual in value
                ]
            elif name.startswith("resource."):
                finding.setdefault("resource", {})[name.removeprefix("resource.")] = value
            else:
                finding[name] = value
        yield finding
