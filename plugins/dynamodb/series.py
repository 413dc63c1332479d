"""The CloudWatch series of a table: which are asked for, and how derived facts get at what was answered.

One list of series, told apart by their period: hours for the look-back, minutes for the peaks that an hour hides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trueup.errors import UnknownFactError
from trueup.facts.path import join_path
from trueup.facts.series import Series
from trueup.facts.unknown import Reason, Unknown
from trueup.plugins.dynamodb.capacity import index_names
from trueup.service.declarations import MetricQuery, ZeroWhenMeasured

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trueup.facts.snapshot import Snapshot

__all__ = [
    "HOURLY",
    "MINUTES",
    "READ",
    "WRITE",
    "Direction",
    "Part",
    "hourly_queries",
    "minute_queries",
    "parts",
    "series_at",
]

HOURLY = "metrics"
MINUTES = "minute_peaks"

_NAMESPACE = "AWS/DynamoDB"
_SILENT_WHEN_IDLE = "DynamoDB developer guide, metrics and dimensions: emitted on activity only"


@dataclass(frozen=True, slots=True)
class Direction:
    """Reads or writes: what the facts and CloudWatch call them."""

    fact: str
    metric: str


READ = Direction("read", "Read")
WRITE = Direction("write", "Write")


@dataclass(frozen=True, slots=True)
class Part:
    """What has capacity of its own: the table, or one global secondary index.

    Args:
        index: the index's name; None is the table itself.
    """

    index: str | None = None

    @property
    def label(self) -> str:
        """Give what people call it."""
        return "the table" if self.index is None else f"index {self.index}"

    def path(self, aspect: str, fact: str) -> str:
        """Give the path of one of its series in a metrics aspect."""
        return join_path((aspect, *self.names(fact)))

    def names(self, fact: str) -> tuple[str, ...]:
        """Give the names of one of its series inside a metrics aspect."""
        return (fact,) if self.index is None else ("by_index", self.index, fact)

    def dimensions(self, table: str) -> dict[str, str]:
        """Give the exact dimensions: a table's own series exclude its indexes.

        Source: DynamoDB developer guide, metrics and dimensions.
        """
        return {"TableName": table} | ({} if self.index is None else {"GlobalSecondaryIndexName": self.index})


def parts(table: Snapshot) -> tuple[Part, ...]:
    """Give the table and each of its global secondary indexes."""
    return (Part(), *(Part(name) for name in index_names(table)))


def hourly_queries(table: Snapshot) -> Iterator[MetricQuery]:
    """Yield the series of the look-back: consumed, provisioned and throttled, of the table and every index."""
    for part in parts(table):
        for way in (READ, WRITE):
            provisioned = _name(part, f"provisioned_{way.fact}")
            consumed = _name(part, f"consumed_{way.fact}")
            throttled = _name(part, f"{way.fact}_throttle_events")
            yield _query(table, part, consumed, f"Consumed{way.metric}CapacityUnits", "Sum", companion=provisioned)
            yield _query(table, part, provisioned, f"Provisioned{way.metric}CapacityUnits", "Average")
            yield _query(table, part, throttled, f"{way.metric}ThrottleEvents", "Sum", companion=consumed)


def minute_queries(table: Snapshot) -> Iterator[MetricQuery]:
    """Yield the series of one-minute consumption, of the table and every index."""
    for part in parts(table):
        for way in (READ, WRITE):
            name = _name(part, f"consumed_{way.fact}")
            yield _query(table, part, name, f"Consumed{way.metric}CapacityUnits", "Sum", peak=True)


def series_at(table: Snapshot, path: str) -> Series:
    """Give the series behind a metric fact; one without any point is the answer "no data", not an error.

    Raises:
        UnknownFactError: the series could not be read.
    """
    series = table.series.get(path)
    if isinstance(series, Series):
        return series
    value = series if isinstance(series, Unknown) else table.get(path)
    unknown = value if isinstance(value, Unknown) else Unknown(Reason.NOT_READ, f"the series {path} was not asked for")
    raise UnknownFactError(path, unknown)


def _name(part: Part, fact: str) -> str:
    return join_path(part.names(fact))


def _query(
    table: Snapshot, part: Part, name: str, metric: str, statistic: str, *, companion: str = "", peak: bool = False
) -> MetricQuery:
    return MetricQuery(
        name=name,
        namespace=_NAMESPACE,
        metric=metric,
        dimensions=part.dimensions(table.resource.id),
        statistic=statistic,
        unit="Count",
        reduce="max" if peak else "sum" if statistic == "Sum" else "min",
        absence=ZeroWhenMeasured(companion, _SILENT_WHEN_IDLE) if companion else None,
    )
