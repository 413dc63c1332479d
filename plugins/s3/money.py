"""What moving a bucket's objects to STANDARD_IA saves in a month and costs once; None where no price is known.

The backlog moves at once and is paid by the object, reading costs by the byte: a bucket of small or busy objects gets
dearer, not cheaper.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Prices", "monthly_saving", "prices"]

_GB = 1024**3
"""S3 bills binary gigabytes. Source: S3 pricing, storage is measured in GB of 2^30 bytes."""

_THOUSAND = 1000


@dataclass(frozen=True, slots=True)
class Prices:
    """The prices of one Region.

    Args:
        standard_gb_month: a GB in STANDARD for a month.
        standard_ia_gb_month: a GB in STANDARD_IA for a month.
        intelligent_frequent_gb_month: a GB in Intelligent-Tiering, read within 30 days.
        intelligent_infrequent_gb_month: not read for 30 days.
        intelligent_archive_instant_gb_month: not read for 90 days.
        intelligent_monitoring_per_thousand_objects_month: watching of a thousand objects for a month.
        transitions_per_thousand: moving a thousand objects to another class, once.
        standard_ia_retrieval_gb: reading a GB of STANDARD_IA.
    """

    standard_gb_month: float
    standard_ia_gb_month: float
    intelligent_frequent_gb_month: float
    intelligent_infrequent_gb_month: float
    intelligent_archive_instant_gb_month: float
    intelligent_monitoring_per_thousand_objects_month: float
    transitions_per_thousand: float
    standard_ia_retrieval_gb: float

    def moved(self, size: float) -> float:
        """Give what bytes save in a month by lying in STANDARD_IA instead of STANDARD."""
        return size / _GB * (self.standard_gb_month - self.standard_ia_gb_month)

    def intelligent(self, size: float, count: float) -> float:
        """Give what bytes that nobody reads would save in a month in Intelligent-Tiering."""
        watching = count / _THOUSAND * self.intelligent_monitoring_per_thousand_objects_month
        return size / _GB * (self.standard_gb_month - self.intelligent_archive_instant_gb_month) - watching


def prices(region: str) -> Prices | None:
    """Give the prices of a Region, None when they are not known: never 0."""
    known = _file()["regions"].get(region)
    return Prices(**known) if known else None


def monthly_saving(objects: Mapping[str, Any], access: Mapping[str, Any], prices: Prices) -> dict[str, Any]:
    """Give what a bucket saves a month once its old objects are in STANDARD_IA, and what moving them costs.

    Args:
        objects: the ``objects`` facts.
        access: the ``access`` facts; unknown reading counts as every object read once a month.
        prices: of the bucket's Region.

    Returns:
        ``low`` (all is read twice as much as observed, or once a month where that is not known), ``likely`` (what
        STANDARD held all through the window, read as observed), ``high`` (all that it holds, never read), the
        ``one_time`` cost of the transitions, the price date and source, and the assumptions.
    """
    now, steady = objects["standard_bytes"], objects["steady_standard_bytes"]
    seen = access["retrieved_bytes_month"] if access["known"] else None
    read = steady if seen is None else seen
    reading = read / _GB * prices.standard_ia_retrieval_gb
    worst = reading if seen is None else 2 * reading
    share = now / objects["bytes"] if objects["bytes"] else 0.0
    moved = objects["count"] * share
    intelligent = prices.intelligent(steady, moved)
    return {
        "low": round(prices.moved(steady) - worst, 2),
        "likely": round(prices.moved(steady) - reading, 2),
        "high": round(prices.moved(now), 2),
        "one_time": round(moved / _THOUSAND * prices.transitions_per_thousand, 2),
        "currency": _file()["currency"],
        "basis": "list",
        "price_date": _file()["date"],
        "source": _file()["source"],
        "assumptions": [
            "the bucket keeps its size; low and likely move the least that STANDARD held on any day of the window",
            "objects in STANDARD are as large as the bucket's mean; transitions of objects yet to come are not counted",
            f"{seen / _GB:.1f} GB are read a month, as measured over {access['days']} days; low reads twice as much"
            if seen is not None
            else "nobody knows how objects are read: low and likely read each of them once a month",
            "requests cost what they cost in STANDARD; no object is deleted within 30 days of its move",
            f"Intelligent-Tiering would save {intelligent:.2f} a month if nothing were read for 90 days",
        ],
    }


@cache
def _file() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(files(__package__).joinpath("prices.json").read_text(encoding="utf-8"))
    return content
