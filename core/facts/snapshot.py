"""What is known of one resource at one moment: its aspects, frozen.

Rules judge it, derived aspects and actions are pure functions of it; so it cannot be changed, carries
no session, and asking it for something that is not known never gives a made-up value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Never

from trueup.errors import UnknownFactError
from trueup.facts.path import split_path
from trueup.facts.unknown import Reason, Unknown

if TYPE_CHECKING:
    from datetime import datetime

    from trueup.resource import Resource

__all__ = ["FrozenDict", "Snapshot", "freeze", "lookup"]


class FrozenDict(dict[str, Any]):
    """A dict that refuses to be changed; equal to, and dumped to JSON as, a plain one."""

    def _refuse(self, *_args: object, **_kwargs: object) -> Never:
        message = "a snapshot cannot be changed; build a new value instead"
        raise TypeError(message)

    __setitem__ = __delitem__ = clear = pop = popitem = setdefault = update = __ior__ = _refuse


def freeze(value: Any) -> Any:
    """Give the same JSON-shaped value with dicts frozen and lists as tuples, all the way down."""
    if isinstance(value, Mapping):
        return FrozenDict({key: freeze(item) for key, item in value.items()})
    if isinstance(value, list | tuple):
        return tuple(freeze(item) for item in value)
    return value


def lookup(aspects: Mapping[str, Any], path: str) -> Any:
    """Give the value at a path, ``Unknown`` when it or anything above it is unknown, ``None`` when it is absent.

    Args:
        aspects: aspect name to its JSON-shaped value, or to ``Unknown``.
        path: a dotted path whose first name is an aspect.
    """
    first, *rest = split_path(path)
    value: Any = aspects.get(first, _NOT_READ)
    for name in rest:
        if isinstance(value, Unknown) or value is None:
            return value
        if not isinstance(value, Mapping):
            return Unknown(Reason.UNEXPECTED, f"{path} goes through a value that has no names")
        value = value.get(name)
    return value


_NOT_READ = Unknown(Reason.NOT_READ, "this aspect was not asked for")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A resource with all aspects that were asked for.

    Args:
        resource: whose facts these are.
        aspects: aspect name to its JSON-shaped value, or to ``Unknown``; a value inside may be ``Unknown`` too
            (a metric series, a derived fact).
        read_at: when they were read, aware UTC.
        series: the metric series behind metric facts, by path (``metrics.consumed_read``); only derived
            aspects see them, a snapshot given to an action has none.
    """

    resource: Resource
    aspects: Mapping[str, Any]
    read_at: datetime
    series: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    def get(self, path: str) -> Any:
        """Give the value at ``path``: ``None`` when absent, ``Unknown`` when it is not known."""
        return lookup(self.aspects, path)

    def __getitem__(self, path: str) -> Any:
        """Give the value at ``path``; ``None`` when absent.

        Raises:
            UnknownFactError: it is not known; the host turns this into an unknown aspect or a refused change.
        """
        value = lookup(self.aspects, path)
        if isinstance(value, Unknown):
            raise UnknownFactError(path, value)
        return value

    def frozen(self) -> Snapshot:
        """Give the same snapshot deep-frozen and without series, as an action gets it."""
        return Snapshot(self.resource, freeze(self.aspects), self.read_at)
