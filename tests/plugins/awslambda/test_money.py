"""Tests of the savings that are worked out of usage."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.facts.unknown import Reason, Unknown
from trueup.plugins.awslambda.money import Prices, monthly_saving
from trueup.prices.book import PriceBook

PRICES = PriceBook().prices("awslambda", "us-east-1")
MONTH = 730 / 720
UNPRICED = Unknown(Reason.NO_PRICE, "nobody knows")


def _saving(functions: Any, seconds: float, before: int, after: int) -> Any:
    usage = {"days": 30, "total_duration_seconds": seconds, "invocations": 1}
    snapshot = replace(functions.snapshot(), aspects={"function": functions.described(memory=before), "usage": usage})
    return monthly_saving(snapshot, PRICES, before, after)


def test_an_architecture_without_a_price_has_none() -> None:
    """It is not free."""
    assert Prices.of(PRICES, "x86_64") == Prices(0.0000166667, 0.2)
    assert Prices.of(PRICES, "arm64") == Prices(0.0000133334, 0.2)
    assert Prices.of(PRICES, "riscv") is None


def test_a_function_that_waits_saves_the_whole_difference(functions: Any) -> None:
    """A million seconds of 2 GB become 1 GB: a million GB-seconds fewer at most, none at least."""
    found = _saving(functions, 1e6, 2048, 1024)
    assert (0.0, round(16.6667 * MONTH, 2)) == (found["low"], found["high"])
    assert found["likely"] == round(16.6667 * MONTH / 2, 2)
    assert date(2026, 9, 29) == date.fromisoformat(found["price_date"])
    assert (found["currency"], found["basis"], found["one_time"]) == ("USD", "list", 0.0)
    assert any("durations grow" in each for each in found["assumptions"])


@given(seconds=st.floats(0, 1e9), before=st.integers(128, 10_240), share=st.floats(0, 1))
def test_the_estimates_are_in_order(functions: Any, seconds: float, before: int, share: float) -> None:
    """Less memory never costs more by these assumptions, and the likely figure lies between the others."""
    after = max(128, round(before * share))
    found = _saving(functions, seconds, before, after)
    if after <= before:
        assert 0 <= found["low"] <= found["likely"] <= found["high"]


def test_a_function_costs_its_duration_and_its_requests(functions: Any) -> None:
    """60 invocations an hour of 3 s each, with 3008 MiB."""
    monthly = functions.snapshot()["cost.monthly.likely"]
    hours = 730
    expected = hours * 60 * (3 * 3008 / 1024 * 0.0000166667 + 0.2 / 1e6)
    assert round(expected, 2) == monthly
    assert functions.snapshot(prices=UNPRICED).get("cost") is UNPRICED
    assert functions.snapshot(functions.described(Architectures=["riscv"])).get("cost").reason is Reason.NO_PRICE


def test_a_change_of_the_timeout_alone_saves_nothing(functions: Any) -> None:
    """What is billed is duration, not the time that it may take."""
    snapshot = functions.snapshot(functions.described(memory=1024), functions.measured(memory=1024))
    saving = functions.change("set-memory-and-timeout", snapshot).savings_monthly
    assert (0.0, 0.0, 0.0) == tuple(saving[name] for name in ("low", "likely", "high"))


def test_a_change_has_the_price_of_its_architecture(functions: Any) -> None:
    """arm64 is the cheaper one, so that it saves less."""
    saved = [
        functions.change(
            "set-memory-and-timeout", functions.snapshot(functions.described(Architectures=[each]))
        ).savings_monthly["high"]
        for each in ("x86_64", "arm64")
    ]
    assert saved[1] == pytest.approx(0.8 * saved[0], rel=1e-3)


def test_an_unknown_price_is_none(functions: Any) -> None:
    """A Region without prices plans all the same, and says nothing of money."""
    snapshot = functions.snapshot(prices=UNPRICED)
    assert functions.change("set-memory-and-timeout", snapshot).savings_monthly is None
