"""Tests of the reservation: how large it is, what it leaves to others, and when there is none."""

from __future__ import annotations

from dataclasses import replace
from math import ceil
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.change import Call, Risk
from trueup.errors import UnknownFactError
from trueup.facts.path import split_path
from trueup.facts.unknown import Reason, Unknown

ACTION = "reserve-concurrency"
ARN = "arn:aws:lambda:us-east-1:123456789012:function:resize"
DENIED = Unknown(Reason.ACCESS_DENIED, "", "lambda:GetFunction", "lambda:GetFunction")


def _provisioned(*counts: int) -> list[dict[str, Any]]:
    return [
        {"FunctionArn": f"{ARN}:{number}", "RequestedProvisionedConcurrentExecutions": count}
        for number, count in enumerate(counts)
    ]


def _sources(*limits: int | None) -> list[dict[str, Any]]:
    return [
        {
            "UUID": str(number),
            "FunctionArn": ARN,
            "ScalingConfig": {} if limit is None else {"MaximumConcurrency": limit},
        }
        for number, limit in enumerate(limits)
    ]


def test_it_is_an_api_of_its_own_and_its_undo_deletes(functions: Any) -> None:
    """There was no reservation, so that the way back is to have none."""
    change = functions.change(ACTION, functions.snapshot())
    (step,) = change.steps
    reserve = {"FunctionName": "resize", "ReservedConcurrentExecutions": 20}
    assert step.call == Call("lambda", "PutFunctionConcurrency", reserve)
    assert step.undo == (Call("lambda", "DeleteFunctionConcurrency", {"FunctionName": "resize"}),)
    assert (change.risk, {"lambda:unreserved-concurrency": 20}) == (Risk.SAFE, change.budget)


@given(
    peak=st.floats(0, 600),
    provisioned=st.lists(st.integers(1, 200), max_size=3),
    limits=st.lists(st.none() | st.integers(2, 200), max_size=3),
    target=st.integers(1, 100),
)
def test_it_is_never_below_what_the_function_needs(
    functions: Any, peak: float, provisioned: list[int], limits: list[int | None], target: int
) -> None:
    """The most of the target, 1.5 times the peak, what is provisioned and what event sources may use."""
    snapshot = functions.snapshot(
        None,
        functions.measured(concurrency_peak=peak),
        provisioned=_provisioned(*provisioned),
        region_event_sources=_sources(*limits),
    )
    change = functions.change(ACTION, snapshot, reserved=target)
    expected = max(target, ceil(1.5 * peak), sum(provisioned), sum(limit or 0 for limit in limits))
    assert {"concurrency.reserved": expected} == change.steps[0].effect
    assert {"lambda:unreserved-concurrency": expected} == change.budget


@pytest.mark.parametrize("reserved", [0, 1, 100])
def test_a_reservation_is_never_changed(functions: Any, reserved: int) -> None:
    """A small one protects what the function calls, and 0 pauses the function on purpose."""
    refusal = functions.refusal(ACTION, functions.snapshot(functions.described(reserved=reserved)))
    assert refusal.passes


def test_a_throttled_function_needs_more_than_its_peak(functions: Any) -> None:
    """A reservation by the peak of a function that was held back would hold it back for ever."""
    refusal = functions.refusal(ACTION, functions.snapshot(None, functions.measured(throttles=1.0)))
    assert "throttled" in refusal.reason
    assert not refusal.passes


def test_managed_instances_take_nothing_of_the_account(functions: Any) -> None:
    """There is nothing to reserve for them."""
    managed = functions.described(CapacityProviderConfig={"LambdaManagedInstancesCapacityProviderConfig": {}})
    assert "Managed Instances" in functions.refusal(ACTION, functions.snapshot(managed)).reason


@pytest.mark.parametrize(
    ("quota", "unreserved", "peak", "spare"), [(1000, 900, 90, 665), (10, 10, 2, -3), (1000, 100, 0, 0)]
)
def test_what_is_spare_leaves_others_theirs(functions: Any, quota: int, unreserved: int, peak: int, spare: int) -> None:
    """The part that AWS keeps, and 1.5 times the peak of those without a reservation; a small quota has none."""
    limits = {"AccountLimit": {"ConcurrentExecutions": quota, "UnreservedConcurrentExecutions": unreserved}}
    snapshot = functions.snapshot(None, functions.measured(peak_unreserved=peak), account_settings=limits)
    assert {"quota": quota, "unreserved": unreserved, "peak_unreserved": peak, "spare": spare} == snapshot["account"]


def test_an_account_without_a_measured_peak_has_an_unknown_spare(functions: Any) -> None:
    """No data is not no use."""
    snapshot = functions.snapshot(None, functions.measured(peak_unreserved=None))
    found = snapshot.get("account.spare")
    assert isinstance(found, Unknown)
    assert Reason.NO_DATA is found.reason


def test_a_function_that_was_never_invoked_is_unknown(functions: Any) -> None:
    """Nobody knows how much concurrency it will take."""
    silent = dict.fromkeys(
        ("invocations", "errors", "throttles", "duration_p95", "duration_max", "duration_total", "concurrency_peak")
    )
    with pytest.raises(UnknownFactError) as caught:
        functions.change(ACTION, functions.snapshot(None, functions.measured(**silent)))
    assert Reason.NO_DATA is caught.value.unknown.reason


@pytest.mark.parametrize("missing", ["function", "concurrency", "history", "metrics", "provisioned", "event_sources"])
def test_nothing_is_planned_from_an_unknown_fact(functions: Any, missing: str) -> None:
    """Each aspect that the action looks at stops it when it is not known, and is named."""
    whole = functions.snapshot()
    with pytest.raises(UnknownFactError) as caught:
        functions.change(ACTION, replace(whole, aspects={**whole.aspects, missing: DENIED}))
    assert (missing, DENIED) == (split_path(caught.value.path)[0], caught.value.unknown)
