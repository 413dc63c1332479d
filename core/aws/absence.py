"""What the absence of a metric's points means, and the one number that a series becomes as a fact.

CloudWatch gives nothing both for "nothing happened" and for "nobody measured"; only a companion series that shows that
the resource was measured in the same interval turns absence into zero.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from trueup.facts.unknown import Reason, Unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.facts.series import Series
    from trueup.service.declarations import MetricQuery

__all__ = ["fill_absent", "reduce_series"]


def fill_absent(query: MetricQuery, read: Mapping[str, Series | Unknown]) -> Series | Unknown:
    """Give a query's series with absence made zero where its declaration allows it.

    Args:
        query: the query; one without ``absence`` keeps its series as read.
        read: all series of the aspect, by query name.

    Returns:
        The series with zeros where only the companion has points; unknown when the series, or the companion that
        would have to prove that it was measured, is unknown.
    """
    series = read[query.name]
    if isinstance(series, Unknown) or query.absence is None:
        return series
    companion = read.get(query.absence.companion)
    if companion is None:
        detail = f"its companion {query.absence.companion} is not among the aspect's series"
        return Unknown(Reason.BROKEN_PLUGIN, detail)
    if isinstance(companion, Unknown):
        return companion
    return replace(series, points=dict.fromkeys(companion.points, 0.0) | dict(series.points))


def reduce_series(query: MetricQuery, series: Series | Unknown) -> float | Unknown:
    """Give the number that the fact is: the sum, highest, lowest or last point; unknown without any point."""
    if isinstance(series, Unknown):
        return series
    if query.reduce == "sum":
        return series.total()
    if query.reduce == "max":
        return series.maximum()
    if query.reduce == "min":
        return series.minimum()
    if not series.points:
        return Unknown(Reason.NO_DATA, "the metric has no data point in the window")
    return series.points[max(series.points)]
