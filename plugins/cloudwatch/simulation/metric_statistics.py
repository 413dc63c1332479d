"""``GetMetricStatistics`` over the simulated AWS's own series, for programs that do not ask for metric data."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from trueup.plugins.cloudwatch.simulation.series import aware, points, read_query
from trueup.testing import AwsError

if TYPE_CHECKING:
    from trueup.testing import Answer, ApiRequest, Simulation, Undo
    from trueup.testing.correction import Proceed

__all__ = ["install"]

_MOST_POINTS = 1440


def install(simulation: Simulation) -> Undo:
    """Answer the operation from ``simulation.metrics``."""

    def get_metric_statistics(request: ApiRequest, _: Proceed) -> Answer:
        return request.answer(_get(simulation, request))

    return simulation.answer("cloudwatch:GetMetricStatistics", get_metric_statistics)


def _get(simulation: Simulation, request: ApiRequest) -> dict[str, Any]:
    """The data points of all statistics that are asked for.

    Source: CloudWatch GetMetricStatistics: at most 1,440 points a call, in no order.
    """
    asked = request.parameters
    start, end = aware(asked["StartTime"]), aware(asked["EndTime"])
    if (end - start).total_seconds() / asked["Period"] > _MOST_POINTS:
        raise AwsError(
            "InvalidParameterCombination",
            f"You have requested more than the limit of {_MOST_POINTS} datapoints. You may reduce the datapoints "
            "requested by increasing Period, or decreasing the time range.",
        )
    plain, extended = asked.get("Statistics", ()), asked.get("ExtendedStatistics", ())
    unit = asked.get("Unit")
    found: dict[int, dict[str, Any]] = {}
    for name in (*plain, *extended):
        stat = {"Metric": asked, "Period": asked["Period"], "Stat": name, "Unit": unit}
        query = read_query(request, {"Id": "m1", "MetricStat": stat})
        for begin, value in points(simulation.metrics, query, start, end, simulation.clock.now()):
            stamp = datetime.fromtimestamp(begin, UTC)
            point = found.setdefault(begin, {"Timestamp": stamp, "Unit": unit or "None"})
            (point if name in plain else point.setdefault("ExtendedStatistics", {}))[name] = value
    return {"Label": asked["MetricName"], "Datapoints": list(found.values())}
