"""Tests of the change of memory and timeout: what it sends, what it refuses, and that the undo undoes it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.change import Call, Change, Risk
from trueup.errors import UnknownFactError
from trueup.facts.path import split_path
from trueup.facts.unknown import Reason, Unknown

ACTION = "set-memory-and-timeout"
DENIED = Unknown(Reason.ACCESS_DENIED, "", "lambda:ListAliases", "lambda:ListAliases")
REVISION = {"$fact": {"path": "function.RevisionId"}}
MEMORY = st.integers(128, 10_240)
TIMEOUT = st.integers(1, 900)
ARN = "arn:aws:lambda:us-east-1:123456789012:function:resize"


def _update(size: tuple[int, int], call: Call) -> tuple[int, int]:
    """Do to a memory and a timeout what Lambda does with a call, and refuse what it refuses."""
    assert call.name == "lambda:UpdateFunctionConfiguration"
    asked = dict(call.parameters)
    assert (asked.pop("FunctionName"), asked.pop("RevisionId")) == ("resize", REVISION)
    memory, timeout = asked.pop("MemorySize", size[0]), asked.pop("Timeout", size[1])
    assert not asked
    assert 128 <= memory <= 10_240
    assert 1 <= timeout <= 900
    return memory, timeout


def _function(functions: Any, memory: int, timeout: int, slowest: float, peak: float | None) -> Any:
    """Give a function that was measured at the memory that it has."""
    used = None if peak is None else min(peak, memory)
    series = functions.measured(slowest=min(slowest, timeout), peak=used, memory=memory)
    return functions.snapshot(functions.described(memory=memory, timeout=timeout), series)


def test_it_is_one_call_with_the_revision_of_the_read_before(functions: Any) -> None:
    """Memory and timeout go together, since a second write is refused while the first settles."""
    (step,) = functions.change(ACTION, functions.snapshot()).steps
    common = {"FunctionName": "resize", "RevisionId": REVISION}
    operation = "UpdateFunctionConfiguration"
    assert step.call == Call("lambda", operation, {**common, "MemorySize": 1024, "Timeout": 300})
    assert step.undo == (Call("lambda", operation, {**common, "MemorySize": 3008, "Timeout": 900}),)
    assert step.effect == {"function.MemorySize": 1024, "function.Timeout": 300}
    assert step.waiter == "function_updated_v2"


@given(memory=MEMORY, timeout=TIMEOUT, slowest=st.floats(0.001, 900), peak=st.none() | st.floats(1, 10_240))
def test_every_change_fits_what_was_observed_and_its_undo_restores(
    functions: Any, memory: int, timeout: int, slowest: float, peak: float | None
) -> None:
    """Whatever the function: nothing grows, peaks keep their room, the undo is exact, and no second fix is needed."""
    before = _function(functions, memory, timeout, slowest, peak)
    try:
        change = functions.type.actions[ACTION].plan(before.frozen(), {"memory_mib": 1024, "timeout_seconds": 300})
    except UnknownFactError as error:
        assert (None, "sizing.least_memory_mib") == (peak, error.path)  # noqa: PT017 - raised for some functions only
        assert memory > 1024
        return
    if not isinstance(change, Change):
        assert change.passes
        return
    (step,) = change.steps
    new_memory, new_timeout = after = _update((memory, timeout), step.call)
    assert new_memory <= memory
    assert new_timeout <= timeout
    assert after == (
        step.effect.get("function.MemorySize", memory),
        step.effect.get("function.Timeout", timeout),
    )
    if new_memory < memory:
        assert peak is not None
        assert new_memory >= 1024
        assert 0.70 * new_memory >= min(peak, memory) - 1e-6
        assert new_timeout >= 1.2 * min(slowest, timeout) * memory / new_memory - 1e-6
    if new_timeout < timeout:
        assert new_timeout >= max(300, 1.2 * min(slowest, timeout) * memory / new_memory - 1e-6)
    assert (memory, timeout) == _update(after, step.undo[0])
    seen = functions.snapshot(functions.described(memory=new_memory, timeout=new_timeout), before.series)
    assert new_memory <= 1024 or seen["fit.memory"]
    assert new_timeout <= 300 or seen["fit.timeout"]


@pytest.mark.parametrize(
    ("peak", "slowest", "memory", "timeout"),
    [(410.0, 6.0, 1024, 300), (900.0, 6.0, 1286, 300), (410.0, 150.0, 1024, 529), (410.0, 700.0, 2808, 900)],
)
def test_a_target_is_a_floor(functions: Any, peak: float, slowest: float, memory: int, timeout: int) -> None:
    """Where the target is too small the size is what the observed use allows."""
    snapshot = functions.snapshot(None, functions.measured(peak=peak, slowest=slowest))
    (step,) = functions.change(ACTION, snapshot).steps
    effect = {"function.MemorySize": 3008, "function.Timeout": 900, **step.effect}
    assert {"function.MemorySize": memory, "function.Timeout": timeout} == effect


def test_only_what_changes_is_sent(functions: Any) -> None:
    """A function whose timeout is short already keeps it, and it is not sent again."""
    snapshot = functions.snapshot(functions.described(timeout=60))
    (step,) = functions.change(ACTION, snapshot).steps
    assert {"FunctionName": "resize", "RevisionId": REVISION, "MemorySize": 1024} == step.call.parameters
    assert {"function.MemorySize": 1024} == step.effect


def test_a_size_that_is_the_least_already_passes(functions: Any) -> None:
    """Nothing smaller fits: there is nothing to plan, and the finding passes with the reason."""
    snapshot = functions.snapshot(functions.described(memory=1286), functions.measured(peak=900.0, memory=1286))
    snapshot = replace(snapshot, aspects={**snapshot.aspects, "function": {**snapshot["function"], "Timeout": 300}})
    refusal = functions.refusal(ACTION, snapshot)
    assert refusal.passes
    assert "900 MiB" in refusal.reason


def test_memory_is_not_lowered_without_insights(functions: Any) -> None:
    """The missing fact is named, with what to do about it."""
    with pytest.raises(UnknownFactError) as caught:
        functions.change(ACTION, functions.snapshot(None, functions.measured(peak=None)))
    assert "add its extension" in caught.value.unknown.detail


def test_the_waiver_makes_it_disruptive(functions: Any) -> None:
    """A change on trust says so, and has no memory projection."""
    snapshot = functions.snapshot(None, functions.measured(peak=None))
    change = functions.change(ACTION, snapshot, without_insights=True)
    assert (change.risk, change.steps[0].effect["function.MemorySize"]) == (Risk.DISRUPTIVE, 1024)
    assert "projected_peak_memory" not in change.projection
    assert functions.change(ACTION, functions.snapshot()).risk is Risk.SAFE


def test_the_waiver_does_not_guess_sizes_in_between(functions: Any) -> None:
    """When the target would bring the slowest invocation too near to its timeout, a measurement is asked for."""
    snapshot = functions.snapshot(None, functions.measured(peak=None, slowest=700.0))
    refusal = functions.refusal(ACTION, snapshot, without_insights=True)
    assert "Lambda Insights" in refusal.reason
    assert not refusal.passes


def test_the_waiver_does_not_reach_a_peak_that_is_partly_known(functions: Any) -> None:
    """Insights of a few hours may show the peak already; it is waited for, not waived."""
    partly = functions.measured(memory_used=lambda hour: 2900 if hour > 700 else None)
    with pytest.raises(UnknownFactError) as caught:
        functions.change(ACTION, functions.snapshot(None, partly), without_insights=True)
    assert Reason.INSUFFICIENT_HISTORY is caught.value.unknown.reason


def test_a_timeout_needs_no_insights(functions: Any) -> None:
    """A small function with a long timeout is fixed without a memory peak, and safely."""
    snapshot = functions.snapshot(functions.described(memory=512), functions.measured(peak=None))
    change = functions.change(ACTION, snapshot)
    assert (change.risk, change.steps[0].effect) == (Risk.SAFE, {"function.Timeout": 300})


def _alias(**more: Any) -> dict[str, Any]:
    return {"aliases": [{"Name": "live", "FunctionVersion": "$LATEST", **more}]}


def _source(qualifier: str) -> dict[str, Any]:
    return {"region_event_sources": [{"UUID": "u", "FunctionArn": f"{ARN}:{qualifier}"}]}


@pytest.mark.parametrize(
    ("read", "reason"),
    [
        (_alias(FunctionVersion="3"), "alias live uses version 3"),
        (_alias(RoutingConfig={"AdditionalVersionWeights": {"4": 0.1}}), "alias live uses version 4"),
        (_source("7"), "event source u uses version 7"),
        ({**_alias(FunctionVersion="3"), **_source("live")}, "alias live uses version 3"),
    ],
)
def test_published_versions_are_shown_and_not_fixed(functions: Any, read: dict[str, Any], reason: str) -> None:
    """A change of $LATEST has no effect on what runs, and saves nothing."""
    refusal = functions.refusal(ACTION, functions.snapshot(None, None, **read))
    assert refusal.reason.startswith(reason)
    assert "saves 0" in refusal.reason
    assert not refusal.passes


@pytest.mark.parametrize("read", [_alias(), {**_alias(), **_source("live")}, _source("$LATEST")])
def test_what_uses_the_unpublished_version_does_not_matter(functions: Any, read: dict[str, Any]) -> None:
    """An alias or an event source of $LATEST follows the change."""
    assert functions.change(ACTION, functions.snapshot(None, None, **read)).steps


def test_other_functions_mappings_do_not_matter(functions: Any) -> None:
    """A function whose name begins alike is another function."""
    other = {"region_event_sources": [{"UUID": "u", "FunctionArn": f"{ARN}-large:7"}]}
    snapshot = functions.snapshot(None, None, **other)
    assert [] == snapshot["event_sources"]
    assert functions.change(ACTION, snapshot).steps


def test_managed_instances_are_left_alone(functions: Any) -> None:
    """They have other limits and another bill."""
    managed = functions.described(CapacityProviderConfig={"LambdaManagedInstancesCapacityProviderConfig": {}})
    assert "Managed Instances" in functions.refusal(ACTION, functions.snapshot(managed)).reason


@pytest.mark.parametrize("parameters", [{"memory_mib": 64}, {"timeout_seconds": 901, "memory_mib": 11_000}])
def test_the_quotas_hold_whatever_the_parameters(functions: Any, parameters: dict[str, int]) -> None:
    """The API's model allows more than Lambda does; the action checks by itself."""
    series = functions.measured(peak=20.0, slowest=0.1, memory=20_480)
    snapshot = functions.snapshot(functions.described(memory=20_480), series)
    assert "outside of what Lambda offers" in functions.refusal(ACTION, snapshot, **parameters).reason


@pytest.mark.parametrize("missing", ["function", "aliases", "event_sources", "usage", "sizing"])
def test_nothing_is_planned_from_an_unknown_fact(functions: Any, missing: str) -> None:
    """Each aspect that the action looks at stops it when it is not known, and is named."""
    whole = functions.snapshot()
    with pytest.raises(UnknownFactError) as caught:
        functions.change(ACTION, replace(whole, aspects={**whole.aspects, missing: DENIED}))
    assert (missing, DENIED) == (split_path(caught.value.path)[0], caught.value.unknown)


@pytest.mark.parametrize("action", ["set-memory-and-timeout", "reserve-concurrency"])
def test_actions_need_only_what_they_declare(functions: Any, action: str) -> None:
    """An action planned from its declared needs alone gives the same change."""
    whole = functions.snapshot()
    needed = {name: whole.aspects[name] for name in functions.type.actions[action].needs}
    change = functions.change(action, whole)
    assert change == functions.change(action, replace(whole, aspects=needed))
    assert sorted(functions.type.actions[action].owned) == sorted(change.steps[0].effect)


def test_the_projection_is_of_the_end_state(functions: Any) -> None:
    """What the memory peak and the slowest invocation become, for a person to look at."""
    projection = functions.change(ACTION, functions.snapshot()).projection
    assert (round(100 * 410 / 1024, 2), 17.625) == (
        projection["projected_peak_memory"],
        projection["projected_peak_duration"],
    )
    assert projection["projected_peak_memory"] <= 70
