"""Metric aspects: which series a resource asks for, and the facts that the answers make.

Apart from the packing of calls, which knows nothing of resources.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from trueup.auditing.reading import broken, contained
from trueup.aws.absence import fill_absent, reduce_series
from trueup.aws.windows import Window, window_of
from trueup.facts.path import split_path
from trueup.facts.snapshot import Snapshot
from trueup.facts.unknown import Unknown
from trueup.service.declarations import MetricQuery

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from trueup.auditing.recipe import Recipe
    from trueup.facts.series import Series
    from trueup.resource import Resource
    from trueup.service.declarations import MetricsAspect, ResourceType

__all__ = ["ask_series", "latest_window", "make_facts", "standing_windows"]


def standing_windows(now: datetime) -> Callable[[MetricsAspect], Window]:
    """Give the windows as aspects declare them, each worked out once."""
    known: dict[tuple[int, int], Window] = {}

    def window(aspect: MetricsAspect) -> Window:
        key = aspect.days, aspect.period
        if key not in known:
            known[key] = window_of(now, aspect.days, aspect.period)
        return known[key]

    return window


def latest_window(now: datetime, length: timedelta, period: int) -> Callable[[MetricsAspect], Window]:
    """Give one window for all aspects that ends at the last full period: what a soak or a watch looks at.

    Args:
        now: the clock's time, aware UTC.
        length: how far back, at least one period; cut to whole periods.
        period: seconds a point.
    """
    end = datetime.fromtimestamp(int(now.timestamp()) // period * period, tz=now.tzinfo)
    window = Window(end - timedelta(seconds=max(1, int(length.total_seconds()) // period) * period), end, period)
    return lambda _aspect: window


def ask_series(
    recipe: Recipe, aspect: MetricsAspect, resource: Resource, aspects: Mapping[str, Any], now: datetime
) -> tuple[MetricQuery, ...] | Unknown:
    """Give the queries of a metrics aspect for one resource, or why they cannot be told."""
    snapshot = Snapshot(resource, MappingProxyType(aspects), now)

    def ask() -> tuple[MetricQuery, ...]:
        return tuple(aspect.queries(snapshot))

    queries = contained(recipe.resource_type, aspect, ask)
    if isinstance(queries, Unknown):
        return queries
    return _checked(recipe.resource_type, aspect, queries)


def make_facts(
    queries: Sequence[MetricQuery], read: Mapping[str, Series | Unknown]
) -> tuple[dict[str, Any], dict[str, Series | Unknown]]:
    """Make a metrics aspect of its series.

    Args:
        queries: what was asked.
        read: query name to what was read.

    Returns:
        The aspect's value, dotted names nested, and the series by query name, absence made zero where that holds.
    """
    value: dict[str, Any] = {}
    series: dict[str, Series | Unknown] = {}
    for query in queries:
        series[query.name] = filled = fill_absent(query, read)
        *outer, last = split_path(query.name)
        inside = value
        for name in outer:
            inside = inside.setdefault(name, {})
        inside[last] = reduce_series(query, filled)
    return value, series


def _checked(
    resource_type: ResourceType, aspect: MetricsAspect, queries: tuple[MetricQuery, ...]
) -> tuple[MetricQuery, ...] | Unknown:
    strange = next((each for each in queries if not isinstance(each, MetricQuery)), None)
    if strange is not None:
        return broken(resource_type, aspect, f"expected MetricQuery records, found {strange!r}")
    names = sorted(each.name for each in queries)
    twice = next((name for name, other in pairwise(names) if name == other), None)
    if twice is not None:
        return broken(resource_type, aspect, f"expected each name once, found {twice!r} twice")
    return queries
