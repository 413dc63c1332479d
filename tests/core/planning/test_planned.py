"""Planned changes: one JSON form, and an inverse that leads back step by step."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.core.applying.test_references import change
from trueup.change import Call, Reversible, Risk, Step
from trueup.planning.planned import PlannedChange, change_id
from trueup.resource import Resource

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)
OBJECTS = st.dictionaries(st.text(max_size=4), JSON, max_size=3)
PATHS = st.sampled_from(["a.b", "a.c", "d"])
CALLS = st.builds(Call, st.sampled_from(["sqs", "s3"]), st.sampled_from(["TagQueue", "PutObject"]), OBJECTS)


@st.composite
def changes(draw: st.DrawFn) -> PlannedChange:
    """A change of up to four steps that write facts one after the other."""
    effects = draw(st.lists(st.dictionaries(PATHS, st.integers(0, 9), max_size=2), max_size=4))
    steps = tuple(
        Step(draw(CALLS), tuple(draw(st.lists(CALLS, min_size=1, max_size=2))), effect, draw(OBJECTS), draw(OBJECTS),
             draw(st.sampled_from(["", "table_exists"])), draw(st.booleans()))
        for effect in effects
    )  # fmt: skip
    after: dict[str, Any] = {}
    for effect in effects:
        after.update(effect)
    resource = Resource("sqs.queue", draw(st.text()), draw(st.text()), "123456789012", "us-east-1")
    return replace(
        change(*steps), resource=resource, before={path: draw(st.integers(10, 19)) for path in after}, after=after,
        risk=draw(st.sampled_from(Risk)), reversible=draw(st.sampled_from(Reversible)), parameters=draw(OBJECTS),
        capacity=draw(st.booleans()), managed_by=draw(st.none() | st.text()), projection=draw(OBJECTS),
        savings_monthly=draw(st.none() | OBJECTS), summary=draw(st.text()),
        relies_on=draw(st.dictionaries(PATHS, st.text())),
        undo_carries=draw(st.dictionaries(PATHS, st.floats(0, 1e9))),
    )  # fmt: skip


@given(changes())
def test_a_change_comes_back_from_json(planned: PlannedChange) -> None:
    """Equal, and with the same text the second time."""
    text = json.dumps(planned.to_json())
    found = PlannedChange.from_json(json.loads(text))
    assert planned == found
    assert text == json.dumps(found.to_json())


@given(changes())
def test_a_change_of_an_earlier_version_comes_back(planned: PlannedChange) -> None:
    """What it lacks is empty: a run that was applied before an update can still be undone after it."""
    document = json.loads(json.dumps(planned.to_json()))
    for name in ("depends", "undo_carries"):
        del document[name]
    for step in document["steps"]:
        del step["acts_on"]
    found = PlannedChange.from_json(document)
    assert replace(planned, undo_carries={}) == found


@given(changes(), st.data())
def test_the_inverse_leads_back(planned: PlannedChange, data: st.DataObject) -> None:
    """Whatever part was done: walking the undo's effects from there ends at the before-image."""
    done = data.draw(st.integers(0, len(planned.steps)))
    state = dict(planned.before)
    for step in planned.steps[:done]:
        state.update(step.effect)
    inverse = planned.inverse(done)
    assert state == inverse.before
    assert [call for step in reversed(planned.steps[:done]) for call in step.undo] == [s.call for s in inverse.steps]
    for step in inverse.steps:
        state.update(step.effect)
    assert planned.before == state == inverse.after


@given(changes())
def test_the_base_of_a_step_is_what_the_steps_before_it_left(planned: PlannedChange) -> None:
    """Of the facts that it writes, and of no others."""
    state = dict(planned.before)
    for position, step in enumerate(planned.steps):
        assert {path: state[path] for path in step.effect} == planned.base_of(position)
        state.update(step.effect)
    assert planned.inverse() == planned.inverse(len(planned.steps))


@given(st.text(), st.text(), st.text(), st.text())
def test_the_id_is_of_rule_and_resource(rule: str, arn: str, other_rule: str, other_arn: str) -> None:
    """The same pair always has the same one."""
    same = (rule, arn) == (other_rule, other_arn)
    assert same is (change_id(rule, arn) == change_id(other_rule, other_arn))
