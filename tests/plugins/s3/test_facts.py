"""Tests that what is written of a bucket (fact schema, prices) agrees with what the code declares."""

from __future__ import annotations

import json
from datetime import date
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given

from tests.plugins.s3.documents import LIFECYCLES
from trueup.aws.iam.levels import access_level
from trueup.aws.iam.operations import actions_for
from trueup.facts.validation import fact_problems, fact_schema_problems
from trueup.plugins.s3.exposure import public_grants
from trueup.plugins.s3.lifecycle import configuration
from trueup.service.declarations import DerivedAspect, MetricsAspect, ReadAspect


def _reads(aspect: ReadAspect | MetricsAspect | DerivedAspect) -> list[str]:
    if isinstance(aspect, ReadAspect):
        return list(aspect.reads)
    return ["cloudwatch:GetMetricData"] if isinstance(aspect, MetricsAspect) else []


def test_the_fact_schema_is_well_formed() -> None:
    """Every fact has its type, description and unit, as the form of fact schemas demands."""
    file = files("trueup.plugins.s3").joinpath("facts", "bucket.schema.json")
    assert fact_schema_problems(file, "s3") == ()


def test_every_aspect_is_described_with_the_operations_it_reads(buckets: Any) -> None:
    """The schema and the plugin name the same aspects and the same reads."""
    declared = {name: _reads(aspect) for name, aspect in buckets.type.aspects.items()}
    written = {name: aspect["x-reads"] for name, aspect in buckets.schema.document["properties"].items()}
    assert declared == written


def test_every_action_is_described_with_its_parameters(buckets: Any) -> None:
    """Rules are checked against the schema, actions are called with what rules say: both must agree."""
    written = {name: action["parameters"] for name, action in buckets.schema.actions.items()}
    assert written == {name: action.parameters for name, action in buckets.type.actions.items()}


def test_owned_facts_are_configuration(buckets: Any) -> None:
    """What an action writes is compared by equality, so it must not be an observation."""
    kinds = {path: buckets.schema.kind(path) for each in buckets.type.actions.values() for path in each.owned}
    assert set(kinds.values()) == {"configuration"}


def test_what_follows_from_metrics_is_observed(buckets: Any) -> None:
    """Metrics and what is derived of them are judged again, never compared."""
    observed = {"prices", *(name for name, each in buckets.type.aspects.items() if isinstance(each, MetricsAspect))}
    for name, each in buckets.type.aspects.items():
        if isinstance(each, DerivedAspect) and observed & set(each.needs):
            observed.add(name)
    written = {name for name in buckets.schema.aspects if buckets.schema.kind(name) == "observed"}
    assert observed == written


def test_every_read_is_of_a_reading_access_level(buckets: Any) -> None:
    """No aspect may call what writes; every write of an action is one."""
    reads = {*buckets.type.lists, *(op for each in buckets.type.aspects.values() for op in getattr(each, "reads", ()))}
    levels = {action: access_level(action) for operation in reads for action in actions_for(operation)}
    assert {"Read", "List"} >= set(map(str, levels.values())), levels
    writes = {op for each in buckets.type.actions.values() for op in each.writes}
    written = {str(access_level(action)) for operation in writes for action in actions_for(operation)}
    assert {"Write", "Permissions management"} >= written


@given(rules=LIFECYCLES)
def test_every_field_of_every_rule_is_kept(buckets: Any, rules: list[dict[str, Any]]) -> None:
    """What the schema does not name of a rule goes through the normaliser as it is."""
    answer = {"Rules": rules, "TransitionDefaultMinimumObjectSize": "varies_by_storage_class"}
    assert answer == buckets.schema.normalise("lifecycle", configuration(answer))


def test_every_aspect_is_as_described(buckets: Any) -> None:
    """Each value is of the types and names that the schema declares, and nothing of it is dropped."""
    snapshot = buckets.snapshot()
    assert () == fact_problems(buckets.schema, snapshot.aspects)
    for name, each in buckets.type.aspects.items():
        if isinstance(each, DerivedAspect):
            raw = each.derive(snapshot)
            assert raw == buckets.schema.normalise(name, raw)


def test_nobody_is_named_in_the_grants() -> None:
    """Of an access control list only what everyone may do is kept."""
    acl = {
        "Owner": {"DisplayName": "jane", "ID": "1"},
        "Grants": [
            {"Grantee": {"Type": "CanonicalUser", "DisplayName": "jane", "ID": "1"}, "Permission": "FULL_CONTROL"},
            {
                "Grantee": {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers"},
                "Permission": "READ",
            },
            {
                "Grantee": {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/s3/LogDelivery"},
                "Permission": "WRITE",
            },
        ],
    }
    assert [{"group": "AllUsers", "permission": "READ"}] == public_grants(acl)


@pytest.mark.parametrize("field", ["currency", "date", "source", "regions"])
def test_prices_say_where_they_come_from(field: str) -> None:
    """A price without a date and a source is a rumour."""
    prices = json.loads(files("trueup.plugins.s3").joinpath("prices.json").read_text(encoding="utf-8"))
    assert prices[field]
    assert date.fromisoformat(prices["date"]) >= date(2026, 1, 1)
