"""The data points of one metric query: which interval is asked for, and what the retention rules leave of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

from trueup.testing import AwsError
from trueup.testing.metrics import SeriesKey
from trueup.testing.statistics import Statistics, statistic_named

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from trueup.testing import ApiRequest, Metrics

__all__ = ["MetricQuery", "aware", "checked_statistic", "points", "read_query"]

_MINUTE = 60

_RETENTION = (
    (timedelta(days=455), None),
    (timedelta(days=63), 3600),
    (timedelta(days=15), 300),
    (timedelta(hours=3), 60),
)
"""How old a start may be, and what its period must then be a multiple of; None: nothing is left."""

_HIGH_RESOLUTION = (1, 5, 10, 20, 30)


@dataclass(frozen=True, slots=True)
class MetricQuery:
    """One query of a request: its id, label, series, period in seconds, statistic and unit."""

    id: str
    label: str
    key: SeriesKey
    period: int
    statistic: str
    unit: str | None


def read_query(request: ApiRequest, query: Mapping[str, Any]) -> MetricQuery:
    """A query of ``GetMetricData`` in our own words.

    Raises:
        AwsError: it asks for a period or statistic that CloudWatch does not have, or for metric math.
    """
    stat = query.get("MetricStat")
    if stat is None:
        raise AwsError("NotImplemented", f"query {query['Id']}: metric math is not simulated", 501)
    metric = stat["Metric"]
    name = metric.get("MetricName", "")
    dimensions = frozenset((each["Name"], each["Value"]) for each in metric.get("Dimensions", ()))
    account = query.get("AccountId") or request.account
    key = SeriesKey(account, request.region, metric.get("Namespace", ""), name, dimensions)
    period = int(stat["Period"])
    if period % _MINUTE and period not in _HIGH_RESOLUTION:
        raise AwsError(
            "ValidationError", f"The parameter MetricDataQueries.member.{query['Id']}.Period must be a multiple of 60."
        )
    checked_statistic(stat["Stat"])
    return MetricQuery(query["Id"], query.get("Label", name), key, period, stat["Stat"], stat.get("Unit"))


def aware(stamp: datetime) -> datetime:
    """A time with its zone; one without is UTC."""
    return stamp if stamp.tzinfo is not None else stamp.replace(tzinfo=UTC)


def points(
    metrics: Metrics, query: MetricQuery, start: datetime, end: datetime, now: datetime
) -> list[tuple[int, float]]:
    """The data points of a query, oldest first: POSIX time and value.

    Source: CloudWatch GetMetricData, ``StartTime`` (rounded down), ``EndTime`` (exclusive), ``MetricStat.Period`` (no
    data when the start is older than the period allows).
    """
    age = now - start
    for limit, multiple in _RETENTION:
        if age > limit:
            if multiple is None or query.period % multiple:
                return []
            break
    first = int(start.timestamp()) // query.period * query.period
    found = metrics.statistics(query.key, first, int(end.timestamp()), query.period, query.unit)
    values = ((begin, statistic_named(query.statistic, statistics)) for begin, statistics in found)
    return [(begin, value) for begin, value in values if value is not None]


def checked_statistic(name: str) -> str:
    """The statistic's name, when CloudWatch has it.

    Raises:
        AwsError: it does not (trimmed means and the like exist on AWS, but nothing here asks for them).
    """
    try:
        statistic_named(name, Statistics.of(0.0))
    except LookupError:
        raise AwsError("ValidationError", f"The value {name} for parameter Stat is not supported.") from None
    return name
