"""Looks one fact up for a condition: its value, or Unknown in all the ways in which it can be not known.

The one place that tells absent from unknown, so that no condition does it in its own way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from trueup.facts.json_type import article, json_type, type_check
from trueup.facts.path import split_path
from trueup.facts.unknown import Reason, Unknown

if TYPE_CHECKING:
    from trueup.facts.schema import Fact
    from trueup.ruleset.leaf import Test

__all__ = ["FactLookup"]

_NOT_READ = Unknown(Reason.NOT_READ, "this aspect was not asked for")
_NULL_METRIC = "nothing was observed"


@dataclass(slots=True)
class FactLookup:
    """Reads one fact: its value, or Unknown when it is not known, not observed or not of its declared type.

    Args:
        path: the fact's path, from the aspect or from the element on.
        fact: what is declared of it.
        top: whether the path starts at an aspect, so that a missing first name is an aspect that was not read.
        whole: whether an unknown part makes the whole value unknown; a list that is looked into stays known.
    """

    path: str
    fact: Fact
    top: bool
    whole: bool = True
    _names: tuple[str, ...] = field(init=False)
    _accepted: Test = field(init=False)
    _observed: bool = field(init=False)

    def __post_init__(self) -> None:
        self._names = split_path(self.path)
        self._accepted = type_check(self.fact.types)
        self._observed = self.fact.kind == "observed"

    def read(self, root: Any) -> Any:
        """Give the fact's value; null only where configuration is absent."""
        value = root
        for name in self._names:
            kind = value.__class__
            if kind is dict or isinstance(value, Mapping):
                value = value.get(name, _NOT_READ if self.top and value is root else None)
            elif value is None or kind is Unknown:
                break
            else:
                return self.unexpected("an object", value)
        if value is None:
            return Unknown(Reason.NO_DATA, _NULL_METRIC) if self._observed else None
        kind = value.__class__
        if kind is Unknown:
            return value
        if not self._accepted(value):
            return self.unexpected(" or ".join(article(name) for name in self.fact.types) or "JSON", value)
        if kind is str or kind is int or kind is float or kind is bool:
            return value
        return (_unknown_inside(value) if self.whole else None) or value

    def unexpected(self, expected: str, value: Any) -> Unknown:
        """Give the unknown that a value of another type is: what we do not understand must not be judged."""
        return Unknown(Reason.UNEXPECTED, f"{self.fact.path}: expected {expected}, found {article(json_type(value))}")


def _unknown_inside(value: Any) -> Unknown | None:
    if isinstance(value, Unknown):
        return value
    items: Any = ()
    if isinstance(value, Mapping):
        items = value.values()
    elif isinstance(value, list | tuple):
        items = value
    for item in items:
        found = _unknown_inside(item)
        if found is not None:
            return found
    return None
