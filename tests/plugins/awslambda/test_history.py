"""Tests of the history facts: what makes a look-back say nothing."""

from __future__ import annotations

from typing import Any

import pytest

from trueup.facts.unknown import Reason, Unknown

SILENT = dict.fromkeys(
    ("invocations", "errors", "throttles", "duration_p95", "duration_max", "duration_total", "concurrency_peak")
)


def _unknown(snapshot: Any, path: str) -> Unknown:
    found = snapshot.get(path)
    assert isinstance(found, Unknown), found
    return found


def test_an_old_unchanged_function_is_judged(functions: Any) -> None:
    """Days are counted since the last update, hours by invocations."""
    assert functions.snapshot()["history"] == {
        "known_days": 83,
        "unchanged_days": 83,
        "active_hours": 720,
        "long_enough": True,
        "sufficient": True,
    }


def test_idle_hours_are_no_gaps(functions: Any) -> None:
    """A function that runs once a week is measured as fully as one that always runs."""
    weekly = functions.measured(invocations=lambda hour: 1 if hour % 168 == 0 else None)
    snapshot = functions.snapshot(None, weekly)
    assert (5, True) == (snapshot["history.active_hours"], snapshot["history.sufficient"])


@pytest.mark.parametrize(
    ("modified", "known"), [("2026-10-24T09:59:59.000+0000", True), ("2026-10-24T10:00:00.000+0000", False)]
)
def test_an_update_within_the_look_back_is_not_judged(functions: Any, modified: str, *, known: bool) -> None:
    """Other code may need other memory, so that every update counts."""
    snapshot = functions.snapshot(functions.described(LastModified=modified))
    assert known is (snapshot.get("history.sufficient") is True)
    if not known:
        found = _unknown(snapshot, "history.sufficient")
        assert Reason.INSUFFICIENT_HISTORY is found.reason
        assert found == snapshot.get("usage") == snapshot.get("sizing")
        assert snapshot["history.long_enough"] is True
        assert {"memory": False, "timeout": False} == snapshot["fit"]


@pytest.mark.parametrize(("first", "known"), [(23, True), (24, False)])
def test_a_function_is_as_old_as_its_first_invocation(functions: Any, first: int, *, known: bool) -> None:
    """AWS does not tell when a function was made; one that ran a look-back ago is as old."""
    young = functions.described(LastModified="2026-11-20T08:00:00.000+0000")
    series = functions.measured(invocations=lambda hour: 60 if hour >= first else None)
    assert known is (functions.snapshot(young, series).get("history.long_enough") is True)


def test_a_function_that_was_never_invoked_has_no_data(functions: Any) -> None:
    """Idle is not fast: there is no duration of 0 ms."""
    snapshot = functions.snapshot(None, functions.measured(peak=None, **SILENT))
    for path in ("history.sufficient", "usage.p95_duration_seconds", "sizing.measured", "fit.memory"):
        assert Reason.NO_DATA is _unknown(snapshot, path).reason
        assert "not invoked" in _unknown(snapshot, path).detail
    assert Reason.NO_DATA is _unknown(snapshot, "health.throttles").reason


def test_a_denied_metric_makes_everything_unknown_with_its_own_reason(functions: Any) -> None:
    """Not being allowed to read is told as such, not as a lack of history."""
    denied = Unknown(Reason.ACCESS_DENIED, "", "cloudwatch:GetMetricData", "cloudwatch:GetMetricData")
    snapshot = functions.snapshot(None, functions.measured() | {"metrics.invocations": denied})
    assert [denied] * 4 == [
        snapshot.get(path) for path in ("history.sufficient", "history.active_hours", "usage", "health.error_percent")
    ]
    assert 83 == snapshot["history.unchanged_days"]


@pytest.mark.parametrize(("missing", "known"), [(36, True), (37, False)])
def test_memory_must_be_measured_whenever_the_function_ran(functions: Any, missing: int, *, known: bool) -> None:
    """At least 95 % of the hours with invocations have a point of Lambda Insights."""
    series = functions.measured(memory_used=lambda hour: 410 if hour >= missing else None)
    snapshot = functions.snapshot(None, series)
    assert known is (snapshot.get("sizing.memory_known") is True)
    assert snapshot["sizing.measured"] is True
    if not known:
        assert "found it in 94.9%" in _unknown(snapshot, "sizing.memory_peak_mib").detail


def test_errors_are_a_share_of_the_invocations(functions: Any) -> None:
    """An absolute count would make every busy function an unhealthy one."""
    snapshot = functions.snapshot(None, functions.measured(errors=3.0, throttles=2.0))
    assert {"throttles": 1440.0, "error_percent": 5.0} == snapshot["health"]


def test_the_fit_is_held_against_the_memory_of_each_hour(functions: Any) -> None:
    """Durations that were measured with more memory are longer with less, those of today count as they are."""
    series = functions.measured(
        slowest=150.0,
        duration_max=lambda hour: 150_000 if hour < 700 else 160_000,
        memory_configured=lambda hour: 3008 if hour < 700 else 1024,
    )
    needed = 529
    for timeout, fits in ((needed, True), (needed + 1, False)):
        snapshot = functions.snapshot(functions.described(memory=1024, timeout=timeout), series)
        assert fits is snapshot["fit.timeout"]
