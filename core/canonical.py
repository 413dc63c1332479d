"""Canonical JSON and its digest: the same value always gives the same bytes.

Plans are hashed, facts are compared and steps are held against each other through this one form.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["canonical", "digest", "plain", "same"]


def canonical(value: Any) -> str:
    """Give a JSON-shaped value as its canonical text: keys sorted, no white space, no NaN, 1.0 written as 1.

    AWS answers the same number now as 1 and now as 1.0; that is no difference.

    Raises:
        ValueError: the value holds NaN or an infinity.
        TypeError: the value is not JSON-shaped.
    """
    return json.dumps(_numbers(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(value: Any) -> str:
    """Give ``sha256:`` and the hexadecimal digest of the canonical text."""
    # a lone surrogate in a hostile name must not end the run, hence surrogatepass
    return "sha256:" + hashlib.sha256(canonical(value).encode("utf-8", "surrogatepass")).hexdigest()


def same(left: Any, right: Any) -> bool:
    """Tell whether two JSON-shaped values are equal, tuples counting as lists."""
    return canonical(left) == canonical(right)


def plain(value: Mapping[str, Any] | Any) -> Any:
    """Give a copy made of plain dicts and lists, as it would come back from a file."""
    return json.loads(canonical(value))


def _numbers(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: _numbers(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_numbers(item) for item in value]
    return value
