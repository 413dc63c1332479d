"""Tests that what is written of a group (fact schema, prices, calls) agrees with what the code declares."""

from __future__ import annotations

import json
from datetime import date
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trueup.aws.check import check_call
from trueup.aws.iam.levels import access_level
from trueup.aws.iam.operations import actions_for
from trueup.change import Change
from trueup.facts.validation import fact_problems, fact_schema_problems
from trueup.plugins.elasticache.fitting import SMALL_SIZES
from trueup.plugins.elasticache.node_types import node_types
from trueup.service.declarations import DerivedAspect, MetricsAspect, ReadAspect

# What follows from the moment, from a status or from a price, besides what follows from metrics.
MOMENTARY = {"state", "calm", "ringing", "cost", "alarms", "prices", "reserved_nodes"}
PLUGIN = files("trueup.plugins.elasticache")


def _reads(aspect: ReadAspect | MetricsAspect | DerivedAspect) -> list[str]:
    if isinstance(aspect, ReadAspect):
        return list(aspect.reads)
    return ["cloudwatch:GetMetricData"] if isinstance(aspect, MetricsAspect) else []


def test_the_fact_schema_is_well_formed() -> None:
    """Every fact has its type, description and unit, as the form of fact schemas demands."""
    file = PLUGIN.joinpath("facts", "replication_group.schema.json")
    assert fact_schema_problems(file, "elasticache") == ()


def test_every_aspect_is_described_with_the_operations_it_reads(groups: Any) -> None:
    """The schema and the plugin name the same aspects and the same reads."""
    declared = {name: _reads(aspect) for name, aspect in groups.type.aspects.items()}
    written = {name: aspect["x-reads"] for name, aspect in groups.schema.document["properties"].items()}
    assert declared == written


def test_every_action_is_described_with_its_parameters(groups: Any) -> None:
    """Rules are checked against the schema, actions are called with what rules say: both must agree."""
    written = {name: action["parameters"] for name, action in groups.schema.actions.items()}
    assert written == {name: action.parameters for name, action in groups.type.actions.items()}


def test_owned_facts_are_configuration(groups: Any) -> None:
    """What an action writes is compared by equality, so it must not be an observation."""
    kinds = {path: groups.schema.kind(path) for each in groups.type.actions.values() for path in each.owned}
    assert set(kinds.values()) == {"configuration"}


def test_what_follows_from_metrics_is_observed(groups: Any) -> None:
    """Metrics and what is derived of them are judged again, never compared; but for whether the size fits.

    That is asked again right after a write, when the size is another one.
    """
    observed = {name for name, each in groups.type.aspects.items() if isinstance(each, MetricsAspect)} | MOMENTARY
    for name, each in groups.type.aspects.items():
        if isinstance(each, DerivedAspect) and observed & set(each.needs):
            observed.add(name)
    written = {name for name in groups.schema.aspects if groups.schema.kind(name) == "observed"}
    assert observed - {"fit"} == written


def test_every_read_is_of_a_reading_access_level(groups: Any) -> None:
    """No aspect may call what writes; every write of an action is one."""
    reads = {*groups.type.lists, *(op for each in groups.type.aspects.values() for op in getattr(each, "reads", ()))}
    levels = {action: access_level(action) for operation in reads for action in actions_for(operation)}
    assert {"Read", "List"} >= set(map(str, levels.values())), levels
    writes = {op for each in groups.type.actions.values() for op in each.writes}
    assert {"Write"} == {str(access_level(action)) for operation in writes for action in actions_for(operation)}


@settings(max_examples=25)
@given(shards=st.integers(1, 12), replicas=st.integers(0, 5), memory=st.floats(1e6, 2e10), cluster_mode=st.booleans())
def test_every_call_is_valid_offline(
    groups: Any, shards: int, replicas: int, memory: float, *, cluster_mode: bool
) -> None:
    """Whatever the group, each planned call and undo passes botocore's model with its limits and patterns."""
    off = {"AutomaticFailover": "enabled", "MultiAZ": "disabled", "AutoMinorVersionUpgrade": False}
    made = groups.made(shards=shards if cluster_mode else 1, replicas=replicas, cluster_mode=cluster_mode, **off)
    snapshot = groups.snapshot(groups.measured(made, memory_bytes=memory))
    planned = [groups._asked(name, snapshot, {}) for name in groups.type.actions]  # noqa: SLF001 - either answer will do
    changes = [each for each in planned if isinstance(each, Change)]
    assert changes
    for change in changes:
        for step in change.steps:
            assert [] == [problem for call in (step.call, *step.undo) for problem in check_call(call)]


@settings(max_examples=25)
@given(cpu=st.floats(0, 100), memory=st.floats(1e6, 2e10), node=st.sampled_from(sorted(node_types())))
def test_derived_facts_are_as_described(groups: Any, cpu: float, memory: float, node: str) -> None:
    """Each derived value is of the types and names that the schema declares, and nothing of it is dropped."""
    snapshot = groups.idle(use={"engine_cpu": cpu, "host_cpu": cpu, "memory_bytes": memory}, node=node, shards=2)
    derived = {name for name, each in groups.type.aspects.items() if isinstance(each, DerivedAspect)} - {"cost"}
    values = {name: snapshot.aspects[name] for name in derived}
    assert () == fact_problems(groups.schema, values)
    for name in derived:
        raw = groups.type.aspects[name].derive(snapshot)
        assert raw == groups.schema.normalise(name, raw)


def test_the_rule_and_the_code_agree_on_what_is_small() -> None:
    """Sizes that the rule passes are those below which the code looks for nothing."""
    rules = files("trueup.rules.elasticache").joinpath("elasticache-repl-grp-right-sized.json")
    assert json.dumps(list(SMALL_SIZES)) in rules.read_text(encoding="utf-8")


@pytest.mark.parametrize("field", ["currency", "date", "source", "regions"])
def test_prices_say_where_they_come_from(field: str) -> None:
    """A price without a date and a source is a rumour."""
    prices = json.loads(PLUGIN.joinpath("prices.json").read_text(encoding="utf-8"))
    assert prices[field]
    assert date.fromisoformat(prices["date"]) >= date(2026, 1, 1)


def test_every_priced_node_type_has_its_sizes() -> None:
    """A node type is chosen by both, so that a price without sizes is of no use; both engines have the same types."""
    prices = json.loads(PLUGIN.joinpath("prices.json").read_text(encoding="utf-8"))
    for region in prices["regions"].values():
        redis, valkey = (region["node_hour"][engine] for engine in ("redis", "valkey"))
        assert redis.keys() == valkey.keys() <= node_types().keys()
        assert {name: pytest.approx(0.8 * price) for name, price in redis.items()} == valkey
