"""Reads single resources, again or for more than an audit needed, with the same code as an audit.

Plan reads an action's needs with it, apply reads again before and after each step, and ``trueup facts`` shows what a
rule sees: were it other code, the same resource could look different to each.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from trueup.auditing.listing import ListingFailed, select_resources
from trueup.auditing.measuring import latest_window
from trueup.auditing.pipeline import Pipeline
from trueup.auditing.pool import WorkerPool
from trueup.auditing.reading import ScopeReading
from trueup.auditing.recipe import Recipe, checked_recipe
from trueup.auditing.slicing import sliced
from trueup.aws.windows import Window
from trueup.errors import PluginError, UnreadableError, UsageError
from trueup.resource import Resource, Scope
from trueup.service.arn import match_arn, may_be

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime, timedelta

    from trueup.auditing.reading import ReaderSource
    from trueup.aws.statistics import CallStatistics
    from trueup.clock import Clock
    from trueup.facts.snapshot import Snapshot
    from trueup.hosting.host import Host
    from trueup.service.declarations import MetricsAspect, ResourceType

__all__ = ["ResourceReader"]

# What CloudWatch has for 63 days, and what a soak and a watch look at.
_PERIOD = 300

# Few, since most reads are of one resource; a plan's many still overlap.
_WORKERS = 8


class ResourceReader:
    """Reads resources of one connection, each time afresh.

    Args:
        host: knows the resource types and their fact schemas.
        source: gives readers.
        clock: tells when facts are read and where metric windows end.
        scopes: the scopes that a resource is looked for in when its ARN does not say where it is.
        statistics: where calls and failures are counted.
        give_up: called when reading is broken off, so that reads that wait for their turn end at once.
        for_fixes: whether fixes are made of what is read; see ``ReadAspect``, written_back.
    """

    def __init__(
        self,
        host: Host,
        source: ReaderSource,
        clock: Clock,
        scopes: Sequence[Scope],
        statistics: CallStatistics | None = None,
        give_up: Callable[[], None] = lambda: None,
        *,
        for_fixes: bool = False,
    ) -> None:
        self._for_fixes = for_fixes
        self._give_up = give_up
        self._host = host
        self._source = source
        self._clock = clock
        self._scopes = tuple(scopes)
        self._statistics = statistics

    def read(
        self,
        resource_type: ResourceType,
        resource: Resource,
        aspects: Collection[str],
        *,
        known: Mapping[str, Any] | None = None,
        window: timedelta | None = None,
        period: int | None = None,
    ) -> Snapshot:
        """Read the aspects of a resource, and all that they need; what cannot be read is ``Unknown`` in its place.

        Args:
            resource_type: its type.
            resource: the resource.
            aspects: names of declared aspects.
            known: values of aspects that are not read again, by name; what follows from them is derived from these.
            window: how far back metrics go, ending at the last full period; as declared when None.
            period: seconds a point, 300 when None; only with ``window``.

        Raises:
            CredentialsError: the credentials expired.
            PluginError: an aspect is not declared.
        """
        now = self._clock.now()
        windows = None if window is None else latest_window(now, window, period or _PERIOD)
        found = self._read([(resource_type, resource, aspects)], now, windows, known or {})
        return next(snapshot for _, snapshot in found)

    def read_all(
        self,
        wanted: Iterable[tuple[ResourceType, Resource, Collection[str]]],
        *,
        window: timedelta | None = None,
        period: int | None = None,
    ) -> Iterator[Snapshot]:
        """Yield a snapshot of each resource, read concurrently, metrics packed; see ``read``.

        Snapshots of resources with metrics come after those without; all of one scope come together.
        """
        now = self._clock.now()
        windows = None if window is None else latest_window(now, window, period or _PERIOD)
        yield from (snapshot for _, snapshot in self._read(wanted, now, windows))

    def read_slices(
        self, wanted: Iterable[tuple[ResourceType, Resource, Collection[str]]], slices: Sequence[Window]
    ) -> Iterator[tuple[Snapshot, ...]]:
        """Yield of each resource its snapshots, one a slice of time; metrics are read once, over the span of them all.

        Args:
            wanted: as for ``read_all``, each resource once.
            slices: at least one, each of whole periods, all of one period and aligned to it.
        """
        span = Window(min(each.start for each in slices), max(each.end for each in slices), slices[0].period)
        listed = list(wanted)
        recipes = {resource.arn: checked_recipe(declared, aspects) for declared, resource, aspects in listed}
        for reading, snapshot in self._read(listed, self._clock.now(), lambda _aspect: span):
            yield tuple(sliced(reading, recipes[snapshot.resource.arn], snapshot, slices))

    def _read(
        self,
        wanted: Iterable[tuple[ResourceType, Resource, Collection[str]]],
        now: datetime,
        windows: Callable[[MetricsAspect], Window] | None,
        known: Mapping[str, Any] = MappingProxyType({}),
    ) -> Iterator[tuple[ScopeReading, Snapshot]]:
        scopes: dict[Scope, list[tuple[Recipe, Resource]]] = {}
        recipes: dict[tuple[str, frozenset[str]], Recipe] = {}
        for resource_type, resource, aspects in wanted:
            key = resource_type.name, frozenset(aspects)
            recipes[key] = recipes.get(key) or checked_recipe(resource_type, key[1], known)
            scopes.setdefault(self._scope_of(resource), []).append((recipes[key], resource))
        for scope, group in scopes.items():
            schemas, fixes = self._host.fact_schemas(), self._for_fixes
            reading = ScopeReading(scope, self._source, schemas, now, self._statistics, for_fixes=fixes)
            with WorkerPool(min(_WORKERS, len(group)), self._give_up) as pool:
                for snapshot in Pipeline(reading, pool, windows).run(group):
                    if not isinstance(snapshot, ListingFailed):
                        yield reading, snapshot

    def locate(self, arn: str) -> tuple[ResourceType, Resource]:
        """Find the resource of an ARN; lists only where the ARN does not tell account, Region and name.

        Whether it exists is only known once it is read.

        Raises:
            UsageError: no active plugin has a type with such an ARN, or no resource of one is listed.
            UnreadableError: the resources among which it could be cannot be listed.
            CredentialsError: the credentials expired.
        """
        unreadable: UnreadableError | None = None
        looked_for: list[str] = []
        for resource_type in self._types(arn):
            resource = match_arn(resource_type, arn)
            if resource is not None:
                self._check_account(arn, resource)
                return resource_type, resource
            looked_for.append(resource_type.name)
            try:
                resource = self._look_for(resource_type, arn)
            except UnreadableError as error:
                unreadable = error
            if resource is not None:
                return resource_type, resource
        if unreadable is not None:
            raise unreadable
        raise UsageError(self._not_found(arn, looked_for))

    def _not_found(self, arn: str, looked_for: Sequence[str]) -> str:
        if looked_for:
            places = ", ".join(sorted({f"account {each.account}, Region {each.region}" for each in self._scopes}))
            kinds = " or ".join(looked_for)
            return f"resource {arn}: expected a {kinds} of {places}, found none with this ARN; check name and --region"
        services = ", ".join(self._host.services()) or "none"
        return f"resource {arn}: expected the ARN of a resource that a plugin knows ({services}), found none such"

    def _types(self, arn: str) -> Iterator[ResourceType]:
        """Give the types that may have the ARN, the plugin of the ARN's own service first, so that few are imported."""
        service = arn.split(":")[2] if arn.count(":") > 1 else ""
        for name in sorted(self._host.services(), key=lambda each: each != service):
            try:
                types = self._host.resource_types(name)
            except PluginError:
                continue  # the host keeps it in ``broken``
            yield from (each for each in types.values() if may_be(each, arn))

    def _look_for(self, resource_type: ResourceType, arn: str) -> Resource | None:
        for scope in self._scopes:
            reading = ScopeReading(scope, self._source, {}, self._clock.now(), self._statistics)
            for found in select_resources(reading, resource_type, (arn,)):
                if isinstance(found, ListingFailed):
                    raise UnreadableError(found.unknown)
                return found
        return None

    def _check_account(self, arn: str, resource: Resource) -> None:
        accounts = {each.account for each in self._scopes}
        if accounts and resource.account not in accounts:
            message = f"resource {arn}: expected one of account {', '.join(sorted(accounts))}, found {resource.account}"
            raise UsageError(message)

    def _scope_of(self, resource: Resource) -> Scope:
        partition = resource.arn.split(":")[1] if resource.arn.startswith("arn:") else "aws"
        return Scope(resource.account, resource.region, partition)
