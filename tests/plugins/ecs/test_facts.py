"""Tests that what is written of a service (fact schema, prices, calls) agrees with what the code declares."""

from __future__ import annotations

import json
from datetime import date
from importlib.resources import files
from typing import Any

import pytest

from trueup.aws.check import check_call
from trueup.aws.iam.levels import access_level
from trueup.aws.iam.operations import actions_for
from trueup.aws.models import operation_model
from trueup.facts.validation import fact_problems, fact_schema_problems
from trueup.plugins.ecs.reading import REGISTERED
from trueup.service.declarations import DerivedAspect, MetricsAspect, ReadAspect

ASKED_AGAIN = {"fit"}
"""Follows from metrics and is asked again right after a write, see ``trueup.plugins.ecs.demand.fit``."""

SET_ANEW = {"family", "containerDefinitions", "cpu", "memory", "tags"}


def reads(aspect: ReadAspect | MetricsAspect | DerivedAspect) -> list[str]:
    """Give the operations that read an aspect."""
    if isinstance(aspect, ReadAspect):
        return list(aspect.reads)
    return ["cloudwatch:GetMetricData"] if isinstance(aspect, MetricsAspect) else []


def test_the_fact_schema_is_well_formed() -> None:
    """Every fact has its type, description and unit, as the form of fact schemas demands."""
    file = files("trueup.plugins.ecs").joinpath("facts", "service.schema.json")
    assert fact_schema_problems(file, "ecs") == ()


def test_every_aspect_is_described_with_the_operations_it_reads(services: Any) -> None:
    """The schema and the plugin name the same aspects and the same reads."""
    declared = {name: reads(aspect) for name, aspect in services.type.aspects.items()}
    written = {name: aspect["x-reads"] for name, aspect in services.schema.document["properties"].items()}
    assert declared == written


def test_every_action_is_described_with_its_parameters(services: Any) -> None:
    """Rules are checked against the schema, actions are called with what rules say: both must agree."""
    written = {name: action["parameters"] for name, action in services.schema.actions.items()}
    assert written == {name: action.parameters for name, action in services.type.actions.items()}


def test_owned_facts_are_configuration(services: Any) -> None:
    """What an action writes is compared by equality, so it must not be an observation."""
    kinds = {path: services.schema.kind(path) for each in services.type.actions.values() for path in each.owned}
    assert set(kinds.values()) == {"configuration"}


def test_what_follows_from_metrics_is_observed(services: Any) -> None:
    """Metrics and what is derived of them are judged again, never compared."""
    observed = {name for name, each in services.type.aspects.items() if isinstance(each, MetricsAspect)}
    for name, each in services.type.aspects.items():
        if isinstance(each, DerivedAspect) and observed & set(each.needs):
            observed.add(name)
    written = {name for name in services.schema.aspects if services.schema.kind(name) == "observed"}
    assert observed - written == ASKED_AGAIN


def test_every_read_is_of_a_reading_access_level(services: Any) -> None:
    """No aspect may call what writes; every write of an action is one."""
    called = {
        *services.type.lists,
        *(op for each in services.type.aspects.values() for op in getattr(each, "reads", ())),
    }
    levels = {action: access_level(action) for operation in called for action in actions_for(operation)}
    assert {"Read", "List"} >= set(map(str, levels.values())), levels
    writes = {op for each in services.type.actions.values() for op in each.writes}
    assert {"Write"} == {str(access_level(action)) for operation in writes for action in actions_for(operation)}


def test_every_part_of_a_task_definition_is_taken_over() -> None:
    """What botocore can register is either kept as it was or set anew, so that a new part is noticed here."""
    known = set(operation_model("ecs:RegisterTaskDefinition").input_shape.members)
    assert known == set(REGISTERED) | SET_ANEW


def test_derived_facts_are_as_described(services: Any) -> None:
    """Each derived value is of the types and names that the schema declares, and nothing of it is dropped."""
    derived = [each for each in services.type.aspects.values() if isinstance(each, DerivedAspect)]
    for snapshot in (services.snapshot(), services.snapshot(region_scaling=services.scaled(8, 20), cpu=None)):
        values = {each.name: snapshot.aspects[each.name] for each in derived}
        assert () == fact_problems(services.schema, values)
    for each in derived:
        raw = each.derive(services.snapshot())
        assert raw == services.schema.normalise(each.name, raw)


@pytest.mark.parametrize("action", ["disable-public-ip", "use-latest-platform", "enable-circuit-breaker"])
def test_every_setting_is_changed_by_a_valid_call(services: Any, action: str) -> None:
    """Calls and undos pass botocore's model; what is not changed is sent as it was read."""
    network = {
        "awsvpcConfiguration": {"subnets": ["subnet-a"], "securityGroups": ["sg-1"], "assignPublicIp": "ENABLED"}
    }
    deployment = {
        "strategy": "ROLLING",
        "maximumPercent": 150,
        "alarms": {"alarmNames": ["a"], "enable": True, "rollback": True},
        "deploymentCircuitBreaker": {"enable": True, "rollback": False},
    }
    service = services.described(
        platformVersion="1.3.0", networkConfiguration=network, deploymentConfiguration=deployment
    )
    (step,) = services.change(services.snapshot(service=service), action).steps
    assert [] == [problem for call in (step.call, *step.undo) for problem in check_call(call)]
    sent, back = dict(step.call.parameters), dict(step.undo[0].parameters)
    if action == "disable-public-ip":
        assert network == back["networkConfiguration"]
        sent["networkConfiguration"]["awsvpcConfiguration"]["assignPublicIp"] = "ENABLED"
        assert network == sent["networkConfiguration"]
    if action == "enable-circuit-breaker":
        assert deployment == back["deploymentConfiguration"]
        sent["deploymentConfiguration"]["deploymentCircuitBreaker"]["rollback"] = False
        assert deployment == sent["deploymentConfiguration"]


@pytest.mark.parametrize("action", ["disable-public-ip", "use-latest-platform", "enable-circuit-breaker"])
def test_settings_of_other_deployments_are_left_alone(services: Any, action: str) -> None:
    """CodeDeploy and Express services deploy in another way; what is as it should be passes."""
    network = {"awsvpcConfiguration": {"subnets": ["subnet-a"], "assignPublicIp": "ENABLED"}}
    for more in ({"deploymentController": {"type": "CODE_DEPLOY"}}, {"resourceManagementType": "ECS"}):
        service = services.described(platformVersion="1.3.0", networkConfiguration=network, **more)
        assert not services.refusal(services.snapshot(service=service), action).passes
    breaker = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
    fine = services.snapshot(service=services.described(deploymentConfiguration=breaker))
    assert services.refusal(fine, action).passes


@pytest.mark.parametrize("field", ["currency", "date", "source", "regions"])
def test_prices_say_where_they_come_from(field: str) -> None:
    """A price without a date and a source is a rumour."""
    prices = json.loads(files("trueup.plugins.ecs").joinpath("prices.json").read_text(encoding="utf-8"))
    assert prices[field]
    assert date.fromisoformat(prices["date"]) >= date(2026, 1, 1)
