"""Reading the aspects of one scope: each failure ends as a typed unknown of its aspect, and of nothing else.

The border of the resource: what a plugin's function raises for one resource must not cost the next one.
"""

from __future__ import annotations

import threading
from concurrent.futures import CancelledError
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from trueup.errors import CredentialsError, UnknownFactError, UnreadableError
from trueup.facts.snapshot import Snapshot
from trueup.facts.unknown import Reason, Unknown
from trueup.service.declarations import ReadAspect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from concurrent.futures import Future
    from datetime import datetime

    from trueup.auditing.recipe import Recipe
    from trueup.aws.statistics import CallStatistics
    from trueup.facts.schema import FactSchema
    from trueup.resource import Resource, Scope
    from trueup.service.declarations import AspectDeclaration, Reader, ResourceType

__all__ = ["ReaderSource", "ScopeReading", "broken"]


class ReaderSource(Protocol):
    """What gives readers: a ``trueup.aws.connection.Connection``."""

    def reader(
        self,
        scope: Scope,
        operations: Iterable[str],
        statistics: CallStatistics | None = None,
        resource_type: str | None = None,
        written_back: tuple[str, ...] = (),
    ) -> Reader:
        """Give a reader of declared operations in a scope."""


class ScopeReading:
    """What is kept while a plugin's resources are read in one scope; safe to share between threads.

    Args:
        scope: where to read.
        source: gives readers.
        schemas: fact schemas by resource type.
        now: the time that snapshots carry and metric windows end at.
        statistics: where calls and failures are counted.
        for_fixes: whether fixes are made of what is read, which must be whole then where it is written back.
    """

    def __init__(
        self,
        scope: Scope,
        source: ReaderSource,
        schemas: Mapping[str, FactSchema],
        now: datetime,
        statistics: CallStatistics | None = None,
        *,
        for_fixes: bool = False,
    ) -> None:
        self.scope = scope
        self.now = now
        self._source = source
        self._schemas = schemas
        self._statistics = statistics
        self._for_fixes = for_fixes
        self._lock = threading.Lock()
        self._readers: dict[tuple[str, tuple[str, ...], tuple[str, ...]], Reader] = {}
        self._once: dict[tuple[str, str], _Once] = {}

    def reader(
        self, resource_type: ResourceType, operations: tuple[str, ...], written_back: tuple[str, ...] = ()
    ) -> Reader:
        """Give the reader of some declared operations of a type.

        Args:
            resource_type: the type.
            operations: the operations.
            written_back: the parts of the answers that are written back whole, if fixes are made of them.
        """
        parts = written_back if self._for_fixes else ()
        key = resource_type.name, operations, parts
        found = self._readers.get(key)
        if found is None:
            with self._lock:
                made = self._source.reader(self.scope, operations, self._statistics, resource_type.name, parts)
                found = self._readers.setdefault(key, made)
        return found

    def begin(
        self,
        recipe: Recipe,
        resource: Resource,
        batches: Mapping[str, tuple[Future[Any], int]],
        stop: threading.Event,
    ) -> dict[str, Any]:
        """Read everything of a resource that comes before its metrics, in this thread.

        Args:
            recipe: what to read.
            resource: of what.
            batches: aspect name to the future that reads it for several resources, and this one's place among them.
            stop: set when nobody wants the rest any more.

        Raises:
            CancelledError: it was stopped meanwhile.
            CredentialsError: every further read would fail alike.
        """
        aspects: dict[str, Any] = dict(recipe.known)
        for aspect in recipe.before:
            if stop.is_set():
                raise CancelledError
            if not isinstance(aspect, ReadAspect):
                aspects[aspect.name] = self.derive(recipe.resource_type, aspect, resource, aspects)
            elif aspect.per == "scope":
                aspects[aspect.name] = self._read_once(recipe.resource_type, aspect)
            elif aspect.name in batches:
                future, place = batches[aspect.name]
                aspects[aspect.name] = future.result()[place]
            else:
                aws = self.reader(recipe.resource_type, aspect.reads, aspect.written_back)
                aspects[aspect.name] = self._value(recipe.resource_type, aspect, aspect.read, aws, resource)
        return aspects

    def read_batch(self, resource_type: ResourceType, aspect: ReadAspect, resources: Sequence[Resource]) -> list[Any]:
        """Read a batched aspect of several resources in one call of the plugin; gives one value each."""
        aws = self.reader(resource_type, aspect.reads, aspect.written_back)
        values = contained(resource_type, aspect, aspect.read, aws, list(resources))
        if isinstance(values, Unknown):
            return [values] * len(resources)
        if not isinstance(values, list | tuple) or len(values) != len(resources):
            cause = f"expected a list of {len(resources)} values, found {values!r:.200}"
            return [broken(resource_type, aspect, cause)] * len(resources)
        return [self.normalise(resource_type, aspect, value) for value in values]

    def derive(
        self,
        resource_type: ResourceType,
        aspect: Any,
        resource: Resource,
        aspects: Mapping[str, Any],
        series: Mapping[str, Any] = MappingProxyType({}),
    ) -> Any:
        """Give a derived aspect's value from the aspects that are known so far."""
        snapshot = Snapshot(resource, MappingProxyType(aspects), self.now, series)
        return self._value(resource_type, aspect, aspect.derive, snapshot)

    def normalise(self, resource_type: ResourceType, aspect: AspectDeclaration, value: Any) -> Any:
        """Bring a value into the shape that the type's fact schema declares."""
        return contained(resource_type, aspect, self._schemas[resource_type.name].normalise, aspect.name, value)

    def _read_once(self, resource_type: ResourceType, aspect: ReadAspect) -> Any:
        with self._lock:
            once = self._once.setdefault((resource_type.name, aspect.name), _Once())
        with once.lock:
            if not once.done:
                aws = self.reader(resource_type, aspect.reads, aspect.written_back)
                once.value = self._value(resource_type, aspect, aspect.read, aws, None)
                once.done = True
        return once.value

    def _value(
        self, resource_type: ResourceType, aspect: AspectDeclaration, function: Callable[..., Any], *given: Any
    ) -> Any:
        value = contained(resource_type, aspect, function, *given)
        return value if value.__class__ is Unknown else self.normalise(resource_type, aspect, value)


class _Once:
    """What is read once a scope: the first thread reads, the others wait for it."""

    __slots__ = ("done", "lock", "value")

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.done = False
        self.value: Any = None


def contained(resource_type: ResourceType, aspect: AspectDeclaration, function: Callable[..., Any], *given: Any) -> Any:
    """Call a plugin's function; what it raises is the reason of an unknown.

    Raises:
        CredentialsError: every further read would fail alike.
    """
    try:
        return function(*given)
    except (UnreadableError, UnknownFactError) as error:
        return error.unknown
    except CredentialsError:
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the border of the resource: it costs this aspect only
        return broken(resource_type, aspect, f"{type(error).__name__}: {error}")


def broken(resource_type: ResourceType, aspect: AspectDeclaration, cause: str) -> Unknown:
    """Give the unknown of an aspect whose function broke, naming plugin and function."""
    detail = f"plugin {resource_type.service}, aspect {aspect.name} of {resource_type.name}: {cause}"
    return Unknown(Reason.BROKEN_PLUGIN, detail)
