"""Bills worked out by hand: what a resource costs, and what a change saves, within five percent.

Each file is one bill: the facts of a resource, the arithmetic with its source, and the amount. What is held against it
is what the resource costs; with ``action``, what that action says it saves; with ``instead``, what the resource costs
more than with these facts; with ``call``, what a function of the plugin's ``money`` gives. Prices that a bill does not
name are the shipped ones.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest

from trueup.auditing.reading import contained
from trueup.change import Change
from trueup.facts.snapshot import Snapshot
from trueup.facts.unknown import Unknown
from trueup.hosting.host import Host
from trueup.prices.book import PriceBook
from trueup.resource import Resource
from trueup.service.declarations import DerivedAspect
from trueup.service.judging import cost_of
from trueup.service.needs import needs_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.service.declarations import ResourceType

FOLDER = Path(__file__).parent
BILLS = sorted(FOLDER.glob("*/*.json"))
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
TOLERANCE = 0.05
FIELDS = {"title", "resource_type", "facts", "expected", "working"}
MORE = {"region", "action", "parameters", "instead", "call", "arguments"}
SAVES = {"action", "instead", "call"}

EMPTY: Mapping[str, Any] = MappingProxyType({})

# Half a cent: amounts are rounded to cents, and a bill of nothing has no five percent.
CENT = 0.005


@cache
def _host() -> Host:
    return Host()


def _snapshot(
    declared: ResourceType, bill: Mapping[str, Any], wanted: tuple[str, ...], instead: Mapping[str, Any] = EMPTY
) -> Snapshot:
    """Give the bill's facts as the host would have read them, with what follows from them without metrics."""
    service, region = declared.service, bill.get("region", "us-east-1")
    resource = Resource(declared.name, f"arn:aws:{service}:{region}:123456789012:bill", "bill", "123456789012", region)
    facts: dict[str, Any] = {**bill["facts"], **instead}
    if "prices" not in facts:
        facts["prices"] = PriceBook().prices(service, region)
    schema = _host().fact_schemas()[declared.name]
    known = {name: schema.normalise(name, value) for name, value in facts.items()}
    for name in wanted:
        _derive(declared, schema, Snapshot(resource, known, NOW), name, known)
    return Snapshot(resource, known, NOW)


def _derive(declared: ResourceType, schema: Any, snapshot: Snapshot, name: str, known: dict[str, Any]) -> None:
    aspect = declared.aspects[name]
    if name in known or not isinstance(aspect, DerivedAspect):
        return
    for need in needs_of(aspect):
        _derive(declared, schema, snapshot, need, known)
    value = contained(declared, aspect, aspect.derive, snapshot)
    known[name] = value if isinstance(value, Unknown) else schema.normalise(name, value)


def _cost(declared: ResourceType, bill: Mapping[str, Any], instead: Mapping[str, Any] = EMPTY) -> Any:
    cost = cost_of(_snapshot(declared, bill, ("cost",), instead))
    assert not isinstance(cost, Unknown), cost.sentence()
    assert cost is not None
    return cost["monthly"]["likely"]


def _amount(declared: ResourceType, bill: Mapping[str, Any]) -> Any:
    if "instead" in bill:
        return _cost(declared, bill) - _cost(declared, bill, bill["instead"])
    if "call" in bill:
        money = import_module(f"trueup.plugins.{declared.service}.money")
        return getattr(money, bill["call"])(_snapshot(declared, bill, ())["prices"], **bill["arguments"])
    if "action" not in bill:
        return _cost(declared, bill)
    action = declared.actions[bill["action"]]
    change = action.plan(_snapshot(declared, bill, action.needs).frozen(), bill["parameters"])
    assert isinstance(change, Change), change
    assert change.savings_monthly is not None
    return change.savings_monthly["likely"]


@pytest.mark.parametrize("path", BILLS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_bill_is_met(path: Path) -> None:
    """The estimate is within five percent of what was worked out by hand."""
    bill = json.loads(path.read_text(encoding="utf-8"))
    assert FIELDS <= set(bill) <= FIELDS | MORE
    assert bill["working"]
    (expected,) = bill["expected"].values()
    assert {"saving" if SAVES & set(bill) else "monthly"} == set(bill["expected"])
    declared = _host().resource_type(bill["resource_type"])
    assert declared.service == path.parent.name
    assert expected == pytest.approx(_amount(declared, bill), rel=TOLERANCE, abs=CENT)


def test_there_are_twenty_bills_and_some_are_of_changes_that_cost_more() -> None:
    """Of every service with prices, so that none is left to belief."""
    bills = [json.loads(path.read_text(encoding="utf-8")) for path in BILLS]
    assert len(bills) >= 20
    dearer = [bill["title"] for bill in bills if bill["expected"].get("saving", 0) < 0]
    assert len(dearer) >= 3, dearer
    assert {path.parent.name for path in BILLS} >= {"awslambda", "dynamodb", "s3"}
