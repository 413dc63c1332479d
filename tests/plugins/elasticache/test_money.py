"""Tests of what nodes cost and what fewer or smaller ones save."""

from __future__ import annotations

from typing import Any

import pytest

from trueup.facts.unknown import Reason, Unknown


@pytest.mark.parametrize(
    ("engine", "monthly"), [("redis", 10 * 0.411 * 730), ("Redis", 10 * 0.411 * 730), ("valkey", 10 * 0.3288 * 730)]
)
def test_a_group_costs_its_nodes(groups: Any, engine: str, monthly: float) -> None:
    """Every node, replicas too, by the hour; Valkey costs 0.8 of Redis OSS."""
    cost = groups.idle(Engine=engine)["cost"]
    assert monthly == pytest.approx(cost["monthly"]["likely"])
    assert cost["parts"]["nodes"] == cost["monthly"]["likely"]


def test_a_node_type_without_a_price_costs_nobody_knows_what(groups: Any) -> None:
    """Unknown, and never 0."""
    found = groups.idle(node="cache.r5.xlarge").get("cost")
    assert isinstance(found, Unknown)
    assert Reason.NO_PRICE == found.reason


def test_a_saving_is_certain_without_reservations(groups: Any) -> None:
    """Nodes run all the time, so that low, likely and high are the same."""
    found = groups.change("resize", groups.idle()).savings_monthly
    expected = pytest.approx(730 * (10 * 0.411 - 6 * 0.206), abs=0.01)
    assert [expected] * 3 == [found[name] for name in ("low", "likely", "high")]
    assert "2026-10-02" == found["price_date"]


@pytest.mark.parametrize(
    ("reserved", "words"),
    [
        ([{"CacheNodeType": "cache.r6g.xlarge", "CacheNodeCount": 4, "State": "active"}], "4 reserved nodes"),
        (Unknown(Reason.ACCESS_DENIED, missing_action="elasticache:DescribeReservedCacheNodes"), "is not known"),
    ],
)
def test_what_may_be_paid_for_already_saves_nothing_for_sure(groups: Any, reserved: Any, words: str) -> None:
    """Low is 0 with the reason; likely and high are list prices."""
    made = groups.measured(groups.made())
    made.aspects["reserved_nodes"] = reserved
    found = groups.change("resize", groups.snapshot(made)).savings_monthly
    assert (0.0, True) == (found["low"], found["likely"] > 0)
    assert any(words in each for each in found["assumptions"])


def test_reservations_that_are_over_do_not_count(groups: Any) -> None:
    """A retired one covers nothing."""
    made = groups.measured(groups.made())
    made.aspects["reserved_nodes"] = [{"CacheNodeType": "cache.r6g.xlarge", "CacheNodeCount": 4, "State": "retired"}]
    found = groups.change("resize", groups.snapshot(made)).savings_monthly
    assert found["low"] == found["likely"]
