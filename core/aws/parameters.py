"""Comparing and copying a request's parameters: equal only when type and value are.

Python's own ``==`` takes ``True`` for ``1`` and ``1`` for ``1.0``; a guard that compares what was planned with what is
sent must not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["copy_of", "same"]


def same(planned: Any, found: Any) -> bool:
    """Say whether two JSON-shaped values are the same, tuples being lists and frozen mappings being mappings."""
    if isinstance(planned, Mapping):
        return (
            isinstance(found, Mapping)
            and planned.keys() == found.keys()
            and all(same(value, found[name]) for name, value in planned.items())
        )
    if isinstance(planned, list | tuple):
        return (
            isinstance(found, list | tuple)
            and len(planned) == len(found)
            and all(same(one, other) for one, other in zip(planned, found, strict=True))
        )
    return type(planned) is type(found) and bool(planned == found)


def copy_of(value: Any) -> Any:
    """Give plain dicts and lists of the same content, so that what the SDK changes on its way stays its own."""
    if isinstance(value, Mapping):
        return {name: copy_of(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [copy_of(item) for item in value]
    return value
