"""Reads many metric series in as few GetMetricData pages as CloudWatch allows.

One call a resource and metric would be throttled and cost a month's bill; packing over rules and resources turns a
thousand series into three calls. Series that are asked for are handed back as soon as a call is full, so that memory
is bounded by one call, not by the number of resources.

Source: CloudWatch GetMetricData: 500 queries a call, 100,800 data points a page; one id's points may be split over
pages; StatusCode Complete, PartialData, InternalError, Forbidden.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from trueup.errors import UnreadableError
from trueup.facts.series import Series
from trueup.facts.unknown import Reason, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from trueup.aws.windows import Window
    from trueup.service.declarations import MetricQuery, Reader

__all__ = [
    "METRIC_OPERATION",
    "MetricBatch",
    "MetricPacker",
    "SeriesAnswer",
    "SeriesRequest",
    "read_batch",
    "read_series",
]

METRIC_OPERATION = "cloudwatch:GetMetricData"

_QUERIES_A_CALL = 500
_POINTS_A_PAGE = 100_800


@dataclass(frozen=True, slots=True)
class SeriesRequest:
    """One series to read.

    Args:
        id: the asker's own name for it, given back with the answer.
        query: what to read.
        window: when, and in which periods.
    """

    id: Any
    query: MetricQuery
    window: Window


@dataclass(frozen=True, slots=True)
class SeriesAnswer:
    """What came of a request: the series (without points when there is no data), or why it is not known."""

    request: SeriesRequest
    series: Series | Unknown


@dataclass(frozen=True, slots=True)
class MetricBatch:
    """The series of one call; all of the same start and end."""

    requests: tuple[SeriesRequest, ...]


class MetricPacker:
    """Collects requests until a call is worth making; for one thread.

    Feed it with ``add``; hand each batch that it gives to ``read_batch`` (in any thread), and those of ``flush`` at
    the end.
    """

    def __init__(self) -> None:
        self._waiting: dict[Window, list[SeriesRequest]] = {}

    def add(self, request: SeriesRequest) -> MetricBatch | None:
        """Take a request; give a batch when one is full."""
        waiting = self._waiting.setdefault(request.window, [])
        waiting.append(request)
        if len(waiting) < series_a_call(request.window.points):
            return None
        del self._waiting[request.window]
        return MetricBatch(tuple(waiting))

    def flush(self) -> list[MetricBatch]:
        """Give what is left, windows of different periods together where start and end agree."""
        spans: dict[tuple[datetime, datetime], list[SeriesRequest]] = {}
        for window, waiting in self._waiting.items():
            spans.setdefault((window.start, window.end), []).extend(waiting)
        self._waiting.clear()
        return [
            MetricBatch(tuple(requests[at : at + _QUERIES_A_CALL]))
            for requests in spans.values()
            for at in range(0, len(requests), _QUERIES_A_CALL)
        ]


def series_a_call(points: int) -> int:
    """Give how many series of so many points fill a call best: whole pages, and at most 500.

    30 days of hours are 720 points: 140 series a page, 420 a call.
    """
    a_page = _POINTS_A_PAGE // max(points, 1)
    if not 0 < a_page < _QUERIES_A_CALL:
        return _QUERIES_A_CALL if a_page else 1
    return _QUERIES_A_CALL // a_page * a_page


def read_series(reader: Reader, requests: Iterable[SeriesRequest]) -> Iterator[SeriesAnswer]:
    """Read many series, packed; answers come in batches, in the order asked within each.

    Args:
        reader: of the Region where the resources are; needs ``cloudwatch:GetMetricData``.
        requests: any number; taken one by one.

    Yields:
        One answer a request. A failed call makes the series that it did not complete unknown, and only those.

    Raises:
        CredentialsError: the credentials expired.
    """
    packer = MetricPacker()
    for request in requests:
        batch = packer.add(request)
        if batch is not None:
            yield from read_batch(reader, batch)
    for batch in packer.flush():
        yield from read_batch(reader, batch)


def read_batch(reader: Reader, batch: MetricBatch) -> list[SeriesAnswer]:
    """Read one batch with all its pages; answers are in the order of its requests."""
    if not batch.requests:
        return []
    pieces = {f"m{index}": _Piece() for index in range(len(batch.requests))}
    why = _NOT_ANSWERED
    try:
        _read_pages(reader, batch, pieces)
    except UnreadableError as error:
        why = error.unknown
    return [
        SeriesAnswer(request, piece.series(request.window, why))
        for request, piece in zip(batch.requests, pieces.values(), strict=True)
    ]


_NOT_ANSWERED = Unknown(Reason.CUT_OFF, "CloudWatch's answer did not complete this series", METRIC_OPERATION)


@dataclass(slots=True)
class _Piece:
    """What has come of one series so far."""

    points: dict[int, float] = field(default_factory=dict)
    status: str | None = None

    def add(self, result: Mapping[str, Any]) -> None:
        times, values = result.get("Timestamps", ()), result.get("Values", ())
        for time, value in zip(times, values, strict=True):
            self.points[int(time.timestamp())] = float(value)
        self.status = result.get("StatusCode", self.status)

    def series(self, window: Window, why: Unknown) -> Series | Unknown:
        if self.status == "Complete":
            return Series(window.start, window.end, window.period, self.points)
        if self.status == "Forbidden":
            detail = "CloudWatch answered Forbidden for this series"
            return Unknown(Reason.ACCESS_DENIED, detail, METRIC_OPERATION, METRIC_OPERATION)
        if self.status == "InternalError":
            return Unknown(Reason.SERVER_ERROR, "CloudWatch answered InternalError for this series", METRIC_OPERATION)
        return why


def _read_pages(reader: Reader, batch: MetricBatch, pieces: Mapping[str, _Piece]) -> None:
    window = batch.requests[0].window
    asked: dict[str, Any] = {
        "MetricDataQueries": _queries(batch.requests),
        "StartTime": window.start,
        "EndTime": window.end,
        "ScanBy": "TimestampAscending",
    }
    token: str | None = None
    while True:
        page = reader.call(METRIC_OPERATION, **(asked | {"NextToken": token} if token else asked))
        for result in page.get("MetricDataResults", ()):
            piece = pieces.get(result.get("Id"))
            if piece is not None:
                piece.add(result)
        last, token = token, page.get("NextToken")
        if not token:
            return
        if token == last:
            raise UnreadableError(Unknown(Reason.CUT_OFF, "the same token came twice", METRIC_OPERATION))


def _queries(requests: Sequence[SeriesRequest]) -> list[dict[str, Any]]:
    """Make the queries. No unit is sent: one that does not match gives silence, not an error."""
    return [
        {
            "Id": f"m{index}",
            "MetricStat": {
                "Metric": {
                    "Namespace": request.query.namespace,
                    "MetricName": request.query.metric,
                    "Dimensions": [{"Name": name, "Value": value} for name, value in request.query.dimensions.items()],
                },
                "Period": request.window.period,
                "Stat": request.query.statistic,
            },
            "ReturnData": True,
        }
        for index, request in enumerate(requests)
    ]
