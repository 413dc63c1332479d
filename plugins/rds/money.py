"""What a cluster costs a month, and what its fixes save: capacity that was running, not maxima.

Pure functions of the cluster's facts and the dated prices; None or unknown where a price is not known, never 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.errors import UnknownFactError
from trueup.facts.unknown import Reason, Unknown
from trueup.plugins.rds.members import SERVERLESS_CLASS, standing
from trueup.service.money import HOURS_A_MONTH, cost, known_prices, saving

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trueup.facts.snapshot import Snapshot

__all__ = ["backup_saving", "capacity_saving", "cluster_cost", "kept_backup_gib", "reader_saving", "storage_kind"]

_COMMITMENTS = (
    "reserved instances and savings plans are not read, so that low is 0: what is committed to is paid all the same"
)
_MILLION = 1_000_000


def storage_kind(cluster: Snapshot) -> str:
    """Give the name that prices have for the cluster's storage: ``standard`` or ``io_optimized``.

    Source: RDS API, DBCluster (StorageType: absent or aurora is standard, aurora-iopt1 is I/O-Optimized).
    """
    return "io_optimized" if cluster["cluster.StorageType"] == "aurora-iopt1" else "standard"


def cluster_cost(cluster: Snapshot) -> dict[str, Any]:
    """Give the aspect ``cost``: serverless capacity, instances, volume, I/O and backups.

    Args:
        cluster: with ``cluster``, ``instances``, ``running``, ``storage``, ``prices``.

    Raises:
        UnknownFactError: a price, the running capacity or the storage is not known.
    """
    prices = cluster["prices"]
    kind = storage_kind(cluster)
    acu = _acu_month(cluster, prices)
    running = cluster["running"]
    parts = {
        "capacity": running["acu_average"] * acu,
        "instances": sum(_instance_months(cluster, prices)),
        "volume": cluster["storage.volume_gib"] * _price(prices, "storage_gib_month", kind),
        "io": _io(cluster, prices, kind),
        "backup": cluster["storage.billed_gib"] * _price(prices, "backup_gib_month"),
    }
    rest = sum(parts.values()) - parts["capacity"]
    return cost(parts, low=running["acu_quietest_day"] * acu + rest, high=running["acu_busiest_day"] * acu + rest)


def capacity_saving(cluster: Snapshot, least: float, new: float, *, lowered: bool) -> dict[str, Any] | None:
    """Give what a lower minimum saves: the hours in which members sat at the old one.

    Likely they go down to what CPU and memory needed in each hour; at least to what they needed in the worst; at most
    to the new minimum. Hours above the minimum stay as they are: capacity is billed as it is used.

    Args:
        cluster: with ``cluster``, ``sizing``, ``prices``.
        least: the minimum.
        new: the new minimum.
        lowered: whether the maximum is lowered too.
    """
    prices = known_prices(cluster)
    acu = None if prices is None else _known(_acu_price, cluster, prices)
    if prices is None or acu is None:
        return None
    needs = cluster["sizing"]
    month = HOURS_A_MONTH / needs["hours"] if needs["hours"] else 0.0
    idle = needs["idle_hours"]
    worst = max((each["needed_acu"] for each in idle), default=0.0)

    def saved(need: float | None) -> float:
        hours = sum(
            each["hours"] * max(0.0, least - max(new, each["needed_acu"] if need is None else need)) for each in idle
        )
        return float(hours * month * acu)

    assumptions = [_COMMITMENTS, "load goes on as in the look-back; capacity is billed as it runs"]
    if lowered:
        assumptions.append("lowering only the maximum saves 0: it bounds what a peak may cost")
    return saving(prices, low=min(0.0, saved(worst)), likely=saved(None), high=saved(0.0), assumptions=assumptions)


def reader_saving(cluster: Snapshot, name: str) -> dict[str, Any] | None:
    """Give what a reader less saves: its class's hours, or the capacity that it was running at.

    Args:
        cluster: with ``cluster``, ``instances``, ``running``, ``prices``.
        name: the reader.
    """
    prices = known_prices(cluster)
    if prices is None:
        return None
    price_class = cluster["instances"][name]["DBInstanceClass"]
    if price_class == SERVERLESS_CLASS:
        acu = _known(_acu_price, cluster, prices)
        monthly = None if acu is None else cluster["running.by_instance"][name] * acu * HOURS_A_MONTH
    else:
        hourly = _known(_class_price, cluster, prices, price_class)
        monthly = None if hourly is None else hourly * HOURS_A_MONTH
    if monthly is None:
        return None
    assumptions = [_COMMITMENTS, "the other instances take over its connections without growing"]
    return saving(prices, low=0.0, likely=monthly, high=monthly, assumptions=assumptions)


def backup_saving(cluster: Snapshot, days: int, new: int) -> dict[str, Any] | None:
    """Give what fewer days of backups save; often 0, since storage of the volume's size is free.

    Likely only the changes of the dropped days go; at most backups shrink with the days; at least nothing is saved.
    No more is saved than is billed: backups and snapshots less the volume's size.

    Args:
        cluster: with ``storage`` and ``prices``.
        days: the retention.
        new: the new retention.
    """
    prices = known_prices(cluster)
    price = None if prices is None else _known(_price, prices, "backup_gib_month")
    facts = ("volume_gib", "backup_gib", "billed_gib")
    known = {fact: cluster.get(f"storage.{fact}") for fact in facts}
    if prices is None or price is None or any(isinstance(each, Unknown) for each in known.values()):
        return None

    def saved(backup: float) -> float:
        return float(min(known["billed_gib"], max(0.0, known["backup_gib"] - backup)) * price)

    likely = saved(kept_backup_gib(known["volume_gib"], known["backup_gib"], days, new))
    assumptions = ["backup storage of the volume's size is free; changes are spread evenly over the days"]
    return saving(prices, low=0.0, likely=likely, high=saved(known["backup_gib"] * new / days), assumptions=assumptions)


def kept_backup_gib(volume: float, backup: float, days: int, new: int) -> float:
    """Give what backups take when days are dropped: the volume stays, the changes of the dropped days go."""
    whole = min(volume, backup)
    return whole + (backup - whole) * new / days


def _acu_month(cluster: Snapshot, prices: Mapping[str, Any]) -> float:
    if not any(made["DBInstanceClass"] == SERVERLESS_CLASS for made in standing(cluster).values()):
        return 0.0
    return _acu_price(cluster, prices) * HOURS_A_MONTH


def _instance_months(cluster: Snapshot, prices: Mapping[str, Any]) -> Iterator[float]:
    for made in standing(cluster).values():
        if made["DBInstanceClass"] != SERVERLESS_CLASS:
            yield _class_price(cluster, prices, made["DBInstanceClass"]) * HOURS_A_MONTH


def _io(cluster: Snapshot, prices: Mapping[str, Any], kind: str) -> float:
    if kind == "io_optimized":
        return 0.0
    return float(cluster["storage.ios_a_month"]) / _MILLION * _price(prices, "io_per_million", kind)


def _acu_price(cluster: Snapshot, prices: Mapping[str, Any]) -> float:
    return _price(prices, "acu_hour", cluster["cluster.Engine"], storage_kind(cluster))


def _class_price(cluster: Snapshot, prices: Mapping[str, Any], name: str) -> float:
    return _price(prices, "instance_hour", cluster["cluster.Engine"], storage_kind(cluster), name)


def _price(prices: Mapping[str, Any], *names: str) -> float:
    value: Any = prices["list"]
    for name in names:
        value = value.get(name) if value is not None else None
    if value is None:
        raise UnknownFactError("prices", Unknown(Reason.NO_PRICE, f"no price of {'.'.join(names)}"))
    return float(value)


def _known(ask: Any, *arguments: Any) -> float | None:
    try:
        return float(ask(*arguments))
    except UnknownFactError:
        return None
