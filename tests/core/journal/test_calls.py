"""The calls of a run in all: sums, and what took longest."""

from __future__ import annotations

from typing import Any

from trueup.journal.calls import calls_of

OLD = {"made": 2, "denied": 1, "throttled": 0, "failed": 0}


def row(made: int, seconds: float, slowest: float, retries: int = 0, throttles: int = 0) -> dict[str, Any]:
    """Give what a scope counted of an operation."""
    counts = {"made": made, "denied": 0, "throttled": 0, "failed": 0, "retries": retries, "throttles": throttles}
    return {**counts, "seconds": seconds, "slowest_seconds": slowest}


def scope(account: str, region: str, **calls: Any) -> dict[str, Any]:
    """Give a scope."""
    return {
        "account": account,
        "region": region,
        "calls": {name.replace("_", ":"): each for name, each in calls.items()},
    }


def test_rows_of_all_scopes_are_summed() -> None:
    """The same operation in two Regions is two rows of the lists, and one sum."""
    calls = calls_of(
        [
            scope("1", "eu-west-1", s3_List=row(3, 1.5, 0.75, 2, 1), s3_Get=row(1, 2.25, 2.25)),
            scope("1", "us-east-1", s3_List=row(4, 1.0, 0.875, 1)),
        ]
    )
    slowest = calls.pop("slowest")
    assert {"made": 8, "denied": 0, "throttled": 0, "failed": 0, "retries": 3, "throttles": 1, "seconds": 4.75} == calls
    assert [("s3:Get", "eu-west-1"), ("s3:List", "eu-west-1"), ("s3:List", "us-east-1")] == [
        (each["operation"], each["region"]) for each in slowest["by_total"]
    ]
    assert [2.25, 0.875, 0.75] == [each["slowest_seconds"] for each in slowest["by_call"]]
    expected = {"account": "1", "region": "eu-west-1", "operation": "s3:List", "made": 3, "retries": 2, "throttles": 1}
    assert {**expected, "seconds": 1.5, "slowest_seconds": 0.75} == slowest["by_total"][1]


def test_lists_end_after_ten_and_equals_come_in_order() -> None:
    """A thousand scopes do not make a longer report."""
    calls = calls_of(scope(str(number), "eu-west-1", s3_List=row(1, 1, 1)) for number in range(20, 9, -1))
    assert [str(number) for number in range(10, 20)] == [each["account"] for each in calls["slowest"]["by_total"]]


def test_what_an_older_version_did_not_measure_is_not_zero() -> None:
    """Its calls are counted; how long they took and how often they were repeated is not known."""
    calls = calls_of([scope("1", "eu-west-1", s3_Old=OLD, s3_New=row(1, 1, 1, 1, 1))])
    assert (3, 1, None, None, None) == tuple(
        calls[name] for name in ("made", "denied", "retries", "throttles", "seconds")
    )
    assert ["s3:New"] == [each["operation"] for each in calls["slowest"]["by_call"]]


def test_a_run_without_calls_has_zeros() -> None:
    """A rollback reads nothing that is counted."""
    assert {"by_total": [], "by_call": []} == calls_of([])["slowest"]
    assert 0 == calls_of([])["seconds"]
