"""Metric series: packed into few pages, put together again, and never a made-up zero."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.aws.connection import connect
from trueup.aws.metrics import METRIC_OPERATION, MetricPacker, SeriesRequest, read_batch, read_series, series_a_call
from trueup.aws.windows import Window, window_of
from trueup.errors import UnreadableError
from trueup.facts.series import Series
from trueup.facts.unknown import Reason, Unknown
from trueup.resource import Scope
from trueup.service.declarations import MetricQuery
from trueup.testing.shapes import Constant

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trueup.aws.connection import Connection
    from trueup.testing.server import SimulatedAws

SCOPE = Scope("123456789012", "eu-west-1")
START = datetime(2026, 10, 1, tzinfo=UTC)
MONTH = Window(START, START + timedelta(days=30), 3600)
DAY = Window(START, START + timedelta(days=1), 3600)


def request(index: int, window: Window = DAY, statistic: str = "Sum") -> SeriesRequest:
    """A request for the series of one resource."""
    query = MetricQuery(f"m{index}", "Test/Service", "Load", {"Name": f"r-{index}"}, statistic, "count")
    return SeriesRequest(index, query, window)


def piece(identifier: str, hours: Sequence[int], status: str = "Complete") -> dict[str, Any]:
    """One result of an answer, its values the hours."""
    return {
        "Id": identifier,
        "Timestamps": [START + timedelta(hours=hour) for hour in hours],
        "Values": [float(hour) for hour in hours],
        "StatusCode": status,
    }


class Pages:
    """A reader that answers with given pages; an exception among them is raised."""

    def __init__(self, *pages: dict[str, Any] | Exception) -> None:
        self.scope = SCOPE
        self.asked: list[dict[str, Any]] = []
        self._pages = list(pages)

    def call(self, operation: str, /, *, absent: tuple[str, ...] = (), **parameters: Any) -> Any:
        """Give the next page."""
        assert (METRIC_OPERATION, ()) == (operation, absent)
        self.asked.append(parameters)
        page = self._pages.pop(0)
        if isinstance(page, Exception):
            raise page
        return page

    def paginate(self, operation: str, items: str, /, **parameters: Any) -> Iterator[Any]:
        """Not asked for."""
        raise AssertionError(operation, items, parameters)

    def prices(self, service: str) -> Any:
        """Not asked for."""
        raise AssertionError(service)


def values(found: Series | Unknown) -> dict[int, float]:
    """The points of a series that is known, by hour."""
    assert isinstance(found, Series)
    return {round((time - START.timestamp()) / 3600): value for time, value in found.points.items()}


def test_a_month_of_hours_packs_420_series_a_call() -> None:
    """140 series of 720 points fill a page of 100,800; 500 a call would leave the fourth page nearly empty."""
    assert 720 == MONTH.points
    assert 420 == series_a_call(720)


@given(st.integers(1, 1_000_000))
def test_a_call_holds_whole_pages_and_at_most_500_series(points: int) -> None:
    """Whatever the window: a series is never cut by a page's end, and no further page would fit."""
    found = series_a_call(points)
    assert 1 <= found <= 500
    a_page = 100_800 // points
    assert found == (1 if a_page == 0 else 500) or found % a_page == 0
    assert found + a_page > 500 or a_page == 0


def test_a_full_call_is_given_at_once_and_the_rest_at_the_end() -> None:
    """Memory is bounded by a call, whatever the number of resources."""
    packer = MetricPacker()
    batches = [batch for index in range(1000) if (batch := packer.add(request(index, MONTH)))]
    assert [420, 420] == [len(batch.requests) for batch in batches]
    assert [160] == [len(batch.requests) for batch in packer.flush()]
    assert [] == packer.flush()


def test_periods_of_one_span_share_the_last_call() -> None:
    """A call has one start and end, but each query its own period."""
    packer = MetricPacker()
    for index, window in enumerate([DAY, Window(DAY.start, DAY.end, 300), MONTH]):
        assert packer.add(request(index, window)) is None
    assert [[0, 1], [2]] == [[each.id for each in batch.requests] for batch in packer.flush()]


def test_pieces_of_one_series_on_several_pages_are_put_together() -> None:
    """PartialData says that the next page goes on."""
    reader = Pages(
        {"MetricDataResults": [piece("m0", [0, 1]), piece("m1", [0], "PartialData")], "NextToken": "t"},
        {"MetricDataResults": [piece("m1", [1, 2])]},
    )
    first, second = read_series(reader, [request(0), request(1)])
    assert {0: 0.0, 1: 1.0} == values(first.series)
    assert {0: 0.0, 1: 1.0, 2: 2.0} == values(second.series)
    assert [None, "t"] == [asked.get("NextToken") for asked in reader.asked]


def test_a_query_is_sent_without_unit_in_ascending_order() -> None:
    """A unit that does not match would give silence."""
    reader = Pages({"MetricDataResults": [piece("m0", [])]})
    (answer,) = read_series(reader, [request(0, statistic="p95")])
    assert {} == values(answer.series)
    assert {
        "MetricDataQueries": [
            {
                "Id": "m0",
                "MetricStat": {
                    "Metric": {
                        "Namespace": "Test/Service",
                        "MetricName": "Load",
                        "Dimensions": [{"Name": "Name", "Value": "r-0"}],
                    },
                    "Period": 3600,
                    "Stat": "p95",
                },
                "ReturnData": True,
            }
        ],
        "StartTime": DAY.start,
        "EndTime": DAY.end,
        "ScanBy": "TimestampAscending",
    } == reader.asked[0]


@pytest.mark.parametrize(
    ("result", "reason", "action"),
    [
        (piece("m0", [], "Forbidden"), Reason.ACCESS_DENIED, METRIC_OPERATION),
        (piece("m0", [0], "InternalError"), Reason.SERVER_ERROR, None),
        (piece("m0", [0], "PartialData"), Reason.CUT_OFF, None),
        (piece("other", [0]), Reason.CUT_OFF, None),
    ],
)
def test_a_series_that_is_not_complete_is_unknown(result: dict[str, Any], reason: Reason, action: str | None) -> None:
    """Its points so far are not the series; the other series of the call are."""
    answers = list(read_series(Pages({"MetricDataResults": [result, piece("m1", [3])]}), [request(0), request(1)]))
    assert isinstance(answers[0].series, Unknown)
    assert (reason, action) == (answers[0].series.reason, answers[0].series.missing_action)
    assert {3: 3.0} == values(answers[1].series)


def test_a_failed_page_leaves_what_was_complete() -> None:
    """Only the series that were not answered whole are unknown, with the page's own reason."""
    failure = UnreadableError(Unknown(Reason.THROTTLED, "slow down", METRIC_OPERATION))
    reader = Pages({"MetricDataResults": [piece("m0", [1])], "NextToken": "t"}, failure)
    first, second = read_series(reader, [request(0), request(1)])
    assert {1: 1.0} == values(first.series)
    assert failure.unknown == second.series


def test_the_same_token_twice_is_cut_off() -> None:
    """A server that runs in circles ends as unknown, not as a loop."""
    page = {"MetricDataResults": [piece("m0", [1], "PartialData")], "NextToken": "t"}
    (answer,) = read_series(Pages(page, dict(page)), [request(0)])
    assert isinstance(answer.series, Unknown)
    assert Reason.CUT_OFF is answer.series.reason


def test_an_empty_batch_asks_nothing() -> None:
    """CloudWatch refuses a call without queries."""
    reader = Pages()
    assert [] == list(read_series(reader, []))
    assert [] == reader.asked


def test_a_month_of_150_series_takes_two_pages_of_the_simulated_aws(
    simulated_aws: SimulatedAws,
) -> None:
    """One full page and one of 10 series; every series comes back whole and in its own place."""
    for index in range(150):
        simulated_aws.metrics.put("Test/Service", "Load", {"Name": f"r-{index}"}, Constant(index), region="eu-west-1")
    window = window_of(simulated_aws.clock.now(), 30, 3600)
    patient = connect(endpoint_url=simulated_aws.endpoint_url, region="eu-west-1")
    reader = patient.reader(SCOPE, [METRIC_OPERATION])
    answers = list(read_series(reader, (request(index, window, "Maximum") for index in range(150))))
    assert list(range(150)) == [answer.request.id for answer in answers]
    assert [float(index) for index in range(150)] == [
        answer.series.maximum() for answer in answers if isinstance(answer.series, Series)
    ]
    assert {720} == {len(answer.series.points) for answer in answers if isinstance(answer.series, Series)}
    assert 2 == len(simulated_aws.calls.of(METRIC_OPERATION))


def test_a_denied_call_makes_its_series_unknown_with_the_missing_action(
    connection: Connection, simulated_aws: SimulatedAws
) -> None:
    """No series is taken for idle because nobody may look at it."""
    simulated_aws.faults.inject(METRIC_OPERATION, "denied")
    packer = MetricPacker()
    assert packer.add(request(0)) is None
    (answer,) = read_batch(connection.reader(SCOPE, [METRIC_OPERATION]), packer.flush()[0])
    assert isinstance(answer.series, Unknown)
    assert (Reason.ACCESS_DENIED, METRIC_OPERATION) == (answer.series.reason, answer.series.missing_action)
