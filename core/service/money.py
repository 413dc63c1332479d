"""Money as actions give it: a saving a month with its range, and what it rests on.

One shape for every service, so that a plan and a report can show and add what services worked out by themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from trueup.facts.unknown import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from trueup.facts.snapshot import Snapshot

__all__ = ["HOURS_A_MONTH", "cost", "known_prices", "saving"]

HOURS_A_MONTH = 730
"""AWS's own convention for a month."""

_CENTS = 2


def known_prices(snapshot: Snapshot, path: str = "prices") -> Mapping[str, Any] | None:
    """Give a snapshot's prices, None when they are not known: then a saving is None too, and never 0.

    Args:
        snapshot: with the aspect ``prices``.
        path: where the prices are.
    """
    prices = snapshot.get(path)
    return None if isinstance(prices, Unknown) else prices


def saving(
    prices: Mapping[str, Any],
    *,
    low: float,
    likely: float,
    high: float,
    one_time: float = 0.0,
    assumptions: Iterable[str] = (),
    basis: Literal["list", "commitment-adjusted"] = "list",
) -> dict[str, Any]:
    """Give ``Change.savings_monthly``.

    Args:
        prices: the aspect ``prices``: ``{"currency", "date", "source", "list"}``.
        low: what is saved a month at least; 0 with the reason among the assumptions when commitments are unreadable.
        likely: what is saved when things go on as observed; negative when the change costs more.
        high: what is saved at most.
        one_time: what making the change costs, once.
        assumptions: what the numbers take for granted, a sentence each.
        basis: ``list`` prices, or ``commitment-adjusted`` when savings plans and reservations are taken into account.
    """
    return {
        "low": _cents(low),
        "likely": _cents(likely),
        "high": _cents(high),
        "one_time": _cents(one_time),
        "currency": prices["currency"],
        "basis": basis,
        "price_date": prices["date"],
        "source": prices["source"],
        "assumptions": list(assumptions),
    }


def cost(parts: Mapping[str, float], *, low: float | None = None, high: float | None = None) -> dict[str, Any]:
    """Give the aspect ``cost``: what a resource costs a month as it is used now.

    Args:
        parts: what it consists of, each as it is likely.
        low: the least, the likely sum unless given.
        high: the most, the likely sum unless given.

    Returns:
        ``{"monthly": {"low", "likely", "high"}, "parts": {name: likely}}``.
    """
    likely = sum(parts.values())
    return {
        "monthly": {
            "low": _cents(likely if low is None else low),
            "likely": _cents(likely),
            "high": _cents(likely if high is None else high),
        },
        "parts": {name: _cents(part) for name, part in parts.items()},
    }


def _cents(amount: float) -> float:
    # Adding 0.0 makes the -0.0 that rounding may leave a plain zero.
    return round(amount, _CENTS) + 0.0
