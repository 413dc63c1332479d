"""Tests that what is written of a function (fact schema, prices, calls) agrees with what the code declares."""

from __future__ import annotations

import json
from datetime import date
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.aws.check import check_call
from trueup.aws.iam.levels import access_level
from trueup.aws.iam.operations import actions_for
from trueup.facts.validation import fact_problems, fact_schema_problems
from trueup.service.declarations import DerivedAspect, MetricsAspect


def _names(schema: Any) -> set[str]:
    """Give every name that a schema declares, at any depth."""
    found: set[str] = set()
    if isinstance(schema, dict):
        found |= set(schema.get("properties", {}))
        for each in schema.values():
            found |= _names(each)
    return found


def test_the_fact_schema_is_well_formed() -> None:
    """Every fact has its type, description and unit, as the form of fact schemas demands."""
    file = files("trueup.plugins.awslambda").joinpath("facts", "function.schema.json")
    assert fact_schema_problems(file, "awslambda") == ()


def test_the_schema_lets_nothing_secret_in(functions: Any) -> None:
    """Neither environment variables nor what leads to the code is a fact, and only tags and weights are open maps."""
    secret = {
        "Environment",
        "Variables",
        "Code",
        "Location",
        "KMSKeyArn",
        "Layers",
        "Description",
        "EnvironmentResponse",
    }
    assert set() == _names(functions.schema.document) & secret
    maps = [path for path, each in _maps(functions.schema.document["properties"], "") if each]
    assert ["tags", "aliases.RoutingConfig.AdditionalVersionWeights", "prices.list", "cost.parts"] == maps


def _maps(properties: Any, above: str) -> Any:
    for name, schema in properties.items():
        path = f"{above}{name}"
        inner = schema.get("items", schema)
        yield path, "additionalProperties" in inner
        yield from _maps(inner.get("properties", {}), f"{path}.")


def test_a_secret_is_not_in_what_is_read(functions: Any) -> None:
    """What the read lets through is without the value, before the schema is even asked."""
    assert "not-to-be-shown" not in str(functions.described())


def test_owned_facts_are_configuration(functions: Any) -> None:
    """What an action writes is compared by equality, so it must not be an observation."""
    kinds = {path: functions.schema.kind(path) for each in functions.type.actions.values() for path in each.owned}
    assert set(kinds.values()) == {"configuration"}


def test_what_follows_from_metrics_is_observed_but_for_the_fit(functions: Any) -> None:
    """Metrics and prices are judged again, never compared; only whether a size fits is asked afresh after a write."""
    observed = {"prices", *(name for name, each in functions.type.aspects.items() if isinstance(each, MetricsAspect))}
    for name, each in functions.type.aspects.items():
        if isinstance(each, DerivedAspect) and observed & set(each.needs):
            observed.add(name)
    written = {name for name in functions.schema.aspects if functions.schema.kind(name) == "observed"}
    assert observed - written == {"fit"}
    assert written <= observed


@pytest.mark.parametrize("path", ["function.RevisionId", "function.LastModified", "function.State"])
def test_what_changes_with_every_update_is_observed(functions: Any, path: str) -> None:
    """A revision that is new after trueup's own write must not make the next change stale."""
    assert functions.schema.kind(path) == "observed"


def test_every_read_is_of_a_reading_access_level(functions: Any) -> None:
    """No aspect may call what writes; every write of an action is one."""
    reads = {
        *functions.type.lists,
        *(op for each in functions.type.aspects.values() for op in getattr(each, "reads", ())),
    }
    levels = {action: access_level(action) for operation in reads for action in actions_for(operation)}
    assert {"Read", "List"} >= set(map(str, levels.values())), levels
    writes = {op for each in functions.type.actions.values() for op in each.writes}
    assert {"Write"} == {str(access_level(action)) for operation in writes for action in actions_for(operation)}


@given(memory=st.integers(1025, 10_240), timeout=st.integers(301, 900), peak=st.floats(1, 700))
def test_every_call_is_valid_offline(functions: Any, memory: int, timeout: int, peak: float) -> None:
    """Whatever the function, each planned call and undo passes botocore's model with its limits and patterns."""
    snapshot = functions.snapshot(
        functions.described(memory=memory, timeout=timeout), functions.measured(peak=peak, memory=memory)
    )
    for name, declared in functions.type.actions.items():
        for step in functions.change(name, snapshot).steps:
            assert {step.call.name, *(undo.name for undo in step.undo)} <= set(declared.writes)
            assert [] == [problem for call in (step.call, *step.undo) for problem in check_call(call)]


@given(slowest=st.floats(0.001, 900), peak=st.none() | st.floats(1, 3008))
def test_derived_facts_are_as_described(functions: Any, slowest: float, peak: float | None) -> None:
    """Each derived value is of the types and names that the schema declares, and nothing of it is dropped."""
    snapshot = functions.snapshot(None, functions.measured(slowest=slowest, peak=peak))
    derived = {name for name, each in functions.type.aspects.items() if isinstance(each, DerivedAspect)}
    assert () == fact_problems(functions.schema, {name: snapshot.aspects[name] for name in derived})
    for name in derived:
        raw = functions.type.aspects[name].derive(snapshot)
        assert raw == functions.schema.normalise(name, raw)


@pytest.mark.parametrize("field", ["currency", "date", "source", "regions"])
def test_prices_say_where_they_come_from(field: str) -> None:
    """A price without a date and a source is a rumour."""
    prices = json.loads(files("trueup.plugins.awslambda").joinpath("prices.json").read_text(encoding="utf-8"))
    assert prices[field]
    assert date.fromisoformat(prices["date"]) >= date(2026, 1, 1)
