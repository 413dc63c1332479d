"""Facts as JSON and back, unknown ones included: how the journal keeps what a rule was judged on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trueup.facts.unknown import Reason, Unknown

__all__ = ["decode", "encode"]

_UNKNOWN = "$unknown"


def encode(value: Any) -> Any:
    """Give a JSON-shaped value in which every ``Unknown`` is written as ``{"$unknown": {...}}``."""
    if isinstance(value, Unknown):
        fields = {name: getattr(value, name) for name in Unknown.__slots__}
        return {_UNKNOWN: {**fields, "reason": str(value.reason)}}
    if isinstance(value, Mapping):
        return {name: encode(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [encode(item) for item in value]
    return value


def decode(value: Any) -> Any:
    """Give back what ``encode`` wrote."""
    if isinstance(value, dict):
        if value.keys() == {_UNKNOWN} and isinstance(value[_UNKNOWN], dict):
            return Unknown(**{**value[_UNKNOWN], "reason": Reason(value[_UNKNOWN]["reason"])})
        return {name: decode(item) for name, item in value.items()}
    if isinstance(value, list):
        return [decode(item) for item in value]
    return value
