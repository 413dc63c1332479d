"""References: values that are taken right before a call, and only the ones that were meant."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.applying.references import (
    answered,
    fact_aspects,
    filled,
    kept_paths,
    kept_results,
    references,
    resolve,
    undoable,
)
from trueup.canonical import digest
from trueup.change import Call, Reversible, Risk, Step
from trueup.errors import RefusedError
from trueup.facts.snapshot import Snapshot
from trueup.facts.unknown import Reason, Unknown
from trueup.journal.changes import StepRecord, StepStatus
from trueup.planning.planned import PlannedChange
from trueup.resource import Resource

QUEUE = Resource("sqs.queue", "arn:aws:sqs:us-east-1:123456789012:a", "a", "123456789012", "us-east-1")
URL = {"$result": {"step": "1", "path": "QueueUrl"}}
SECRET = {"$fact": {"path": "tags.secret", "sha256": digest("hunter2")}}


def _snapshot(**aspects: Any) -> Snapshot:
    return Snapshot(QUEUE, aspects, datetime(2026, 11, 23, tzinfo=UTC))


def _call(parameters: dict[str, Any]) -> Call:
    return Call("sqs", "TagQueue", parameters)


def change(*steps: Step) -> PlannedChange:
    """Give a change of these steps."""
    return PlannedChange(
        id="c0123456789", rule="sqs-queue-x", action="set", resource=QUEUE, parameters={}, summary="s", steps=steps,
        risk=Risk.SAFE, risk_reason="r", reversible=Reversible.YES, reversible_reason="", before={}, after={},
        relies_on={}, capacity=False, managed_by=None, projection={}, savings_monthly=None, code="", depends={},
        undo_carries={}, settle_seconds=60, poll_seconds=5,
    )  # fmt: skip


def test_references_are_replaced_wherever_they_stand() -> None:
    """In lists, in mappings, beside literals; a mapping with more than the one name is none."""
    parameters = {"a": [URL, 1], "b": {"c": SECRET}, "d": {"$result": {}, "e": 1}, "f": ("x",)}
    found = resolve(_call(parameters), _snapshot(tags={"secret": "hunter2"}), {"1": {"QueueUrl": "u"}})
    assert {"a": ["u", 1], "b": {"c": "hunter2"}, "d": {"$result": {}, "e": 1}, "f": ["x"]} == found.parameters


def test_a_fact_without_a_digest_is_taken_as_it_is() -> None:
    """The plan then says that any value will do."""
    found = resolve(_call({"a": {"$fact": {"path": "tags.x"}}}), _snapshot(tags={"x": "y"}), {})
    assert {"a": "y"} == found.parameters


@pytest.mark.parametrize(("now", "expected"), [(3, 8), (8, 8), (11, 11)])
def test_the_larger_of_a_number_and_a_fresh_fact(now: int, expected: int) -> None:
    """An undo that must not lower what has grown since."""
    found = resolve(
        _call({"a": {"$fact": {"path": "service.count", "at_least": 8}}}), _snapshot(service={"count": now}), {}
    )
    assert {"a": expected} == found.parameters


def test_only_numbers_are_compared() -> None:
    """A text, or true, is no number, and nothing is sent."""
    for value in ("9", True, None):
        with pytest.raises(RefusedError, match=r"service\.count: expected a number right before the call"):
            resolve(
                _call({"a": {"$fact": {"path": "service.count", "at_least": 8}}}),
                _snapshot(service={"count": value}),
                {},
            )


def test_the_run_that_sends_stands_in_for_its_reference() -> None:
    """So that what a call made can be traced to it."""
    call = _call({"tags": [{"key": "trueup:run", "value": {"$run": {}}}]})
    assert {"tags": [{"key": "trueup:run", "value": "r1"}]} == resolve(call, _snapshot(), {}, "r1").parameters


@pytest.mark.parametrize(("leaves", "expected"), [("", None), ("an empty queue", ["TagQueue"])])
def test_what_leaves_nothing_in_use_need_not_be_undone(leaves: str, expected: list[str] | None) -> None:
    """When the answer that its undo needs was lost; the other steps are undone all the same."""
    made = Step(Call("sqs", "CreateQueue", {}), (_call({"QueueUrl": URL}),), leaves=leaves, repeatable=True)
    tagged = Step(_call({"Tags": {"a": "b"}}), (_call({"Tags": {}}),), effect={"tags.a": "b"})
    inverse = replace(change(made, tagged), before={"tags.a": None}).inverse()
    found = undoable(inverse)
    assert expected == (None if found is None else [step.call.operation for step in found.steps])
    known = answered(inverse, [StepRecord("forward", 0, StepStatus.SETTLED, None, {"QueueUrl": "u"})])
    assert known == undoable(known)


def test_values_that_must_not_be_shown_are_filled_in_to_be_checked() -> None:
    """Only those: what is not known before the call stays a reference."""
    lock = {"$fact": {"path": "tags.x"}}
    (found,) = filled([Step(_call({"a": [SECRET], "b": lock, "c": URL}), ())], _snapshot(tags={"secret": "hunter2"}))
    assert {"a": ["hunter2"], "b": lock, "c": URL} == found.call.parameters
    with pytest.raises(RefusedError, match="found another"):
        filled([Step(_call({"a": SECRET}), ())], _snapshot(tags={"secret": "other"}))


@pytest.mark.parametrize(
    ("parameters", "aspects", "results", "expected"),
    [
        (SECRET, {"tags": {"secret": "hunter3"}}, {}, "tags.secret: expected the value that the plan was made on"),
        (SECRET, {"tags": {}}, {}, "tags.secret: expected the value that the plan was made on"),
        (SECRET, {"tags": Unknown(Reason.TIMEOUT)}, {}, "right before the call, found: timed out"),
        (SECRET, {}, {}, "right before the call, found: not read"),
        (URL, {}, {}, "step 1: expected QueueUrl in its answer, found none"),
        (URL, {}, {"1": {}}, "step 1: expected QueueUrl in its answer, found none"),
        (URL, {}, {"2": {"QueueUrl": "u"}}, "step 1: expected QueueUrl in its answer, found none"),
    ],
)
def test_what_cannot_be_resolved_is_refused(
    parameters: dict[str, Any], aspects: dict[str, Any], results: dict[str, Any], expected: str
) -> None:
    """Never an empty or another value; the message does not show the secret."""
    with pytest.raises(RefusedError) as raised:
        resolve(_call({"a": parameters}), _snapshot(**aspects), results)
    assert expected in str(raised.value)
    assert "hunter" not in str(raised.value)


def test_only_what_is_referred_to_is_kept_of_an_answer() -> None:
    """An answer may hold secrets; a path that it lacks is left out."""
    deep = {"$result": {"step": "1", "path": "Queue.Url"}}
    steps = Step(_call({"a": URL}), (_call({"b": [deep]}),)), Step(_call({"c": SECRET}), ())
    planned = change(*steps)
    assert frozenset({"QueueUrl", "Queue.Url"}) == kept_paths(planned, "1")
    assert frozenset() == kept_paths(planned, "2")
    assert frozenset({"tags"}) == fact_aspects(planned)
    answer = {"QueueUrl": "u", "Secret": "s", "Queue": {"Url": "v"}}
    assert {"QueueUrl": "u", "Queue.Url": "v"} == kept_results(planned, "1", answer)
    assert {} == kept_results(planned, "1", {"Queue": "no mapping"})


def test_an_undo_gets_the_answers_of_the_steps_that_it_undoes() -> None:
    """By the step's own number, though the steps of an undo run the other way; what is missing stays a reference."""
    other = {"$result": {"step": "2", "path": "QueueUrl"}}
    planned = change(Step(_call({}), (_call({"a": [URL, (1,)]}),)), Step(_call({}), (_call({"b": other}),)))
    records = [StepRecord("forward", 0, StepStatus.SETTLED, None, {"QueueUrl": "first"})]
    found = answered(planned.inverse(), records)
    assert [{"b": other}, {"a": ["first", [1]]}] == [step.call.parameters for step in found.steps]
    records.append(StepRecord("forward", 1, StepStatus.SENT, None, None))
    assert found == answered(planned.inverse(), records)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text().filter(lambda name: not name.startswith("$")), inner),
)


@given(st.dictionaries(st.text().filter(lambda name: not name.startswith("$")), _JSON))
def test_what_holds_no_reference_stays_as_it_is(parameters: dict[str, Any]) -> None:
    """Literals are sent as they stand in the plan."""
    assert parameters == resolve(_call(parameters), _snapshot(), {}).parameters
    assert [] == [*references(parameters, "$fact"), *references(parameters, "$result")]
