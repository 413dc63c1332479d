"""``GetMetricData``, ``PutMetricData`` and ``ListMetrics`` over the simulated AWS's own series.

moto averages over namespaces, knows no percentiles, no pages and no retention, and takes twenty seconds for a month of
twenty series; what judges a resource by its metrics could pass on it and be wrong on AWS.
"""

from __future__ import annotations

import base64
import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from trueup.plugins.cloudwatch.simulation.series import aware, points, read_query
from trueup.testing import Answer, ApiRequest, AwsError, Point, Simulation, Statistics, Undo, together

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trueup.testing.correction import Proceed

__all__ = ["install"]

_MOST_QUERIES = 500
_MOST_POINTS = 100_800
_ID = re.compile(r"[a-z][a-zA-Z0-9_]*")
_LONGEST_ID = 255
_MOST_DATA = 1000


def install(simulation: Simulation) -> Undo:
    """Answer the metric operations from ``simulation.metrics``."""

    def get_metric_data(request: ApiRequest, _: Proceed) -> Answer:
        return request.answer(_get(simulation, request))

    def put_metric_data(request: ApiRequest, _: Proceed) -> Answer:
        _put(simulation, request)
        return request.answer()

    def list_metrics(request: ApiRequest, _: Proceed) -> Answer:
        return request.answer(_list(simulation, request))

    return together(
        simulation.answer("cloudwatch:GetMetricData", get_metric_data),
        simulation.answer("cloudwatch:PutMetricData", put_metric_data),
        simulation.answer("cloudwatch:ListMetrics", list_metrics),
    )


def _get(simulation: Simulation, request: ApiRequest) -> dict[str, Any]:
    """One page of the answer.

    Source: CloudWatch GetMetricData: 500 queries, 100,800 points a page, newest first unless asked otherwise; the
    points of one id may go on in the next page.
    """
    asked = request.parameters
    _check_ids(asked["MetricDataQueries"])
    start, end = aware(asked["StartTime"]), aware(asked["EndTime"])
    if start >= end:
        raise AwsError("ValidationError", "The parameter StartTime must be less than the parameter EndTime.")
    queries = [read_query(request, query) for query in asked["MetricDataQueries"] if query.get("ReturnData", True)]
    position, offset, now = _read_token(asked.get("NextToken"), simulation.clock.now())
    room = min(int(asked.get("MaxDatapoints") or _MOST_POINTS), _MOST_POINTS)
    oldest_first = asked.get("ScanBy") == "TimestampAscending"
    results: list[dict[str, Any]] = []
    while position < len(queries) and (room or not offset):
        query = queries[position]
        found = points(simulation.metrics, query, start, end, now)
        left = (found if oldest_first else found[::-1])[offset:]
        if left and not room:
            break
        given, whole = left[:room], len(left) <= room
        results.append(_result(query.id, query.label, given, whole=whole))
        room -= len(given)
        position, offset = (position + 1, 0) if whole else (position, offset + len(given))
        if not whole:
            break
    answer: dict[str, Any] = {"MetricDataResults": results, "Messages": []}
    if position < len(queries):
        answer["NextToken"] = _token(position, offset, now)
    return answer


def _result(name: str, label: str, given: Sequence[tuple[int, float]], *, whole: bool) -> dict[str, Any]:
    return {
        "Id": name,
        "Label": label,
        "Timestamps": [datetime.fromtimestamp(stamp, UTC) for stamp, _ in given],
        "Values": [value for _, value in given],
        "StatusCode": "Complete" if whole else "PartialData",
    }


def _check_ids(queries: Sequence[Mapping[str, Any]]) -> None:
    """Refuse what CloudWatch refuses of a list of queries.

    Source: CloudWatch GetMetricData, ``MetricDataQuery.Id``.
    """
    if len(queries) > _MOST_QUERIES:
        raise AwsError(
            "ValidationError", f"The collection MetricDataQueries must not have a size greater than {_MOST_QUERIES}."
        )
    seen: set[str] = set()
    for query in queries:
        name = query["Id"]
        if not _ID.fullmatch(name) or len(name) > _LONGEST_ID:
            raise AwsError(
                "ValidationError", f"The value {name} for parameter Id must match the pattern ^[a-z][a-zA-Z0-9_]*$."
            )
        if name in seen:
            raise AwsError(
                "ValidationError", f"The values for parameter id in MetricDataQueries must be unique: {name}."
            )
        seen.add(name)


def _put(simulation: Simulation, request: ApiRequest) -> None:
    """Store the points of a request.

    Source: CloudWatch PutMetricData (at most 1,000 metrics a call; values with counts, or a statistic set).
    """
    data = request.parameters.get("MetricData", ())
    if len(data) > _MOST_DATA:
        raise AwsError("ValidationError", f"The collection MetricData must not have a size greater than {_MOST_DATA}.")
    for datum in data:
        dimensions = {each["Name"]: each["Value"] for each in datum.get("Dimensions", ())}
        stamp = aware(datum.get("Timestamp") or simulation.clock.now())
        simulation.metrics.put(
            request.parameters["Namespace"],
            datum["MetricName"],
            dimensions,
            _points(datum, stamp),
            region=request.region,
            account=request.account,
        )


def _points(datum: Mapping[str, Any], stamp: datetime) -> list[Point]:
    unit = datum.get("Unit")
    unit = None if unit == "None" else unit
    if "StatisticValues" in datum:
        given = datum["StatisticValues"]
        whole = Statistics(given["SampleCount"], given["Sum"], given["Minimum"], given["Maximum"])
        return [Point(stamp, given["Sum"] / given["SampleCount"], given["SampleCount"], unit, whole)]
    if "Values" in datum:
        counts = datum.get("Counts") or [1.0] * len(datum["Values"])
        return [Point(stamp, value, count, unit) for value, count in zip(datum["Values"], counts, strict=True)]
    return [Point(stamp, datum["Value"], 1.0, unit)]


def _list(simulation: Simulation, request: ApiRequest) -> dict[str, Any]:
    """The stored series that match the filters, 500 a page being more than any test has."""
    asked = request.parameters
    wanted = [(each["Name"], each.get("Value")) for each in asked.get("Dimensions", ())]
    found = []
    for key in simulation.metrics.keys():  # noqa: SIM118 - a store of series, not a mapping
        has = dict(key.dimensions)
        if (
            (key.account, key.region) == (request.account, request.region)
            and asked.get("Namespace") in (None, key.namespace)
            and asked.get("MetricName") in (None, key.metric)
            and all(name in has and value in (None, has[name]) for name, value in wanted)
        ):
            dimensions = [{"Name": name, "Value": value} for name, value in sorted(has.items())]
            found.append({"Namespace": key.namespace, "MetricName": key.metric, "Dimensions": dimensions})
    return {"Metrics": found}


def _token(position: int, offset: int, now: datetime) -> str:
    """Where the next page begins; the time is kept, so that a page does not see later data than the one before."""
    return base64.urlsafe_b64encode(json.dumps([position, offset, now.timestamp()]).encode()).decode()


def _read_token(token: str | None, now: datetime) -> tuple[int, int, datetime]:
    if token is None:
        return 0, 0, now
    try:
        position, offset, stamp = json.loads(base64.urlsafe_b64decode(token))
        return int(position), int(offset), datetime.fromtimestamp(stamp, UTC)
    except (ValueError, TypeError):
        raise AwsError("InvalidNextToken", "The next token specified is invalid.") from None
