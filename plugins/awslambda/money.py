"""What less memory saves in a month, from dated list prices; None where no price is known.

Lambda bills duration times memory. Whether a function takes longer with less memory, and how much, is only known
afterwards: the range goes from "by as much as there is less memory", which saves nothing, to "not at all".
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["HOURS_A_MONTH", "Prices", "monthly_saving", "prices"]

HOURS_A_MONTH = 730
"""AWS's own convention for a month."""

_MIB_A_GB = 1024
"""AWS bills 1,024 MB of memory as one GB. Source: Lambda pricing, duration cost."""

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

    def duration(self, seconds: float, memory_mib: int) -> float:
        """Give what a duration costs with a memory size."""
        return seconds * memory_mib / _MIB_A_GB * self.gb_second


def prices(region: str, architecture: str) -> Prices | None:
    """Give the prices of a Region and architecture, None when they are not known: never 0."""
    known = _file()["regions"].get(region, {}).get(architecture)
    return Prices(**known) if known else None


def monthly_saving(usage: Mapping[str, Any], before_mib: int, after_mib: int, prices: Prices) -> dict[str, Any]:
    """Compare a month of the observed invocations with one memory size and with another.

    Args:
        usage: the ``usage`` facts of the look-back.
        before_mib: the memory now.
        after_mib: the memory after the change.
        prices: of the function's Region and architecture.

    Returns:
        ``low`` (durations grow by as much as memory falls), ``likely`` (half of them do), ``high`` (none does), the
        price date and source, and the assumptions.
    """
    seconds = usage["total_duration_seconds"] * HOURS_A_MONTH / (usage["days"] * 24)
    high = prices.duration(seconds, before_mib) - prices.duration(seconds, after_mib)
    return {
        "low": 0.0,
        "likely": round(high * _WAITING, 2),
        "high": round(high, 2),
        "one_time": 0.0,
        "currency": _file()["currency"],
        "basis": "list",
        "price_date": _file()["date"],
        "source": _file()["source"],
        "assumptions": [
            f"invocations go on as in the last {usage['days']} days; a month has {HOURS_A_MONTH} hours",
            "low: durations grow by as much as memory falls; likely: half of each does not grow; high: none grows",
            "list prices of the first tier; the free tier and savings plans are left out; a timeout costs nothing",
        ],
    }


@cache
def _file() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(files(__package__).joinpath("prices.json").read_text(encoding="utf-8"))
    return content
