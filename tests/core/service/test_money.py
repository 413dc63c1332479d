"""Tests of the one shape that money has."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.facts.snapshot import Snapshot
from trueup.facts.unknown import Reason, Unknown
from trueup.resource import Resource
from trueup.service.money import cost, known_prices, saving

PRICES = {"currency": "USD", "date": "2026-09-29", "source": "a price list", "list": {"hour": 0.1}}
RESOURCE = Resource("post.letter", "arn:aws:post:::1", "1", "123456789012", "us-east-1")


def _snapshot(**aspects: Any) -> Snapshot:
    return Snapshot(RESOURCE, aspects, datetime(2026, 11, 23, tzinfo=UTC))


def test_a_saving_says_what_it_rests_on() -> None:
    """In cents, with currency, date and source of the prices; nothing is paid once unless it is said."""
    found = saving(PRICES, low=0, likely=1.005, high=2.999, assumptions=("a", "b"))
    assert found == {
        "low": 0,
        "likely": 1.0,
        "high": 3.0,
        "one_time": 0,
        "currency": "USD",
        "basis": "list",
        "price_date": "2026-09-29",
        "source": "a price list",
        "assumptions": ["a", "b"],
    }
    assert saving(PRICES, low=0, likely=0, high=0, basis="commitment-adjusted")["basis"] == "commitment-adjusted"


@given(st.floats(-0.004, 0.004))
def test_next_to_nothing_is_zero_without_a_sign(amount: float) -> None:
    """A report does not say that something saves -0.0."""
    assert str(saving(PRICES, low=amount, likely=amount, high=amount)["likely"]) == "0.0"


def test_a_cost_is_the_sum_of_its_parts() -> None:
    """Its range is that sum, unless something else is known."""
    assert cost({"a": 1.111, "b": 2.222}) == {
        "monthly": {"low": 3.33, "likely": 3.33, "high": 3.33},
        "parts": {"a": 1.11, "b": 2.22},
    }
    assert cost({"a": 1}, low=0.5, high=2)["monthly"] == {"low": 0.5, "likely": 1, "high": 2}


@pytest.mark.parametrize(
    ("aspects", "known"),
    [({"prices": PRICES}, PRICES), ({"prices": Unknown(Reason.NO_PRICE)}, None), ({}, None)],
)
def test_prices_that_are_not_known_are_none(aspects: Any, known: Any) -> None:
    """An action then says nothing of money, and never 0."""
    assert known == known_prices(_snapshot(**aspects))
