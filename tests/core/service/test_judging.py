"""Tests of what a resource costs, as it is read along with rules about cost."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from trueup.facts.snapshot import Snapshot
from trueup.facts.unknown import Reason, Unknown
from trueup.finding import Judgement, Verdict
from trueup.resource import Resource
from trueup.service.judging import cost_of, judge, judge_resources

RESOURCE = Resource("post.letter", "arn:aws:post:::1", "1", "123456789012", "us-east-1")
UNPRICED = Unknown(Reason.NO_PRICE, "no price of stamps")
MONTHLY = {"low": 1.0, "likely": 2.0, "high": 3.0}


def _snapshot(**aspects: Any) -> Snapshot:
    return Snapshot(RESOURCE, aspects, datetime(2026, 11, 23, tzinfo=UTC))


def _rule(category: str) -> Any:
    return SimpleNamespace(
        id=f"a-rule-about-{category}",
        aspects=frozenset({"paper"}),
        rule=SimpleNamespace(resource=RESOURCE.type, category=category),
        judge=lambda _aspects: Judgement(Verdict.PASS),
    )


class _Scope:
    """An audit scope of one letter; tells what it was asked for."""

    def __init__(self, *declared: str) -> None:
        self.declared = declared
        self.wanted: dict[str, frozenset[str]] = {}

    def declares(self, _type: str, aspect: str) -> bool:
        return aspect in self.declared

    def snapshots(self, wanted: dict[str, frozenset[str]]) -> Any:
        self.wanted = wanted
        yield _snapshot(cost={"monthly": MONTHLY, "parts": {}}, prices={"currency": "USD"})


def test_the_cost_of_a_resource_has_its_parts_and_its_currency() -> None:
    """As the aspect gives it, with the currency of the prices."""
    cost = {"monthly": MONTHLY, "parts": {"stamps": 2.0}}
    assert {**cost, "currency": "USD"} == cost_of(_snapshot(cost=cost, prices={"currency": "USD"}))
    assert cost_of(_snapshot(paper={})) is None


@pytest.mark.parametrize(
    "aspects",
    [
        {"cost": UNPRICED, "prices": {"currency": "USD"}},
        {"cost": {"monthly": {**MONTHLY, "likely": UNPRICED}, "parts": {}}, "prices": {"currency": "USD"}},
        {"cost": {"monthly": MONTHLY, "parts": {"stamps": UNPRICED}}, "prices": {"currency": "USD"}},
        {"cost": {"monthly": MONTHLY, "parts": {}}, "prices": UNPRICED},
    ],
)
def test_a_cost_of_which_a_part_is_unknown_is_unknown(aspects: Any) -> None:
    """A sum without a part is no cost."""
    assert cost_of(_snapshot(**aspects)) is UNPRICED


def test_only_rules_about_cost_read_what_things_cost() -> None:
    """And only of types that declare it: nothing is read that nobody asked for."""
    for category, declared, expected in (
        ("cost", ("cost",), {"paper", "cost"}),
        ("cost", (), {"paper"}),
        ("security", ("cost",), {"paper"}),
    ):
        scope: Any = _Scope(*declared)
        findings = list(judge_resources(scope, [_rule(category)]))
        assert expected == scope.wanted[RESOURCE.type]
        assert [RESOURCE] == [each.resource for each in findings]


def test_a_finding_of_a_rule_about_cost_says_what_the_resource_costs() -> None:
    """That of another rule on the same resource does not, though it was read."""
    snapshot = _snapshot(cost={"monthly": MONTHLY, "parts": {}}, prices={"currency": "USD"})
    assert judge(_rule("cost"), snapshot).cost == {"monthly": MONTHLY, "parts": {}, "currency": "USD"}
    assert judge(_rule("security"), snapshot).cost is None
