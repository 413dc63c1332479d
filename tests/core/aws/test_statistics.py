"""Counts and errors of a scope, in the report's shape."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from trueup.aws.statistics import CallStatistics
from trueup.facts.unknown import Reason, Unknown

LIST = "dynamodb:ListTables"
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
        "a:Other": {"made": 1, "denied": 0, "throttled": 0, "failed": 0},
        LIST: {"made": 4, "denied": 1, "throttled": 1, "failed": 1},
    } == counts.calls()
    assert ["a:Other", LIST] == list(counts.calls())


def test_an_error_is_kept_once_for_each_type_and_reason() -> None:
    """A thousand denied buckets are one line of a report."""
    counts = CallStatistics()
    for kind in ("dynamodb.table", "dynamodb.table", None):
        counts.failed(LIST, DENIED, kind)
    expected = {"operation": LIST, "reason": "access denied", "missing_action": LIST}
    assert [{"resource_type": kind, **expected} for kind in (None, "dynamodb.table")] == counts.errors()


def test_no_count_is_lost_between_threads() -> None:
    """Many workers share the counts of a scope."""
    counts = CallStatistics()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: counts.made(LIST), range(4000)))
    assert 4000 == counts.calls()[LIST]["made"]
