"""One reading of metrics looked at in slices of time, as if each slice had been read by itself.

What a watch asks (was the limit breached in this period, in that one, at the same hour of the days before) is many
short windows; CloudWatch is asked once for the span of them all.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from trueup.auditing.measuring import ask_series, make_facts
from trueup.facts.snapshot import Snapshot
from trueup.facts.unknown import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trueup.auditing.reading import ScopeReading
    from trueup.auditing.recipe import Recipe
    from trueup.aws.windows import Window
    from trueup.facts.series import Series
    from trueup.service.declarations import MetricQuery, MetricsAspect

__all__ = ["sliced"]


def sliced(reading: ScopeReading, recipe: Recipe, snapshot: Snapshot, slices: Sequence[Window]) -> Iterator[Snapshot]:
    """Yield the snapshot as it would be, had its metrics been read over each slice only.

    Args:
        reading: what read it.
        recipe: how its aspects were made.
        snapshot: read over a window that holds every slice.
        slices: whole periods of that window.
    """
    asked: list[tuple[MetricsAspect, tuple[MetricQuery, ...]]] = []
    standing = dict(snapshot.aspects)
    for aspect in recipe.metrics:
        queries = ask_series(recipe, aspect, snapshot.resource, snapshot.aspects, snapshot.read_at)
        if not isinstance(queries, Unknown) and not isinstance(standing.get(aspect.name), Unknown):
            asked.append((aspect, queries))
    for each in slices:
        aspects, series = dict(standing), dict[str, Any]()
        for aspect, queries in asked:
            read = {query.name: _cut(snapshot.series[f"{aspect.name}.{query.name}"], each) for query in queries}
            value, filled = make_facts(queries, read)
            aspects[aspect.name] = reading.normalise(recipe.resource_type, aspect, value)
            series.update((f"{aspect.name}.{name}", one) for name, one in filled.items())
        for derived in recipe.after:
            aspects[derived.name] = reading.derive(recipe.resource_type, derived, snapshot.resource, aspects, series)
        yield Snapshot(snapshot.resource, aspects, snapshot.read_at, series)


def _cut(series: Series | Unknown, window: Window) -> Series | Unknown:
    if isinstance(series, Unknown):
        return series
    start, end = int(window.start.timestamp()), int(window.end.timestamp())
    points = {at: value for at in range(start, end, series.period) if (value := series.points.get(at)) is not None}
    return replace(series, start=window.start, end=window.end, points=points)
