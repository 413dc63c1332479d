"""Counts and errors of a scope, in the report's shape."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from trueup.aws.statistics import CallStatistics
from trueup.facts.unknown import Reason, Unknown

LIST = "dynamodb:ListTables"
UNTOUCHED = dict.fromkeys(
    ("made", "denied", "throttled", "failed", "retries", "throttles", "seconds", "slowest_seconds"), 0
)
DENIED = Unknown(Reason.ACCESS_DENIED, "no", LIST, LIST)


def test_calls_are_counted_by_operation_and_outcome() -> None:
    """Made are all of them, whatever became of them."""
    counts = CallStatistics()
    for _ in range(4):
        counts.made(LIST)
    counts.failed(LIST, DENIED)
    counts.failed(LIST, Unknown(Reason.THROTTLED))
    counts.failed(LIST, Unknown(Reason.TIMEOUT))
    counts.made("a:Other")
    assert {
        "a:Other": UNTOUCHED | {"made": 1},
        LIST: UNTOUCHED | {"made": 4, "denied": 1, "throttled": 1, "failed": 1},
    } == counts.calls()
    assert ["a:Other", LIST] == list(counts.calls())


def test_an_error_is_kept_once_for_each_type_and_reason() -> None:
    """A thousand denied buckets are one line of a report."""
    counts = CallStatistics()
    for kind, request_id in (("dynamodb.table", "first"), ("dynamodb.table", "second"), (None, None)):
        counts.failed(LIST, DENIED, kind, request_id)
    expected = {"operation": LIST, "reason": "access denied", "missing_action": LIST}
    assert [
        {"resource_type": None, **expected, "request_id": None},
        {"resource_type": "dynamodb.table", **expected, "request_id": "first"},
    ] == counts.errors()


def test_what_calls_took_is_summed_and_the_slowest_kept() -> None:
    """In milliseconds; so are the attempts beyond the first, and the answers that said "too fast"."""
    counts = CallStatistics()
    for seconds, retries, throttles in ((0.25, 0, 0), (1.5004, 2, 1), (0.5, 1, 1)):
        counts.made(LIST)
        counts.took(LIST, seconds, retries, throttles)
    timed = {"retries": 3, "throttles": 2, "seconds": 2.25, "slowest_seconds": 1.5}
    assert {LIST: UNTOUCHED | {"made": 3} | timed} == counts.calls()
    assert (3, 2) == (counts.total("made"), counts.total("throttles"))


def test_no_count_is_lost_between_threads() -> None:
    """Many workers share the counts of a scope."""
    counts = CallStatistics()

    def count(_number: int) -> None:
        counts.made(LIST)
        counts.took(LIST, 0.5, 1)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count, range(4000)))
    assert (4000, 4000, 2000) == tuple(counts.calls()[LIST][name] for name in ("made", "retries", "seconds"))
