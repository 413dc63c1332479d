"""What a bucket's storage costs in a month, and what moving objects to STANDARD_IA saves and costs once.

The backlog moves at once and is paid by the object, reading costs by the byte: a bucket of small or busy objects gets
dearer, not cheaper.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trueup.facts.unknown import Reason, Unknown
from trueup.service.money import HOURS_A_MONTH, cost, saving

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.facts.snapshot import Snapshot

__all__ = ["Prices", "early_deletion", "monthly_cost", "monthly_saving"]

_GB = 1024**3
"""S3 bills binary gigabytes. Source: S3 pricing, storage is measured in GB of 2^30 bytes."""

_THOUSAND = 1000

_SMALLEST_BILLED = 128 * 1024
"""Bytes that an object in STANDARD_IA is billed as at least. Source: S3 pricing, minimum object size."""

_LEAST_DAYS = 30
"""Days that an object in STANDARD_IA is billed for at least. Source: S3 pricing, minimum storage duration."""

_EARLY_DAYS = 10
"""The life after the move by which the estimate shows what deleting early costs."""

_MONTH_DAYS = HOURS_A_MONTH / 24

_STANDARD_IA = "StandardIAStorage"

_INTELLIGENT = "IntelligentTiering"

_BY_TYPE = {
    "StandardStorage": "standard_gb_month",
    _STANDARD_IA: "standard_ia_gb_month",
    "IntelligentTieringFAStorage": "intelligent_frequent_gb_month",
    "IntelligentTieringIAStorage": "intelligent_infrequent_gb_month",
    "IntelligentTieringAIAStorage": "intelligent_archive_instant_gb_month",
}
"""CloudWatch's storage types to the names of their prices."""


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

    @classmethod
    def of(cls, prices: Mapping[str, Any]) -> Prices | None:
        """Give the prices of the aspect ``prices``, None when one of them is not known: never 0."""
        known, names = prices["list"], cls.__slots__
        return cls(**{name: known[name] for name in names}) if all(name in known for name in names) else None

    def moved(self, size: float) -> float:
        """Give what bytes save in a month by lying in STANDARD_IA instead of STANDARD."""
        return size / _GB * (self.standard_gb_month - self.standard_ia_gb_month)

    def intelligent(self, size: float, count: float) -> float:
        """Give what bytes that nobody reads would save in a month in Intelligent-Tiering."""
        watching = count / _THOUSAND * self.intelligent_monitoring_per_thousand_objects_month
        return size / _GB * (self.standard_gb_month - self.intelligent_archive_instant_gb_month) - watching


def monthly_cost(bucket: Snapshot) -> dict[str, Any] | Unknown:
    """Give what a bucket's storage costs a month; requests, reading and transfer are no part of it.

    Objects in STANDARD_IA count as 128 KiB at least; those of each storage type are taken to be as large as the
    bucket's mean.

    Args:
        bucket: with ``objects`` and ``prices``.

    Raises:
        UnknownFactError: the objects or the prices are not known.
    """
    objects, known = bucket["objects"], bucket["prices"]["list"]
    parts: dict[str, float] = {}
    for name, size in objects["bytes_by_type"].items():
        price = known.get(_BY_TYPE.get(name, ""))
        if price is None:
            return Unknown(Reason.NO_PRICE, f"no price of {name} in {bucket.resource.region}")
        smallest = _share(objects, size) * _SMALLEST_BILLED if name == _STANDARD_IA else 0.0
        parts[name] = max(size, smallest) / _GB * price
    intelligent = sum(size for name, size in objects["bytes_by_type"].items() if name.startswith(_INTELLIGENT))
    if intelligent:
        price = known.get("intelligent_monitoring_per_thousand_objects_month")
        if price is None:
            return Unknown(Reason.NO_PRICE, f"no price of Intelligent-Tiering's watching in {bucket.resource.region}")
        parts["watching"] = _share(objects, intelligent) / _THOUSAND * price
    return cost(parts)


def early_deletion(prices: Mapping[str, Any], *, size: float, days: float) -> float | None:
    """Give what bytes save that are moved to STANDARD_IA and deleted some days later: negative when that is early.

    Args:
        prices: the ``prices`` facts.
        size: bytes.
        days: how long they live there; at least 30 are billed.
    """
    known = Prices.of(prices)
    if known is None:
        return None
    stayed = days * known.standard_gb_month - max(days, _LEAST_DAYS) * known.standard_ia_gb_month
    return size / _GB * stayed / _MONTH_DAYS


def monthly_saving(
    objects: Mapping[str, Any], access: Mapping[str, Any], facts: Mapping[str, Any]
) -> dict[str, Any] | None:
    """Give what a bucket saves a month once its old objects are in STANDARD_IA, and what moving them costs.

    Args:
        objects: the ``objects`` facts.
        access: the ``access`` facts; unknown reading counts as every object read once a month.
        facts: the ``prices`` facts.

    Returns:
        ``low`` (all is read twice as much as observed, or once a month where that is not known), ``likely`` (what
        STANDARD held all through the window, read as observed), ``high`` (all that it holds, never read), the
        ``one_time`` cost of the transitions, the price date and source, and the assumptions; None when a price is
        not known.
    """
    prices, early = Prices.of(facts), early_deletion(facts, size=_GB, days=_EARLY_DAYS)
    if prices is None or early is None:
        return None
    now, steady = objects["standard_bytes"], objects["steady_standard_bytes"]
    seen = access["retrieved_bytes_month"] if access["known"] else None
    read = steady if seen is None else seen
    reading = read / _GB * prices.standard_ia_retrieval_gb
    worst = reading if seen is None else 2 * reading
    moved = _share(objects, now)
    intelligent = prices.intelligent(steady, moved)
    return saving(
        facts,
        low=prices.moved(steady) - worst,
        likely=prices.moved(steady) - reading,
        high=prices.moved(now),
        one_time=moved / _THOUSAND * prices.transitions_per_thousand,
        assumptions=(
            "the bucket keeps its size; low and likely move the least that STANDARD held on any day of the window",
            "objects in STANDARD are as large as the bucket's mean; transitions of objects yet to come are not counted",
            f"{seen / _GB:.1f} GB are read a month, as measured over {access['days']} days; low reads twice as much"
            if seen is not None
            else "nobody knows how objects are read: low and likely read each of them once a month",
            "requests cost what they cost in STANDARD",
            f"no object is deleted early: {_EARLY_DAYS} days after its move that costs {-early:.4f} a GB more",
            f"Intelligent-Tiering would save {intelligent:.2f} a month if nothing were read for 90 days",
        ),
    )


def _share(objects: Mapping[str, Any], size: float) -> float:
    """Give how many objects so many of a bucket's bytes are, each as large as the mean."""
    return float(objects["count"] * size / objects["bytes"]) if objects["bytes"] else 0.0
