"""The reading pipeline: list, read, measure, derive, with only so many resources under way at once.

Whole resources go to the worker threads, since handing over single calls would cost more than it gives; metric queries
of many resources are packed into one call; and nothing is taken from the list while too much is under way, so that
memory is bounded by the threads and one call's series, not by the number of resources.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Any

from trueup.auditing.listing import ListingFailed
from trueup.auditing.measuring import ask_series, make_facts, standing_windows
from trueup.auditing.reading import contained
from trueup.aws.metrics import METRIC_OPERATION, MetricPacker, SeriesRequest, read_batch
from trueup.facts.snapshot import Snapshot
from trueup.facts.unknown import Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator
    from concurrent.futures import Future

    from trueup.auditing.pool import Lane, WorkerPool
    from trueup.auditing.reading import ScopeReading
    from trueup.auditing.recipe import Recipe
    from trueup.aws.metrics import MetricBatch, SeriesAnswer
    from trueup.aws.windows import Window
    from trueup.resource import Resource
    from trueup.service.declarations import MetricQuery, MetricsAspect

__all__ = ["Pipeline"]

# One metric call being read while the next is being filled keeps the threads busy; more would only hold more series.
_CALLS_UNDER_WAY = 2


class Pipeline:
    """Reads resources of one scope; for one thread, which works the pool.

    Args:
        reading: the scope.
        pool: the run's threads, or a lane of them.
        windows: the windows of metrics; as the aspects declare them unless given.
    """

    def __init__(
        self, reading: ScopeReading, pool: WorkerPool | Lane, windows: Callable[[MetricsAspect], Window] | None = None
    ) -> None:
        self._reading = reading
        self._pool = pool
        self._windows = windows or standing_windows(reading.now)
        self._packer = MetricPacker()
        self._group: list[_Pending] = []
        self._begun: deque[_Pending] = deque()
        self._calls: deque[Future[list[SeriesAnswer]]] = deque()
        self._slots = threading.Semaphore(pool.ahead)
        self._ended = threading.Event()

    def run(self, listed: Iterable[tuple[Recipe, Resource] | ListingFailed]) -> Generator[Snapshot | ListingFailed]:
        """Yield a snapshot of each resource, read by its recipe; what failed to be listed is passed on.

        Raises:
            CredentialsError: every further read would fail alike.
        """
        try:
            for item in listed:
                if isinstance(item, ListingFailed):
                    yield item
                    continue
                self._take(_Pending(*item))
                while self._begun and (self._begun[0].begun.done() or len(self._begun) > self._pool.held):
                    yield from self._advance()
            self._begin_group()
            while self._begun:
                yield from self._advance()
            for batch in self._packer.flush():
                self._call(batch)
            while self._calls:
                yield from self._answer()
        finally:
            self._stop()

    def _take(self, pending: _Pending) -> None:
        if self._group and self._group[0].recipe is not pending.recipe:
            self._begin_group()
        self._group.append(pending)
        if len(self._group) >= pending.recipe.group:
            self._begin_group()

    def _begin_group(self) -> None:
        """Hand a group to the threads: first what is read for several at once, since the rest waits for it."""
        group, self._group = self._group, []
        batches: list[dict[str, tuple[Future[Any], int]]] = [{} for _ in group]
        for aspect in group[0].recipe.batched if group else ():
            for at in range(0, len(group), aspect.batch):
                resources = [each.resource for each in group[at : at + aspect.batch]]
                future = self._pool.submit(self._reading.read_batch, group[0].recipe.resource_type, aspect, resources)
                for place in range(len(resources)):
                    batches[at + place][aspect.name] = future, place
        for pending, batch in zip(group, batches, strict=True):
            self._slots.acquire()
            pending.begun = self._pool.submit(self._reading.begin, pending.recipe, pending.resource, batch, self._ended)
            pending.begun.add_done_callback(self._free_slot)
            self._begun.append(pending)

    def _advance(self) -> Iterator[Snapshot]:
        """Wait for the oldest resource; yield it, or ask for its metrics and yield what these bring."""
        pending = self._begun.popleft()
        pending.aspects = pending.begun.result()
        requests = [each for aspect in pending.recipe.metrics for each in self._requests(pending, aspect)]
        pending.left = len(requests)
        if not requests:
            yield self._finish(pending)
            return
        for request in requests:
            batch = self._packer.add(request)
            if batch is not None:
                self._call(batch)
        while len(self._calls) > _CALLS_UNDER_WAY:
            yield from self._answer()

    def _requests(self, pending: _Pending, aspect: MetricsAspect) -> list[SeriesRequest]:
        recipe, now = pending.recipe, self._reading.now
        queries = ask_series(recipe, aspect, pending.resource, pending.aspects, now)
        window = contained(recipe.resource_type, aspect, self._windows, aspect)
        unknown = next((each for each in (queries, window) if isinstance(each, Unknown)), None)
        if unknown is not None or isinstance(queries, Unknown):
            pending.aspects[aspect.name] = unknown
            return []
        pending.queries[aspect.name] = queries
        return [SeriesRequest((pending, aspect.name), query, window) for query in queries]

    def _call(self, batch: MetricBatch) -> None:
        resource_type = batch.requests[0].id[0].recipe.resource_type
        reader = self._reading.reader(resource_type, (METRIC_OPERATION,))
        self._calls.append(self._pool.submit(read_batch, reader, batch))

    def _answer(self) -> Iterator[Snapshot]:
        """Wait for the oldest metric call; yield the resources that it completes."""
        for answer in self._calls.popleft().result():
            pending, aspect = answer.request.id
            pending.read.setdefault(aspect, {})[answer.request.query.name] = answer.series
            pending.left -= 1
            if not pending.left:
                yield self._finish(pending)

    def _finish(self, pending: _Pending) -> Snapshot:
        resource_type, aspects = pending.recipe.resource_type, pending.aspects
        series: dict[str, Any] = {}
        for aspect in pending.recipe.metrics:
            if aspect.name in pending.queries:
                value, read = make_facts(pending.queries[aspect.name], pending.read.get(aspect.name, {}))
                aspects[aspect.name] = self._reading.normalise(resource_type, aspect, value)
                series.update((f"{aspect.name}.{name}", each) for name, each in read.items())
        for derived in pending.recipe.after:
            aspects[derived.name] = self._reading.derive(resource_type, derived, pending.resource, aspects, series)
        return Snapshot(pending.resource, aspects, self._reading.now, series)

    def _free_slot(self, _begun: Future[dict[str, Any]]) -> None:
        self._slots.release()

    def _stop(self) -> None:
        """Begin nothing more; calls under way end by themselves."""
        self._ended.set()
        for pending in self._begun:
            pending.begun.cancel()
        for call in self._calls:
            call.cancel()


class _Pending:
    """A resource under way."""

    __slots__ = ("aspects", "begun", "left", "queries", "read", "recipe", "resource")

    def __init__(self, recipe: Recipe, resource: Resource) -> None:
        self.recipe = recipe
        self.resource = resource
        self.begun: Future[dict[str, Any]]
        self.aspects: dict[str, Any] = {}
        self.queries: dict[str, tuple[MetricQuery, ...]] = {}
        self.read: dict[str, dict[str, Any]] = {}
        self.left = 0
