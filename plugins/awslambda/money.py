"""What a function costs in a month, and what less memory saves, from dated list prices.

Lambda bills duration times memory. Whether a function takes longer with less memory, and how much, is only known
afterwards: the range goes from "by as much as there is less memory", which saves nothing, to "not at all".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trueup.facts.unknown import Reason, Unknown
from trueup.service.money import HOURS_A_MONTH, cost, saving

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.facts.snapshot import Snapshot

__all__ = ["Prices", "monthly_cost", "monthly_saving"]

_MIB_A_GB = 1024
"""AWS bills 1,024 MB of memory as one GB. Source: Lambda pricing, duration cost."""

_MILLION = 1_000_000

_WAITING = 0.5
"""The share of the duration that a likely function waits for others, which less memory does not prolong."""


@dataclass(frozen=True, slots=True)
class Prices:
    """The prices of one Region and architecture.

    Args:
        gb_second: memory for a second of duration.
        requests_per_million: invocations; the same for every size.
    """

    gb_second: float
    requests_per_million: float

    @classmethod
    def of(cls, prices: Mapping[str, Any], architecture: str) -> Prices | None:
        """Give the prices of an architecture, None when they are not known: never 0.

        Args:
            prices: the aspect ``prices``.
            architecture: ``x86_64`` or ``arm64``.
        """
        known = prices["list"].get(architecture, {})
        names = cls.__slots__
        return cls(**{name: known[name] for name in names}) if all(name in known for name in names) else None

    def duration(self, seconds: float, memory_mib: int) -> float:
        """Give what a duration costs with a memory size."""
        return seconds * memory_mib / _MIB_A_GB * self.gb_second


def monthly_cost(function: Snapshot) -> dict[str, Any] | Unknown:
    """Give what invocations cost a month; provisioned concurrency and ephemeral storage are no part of it.

    Raises:
        UnknownFactError: prices or use are not known.
    """
    prices, usage = function["prices"], function["usage"]
    architecture = _architecture(function)
    known = Prices.of(prices, architecture)
    if known is None:
        return Unknown(Reason.NO_PRICE, f"no price of {architecture} functions in {function.resource.region}")
    seconds = _of_a_month(usage, "total_duration_seconds")
    return cost(
        {
            "duration": known.duration(seconds, function["function.MemorySize"]),
            "requests": _of_a_month(usage, "invocations") / _MILLION * known.requests_per_million,
        }
    )


def monthly_saving(
    function: Snapshot, prices: Mapping[str, Any], before_mib: int, after_mib: int
) -> dict[str, Any] | None:
    """Compare a month of the observed invocations with one memory size and with another.

    Args:
        function: with ``function`` and ``usage``.
        prices: the ``prices`` facts.
        before_mib: the memory now.
        after_mib: the memory after the change.

    Returns:
        ``low`` (durations grow by as much as memory falls), ``likely`` (half of them do), ``high`` (none does), the
        price date and source, and the assumptions; None when the architecture has no known price.
    """
    known = Prices.of(prices, _architecture(function))
    if known is None:
        return None
    usage = function["usage"]
    seconds = _of_a_month(usage, "total_duration_seconds")
    high = known.duration(seconds, before_mib) - known.duration(seconds, after_mib)
    return saving(
        prices,
        low=0.0,
        likely=high * _WAITING,
        high=high,
        assumptions=(
            f"invocations go on as in the last {usage['days']} days; a month has {HOURS_A_MONTH} hours",
            "low: durations grow by as much as memory falls; likely: half of each does not grow; high: none grows",
            "no API tells how far savings plans cover Lambda: what they cover is paid all the same, as low has it",
            "list prices of the first tier; the free tier is left out; a timeout costs nothing",
        ),
    )


def _architecture(function: Snapshot) -> str:
    return str(function["function.Architectures"][0])


def _of_a_month(usage: Mapping[str, Any], name: str) -> float:
    amount: float = usage[name] * HOURS_A_MONTH / (usage["days"] * 24)
    return amount
