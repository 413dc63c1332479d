"""The CloudWatch series of a function: which are asked for, and how derived facts get at what was answered.

Lambda's own metrics tell nothing of memory; that is in the namespace of Lambda Insights, for functions that have its
extension.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from trueup.errors import UnknownFactError
from trueup.facts.series import Series
from trueup.facts.unknown import Reason, Unknown
from trueup.service.declarations import MetricQuery, ZeroWhenMeasured

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trueup.facts.snapshot import Snapshot

__all__ = ["ACCOUNT", "HOURLY", "INSIGHTS", "account_queries", "hourly_queries", "insights_queries", "series_at"]

HOURLY = "metrics"
INSIGHTS = "insights"
ACCOUNT = "account_metrics"

_NAMESPACE = "AWS/Lambda"
_WHEN_INVOKED = ZeroWhenMeasured(
    "invocations", "Lambda developer guide, CloudWatch metrics: sent for what a function did when it was invoked"
)


def hourly_queries(function: Snapshot) -> Iterator[MetricQuery]:
    """Yield the series of the look-back: invocations and what became of them, durations, concurrency.

    The dimension FunctionName alone is of all versions and aliases together. Durations are milliseconds; of a
    percentile the highest hour is kept, since percentiles cannot be averaged.

    Source: Lambda developer guide, CloudWatch metrics for Lambda.
    """
    name = {"FunctionName": function.resource.id}
    yield MetricQuery("invocations", _NAMESPACE, "Invocations", name, "Sum", "Count", "sum")
    for fact, metric in (("errors", "Errors"), ("throttles", "Throttles")):
        yield MetricQuery(fact, _NAMESPACE, metric, name, "Sum", "Count", "sum", _WHEN_INVOKED)
    durations: tuple[tuple[str, str, Literal["sum", "max"]], ...] = (
        ("duration_p95", "p95", "max"),
        ("duration_max", "Maximum", "max"),
        ("duration_total", "Sum", "sum"),
    )
    for fact, statistic, reduce in durations:
        yield MetricQuery(fact, _NAMESPACE, "Duration", name, statistic, "Milliseconds", reduce)
    yield MetricQuery("concurrency_peak", _NAMESPACE, "ConcurrentExecutions", name, "Maximum", "Count")


def insights_queries(function: Snapshot) -> Iterator[MetricQuery]:
    """Yield the series of Lambda Insights: the memory that was used, and the memory that the function had then.

    Source: CloudWatch user guide, metrics collected by Lambda Insights: namespace LambdaInsights, dimension
    function_name, megabytes.
    """
    name = {"function_name": function.resource.id}
    yield MetricQuery("memory_used", "LambdaInsights", "used_memory_max", name, "Maximum", "Megabytes")
    yield MetricQuery("memory_configured", "LambdaInsights", "total_memory", name, "Maximum", "Megabytes")


def account_queries(_function: Snapshot) -> Iterator[MetricQuery]:
    """Yield the use of what no function reserves, a series of the account in the function's Region.

    Source: Lambda developer guide, monitoring concurrency: UnreservedConcurrentExecutions, of all functions in a
    Region, to be viewed with Maximum; without dimensions.
    """
    yield MetricQuery("peak_unreserved", _NAMESPACE, "UnreservedConcurrentExecutions", {}, "Maximum", "Count")


def series_at(function: Snapshot, path: str) -> Series:
    """Give the series behind a metric fact; one without any point is the answer "no data", not an error.

    Raises:
        UnknownFactError: the series could not be read.
    """
    series = function.series.get(path)
    if isinstance(series, Series):
        return series
    value = series if isinstance(series, Unknown) else function.get(path)
    unknown = value if isinstance(value, Unknown) else Unknown(Reason.NOT_READ, f"the series {path} was not asked for")
    raise UnknownFactError(path, unknown)
