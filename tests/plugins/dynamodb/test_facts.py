"""Tests that what is written of a table (fact schema, prices, calls) agrees with what the code declares."""

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
from trueup.change import Change
from trueup.facts.validation import fact_problems, fact_schema_problems
from trueup.service.declarations import DerivedAspect, MetricsAspect, ReadAspect

UNITS = st.tuples(st.integers(1, 40_000), st.integers(1, 40_000))
INDEXES = st.dictionaries(st.text("abcXYZ019_.-", min_size=3, max_size=255), UNITS, max_size=20)
OFF = {
    "ContinuousBackupsStatus": "ENABLED",
    "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "DISABLED"},
}


def _reads(aspect: ReadAspect | MetricsAspect | DerivedAspect) -> list[str]:
    if isinstance(aspect, ReadAspect):
        return list(aspect.reads)
    return ["cloudwatch:GetMetricData"] if isinstance(aspect, MetricsAspect) else []


def test_the_fact_schema_is_well_formed() -> None:
    """Every fact has its type, description and unit, as the form of fact schemas demands."""
    file = files("trueup.plugins.dynamodb").joinpath("facts", "table.schema.json")
    assert fact_schema_problems(file, "dynamodb") == ()


def test_every_aspect_is_described_with_the_operations_it_reads(tables: Any) -> None:
    """The schema and the plugin name the same aspects and the same reads."""
    declared = {name: _reads(aspect) for name, aspect in tables.type.aspects.items()}
    written = {name: aspect["x-reads"] for name, aspect in tables.schema.document["properties"].items()}
    assert declared == written


def test_every_action_is_described_with_its_parameters(tables: Any) -> None:
    """Rules are checked against the schema, actions are called with what rules say: both must agree."""
    written = {name: action["parameters"] for name, action in tables.schema.actions.items()}
    assert written == {name: action.parameters for name, action in tables.type.actions.items()}


def test_owned_facts_are_configuration(tables: Any) -> None:
    """What an action writes is compared by equality, so it must not be an observation."""
    kinds = {path: tables.schema.kind(path) for each in tables.type.actions.values() for path in each.owned}
    assert set(kinds.values()) == {"configuration"}


def test_what_follows_from_metrics_is_observed(tables: Any) -> None:
    """Metrics and prices and what is derived of them are judged again, never compared."""
    observed = {"prices", *(name for name, each in tables.type.aspects.items() if isinstance(each, MetricsAspect))}
    for name, each in tables.type.aspects.items():
        if isinstance(each, DerivedAspect) and observed & set(each.needs):
            observed.add(name)
    written = {name for name in tables.schema.aspects if tables.schema.kind(name) == "observed"}
    assert observed == written


def test_every_read_is_of_a_reading_access_level(tables: Any) -> None:
    """No aspect may call what writes; every write of an action is one."""
    reads = {*tables.type.lists, *(op for each in tables.type.aspects.values() for op in getattr(each, "reads", ()))}
    levels = {action: access_level(action) for operation in reads for action in actions_for(operation)}
    assert {"Read", "List"} >= set(map(str, levels.values())), levels
    writes = {op for each in tables.type.actions.values() for op in each.writes}
    assert {"Write"} == {str(access_level(action)) for operation in writes for action in actions_for(operation)}


@given(indexes=INDEXES, units=UNITS)
def test_every_call_is_valid_offline(tables: Any, indexes: dict[str, Any], units: tuple[int, int]) -> None:
    """Whatever the table, each planned call and undo passes botocore's model with its limits and patterns."""
    snapshot = tables.idle(tables.described(read=units[0], write=units[1], indexes=indexes), continuous_backups=OFF)
    for declared in tables.type.actions.values():
        change = declared.plan(snapshot.frozen(), {"billing_mode": "PAY_PER_REQUEST"})
        assert isinstance(change, Change)
        for step in change.steps:
            assert [] == [problem for call in (step.call, *step.undo) for problem in check_call(call)]


@given(indexes=INDEXES, use=st.floats(0, 1e6))
def test_derived_facts_are_as_described(tables: Any, indexes: dict[str, Any], use: float) -> None:
    """Each derived value is of the types and names that the schema declares, and nothing of it is dropped."""
    described = tables.described(indexes=indexes)
    snapshot = tables.snapshot(described, tables.measured(described, consumed_read=use))
    derived = {name for name, each in tables.type.aspects.items() if isinstance(each, DerivedAspect)}
    values = {name: snapshot.aspects[name] for name in derived}
    assert () == fact_problems(tables.schema, values)
    for name in derived:
        raw = tables.type.aspects[name].derive(snapshot)
        assert raw == tables.schema.normalise(name, raw)


@pytest.mark.parametrize("field", ["currency", "date", "source", "regions"])
def test_prices_say_where_they_come_from(field: str) -> None:
    """A price without a date and a source is a rumour."""
    prices = json.loads(files("trueup.plugins.dynamodb").joinpath("prices.json").read_text(encoding="utf-8"))
    assert prices[field]
    assert date.fromisoformat(prices["date"]) >= date(2026, 1, 1)
