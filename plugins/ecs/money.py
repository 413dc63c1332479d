"""What the tasks of a service cost in a month, and what fewer or smaller ones save.

Fargate bills the CPU and memory of a task's definition for as long as it runs, used or not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.errors import UnknownFactError
from trueup.facts.unknown import Reason, Unknown
from trueup.plugins.ecs.demand import fleet_of
from trueup.service.money import HOURS_A_MONTH, known_prices
from trueup.service.money import cost as cost_of
from trueup.service.money import saving as saving_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.facts.snapshot import Snapshot
    from trueup.plugins.ecs.size import Size
    from trueup.plugins.ecs.sizing import Fleet

__all__ = ["architecture", "cost", "saving", "task_month"]

_UNITS_A_VCPU = 1024
_MIB_A_GB = 1024


def task_month(size: Size, rates: Mapping[str, float]) -> tuple[float, float]:
    """Give what CPU and memory of one task cost when it runs all month.

    Source: AWS Fargate pricing: vCPU and GB of the task, from the download of its image on.
    """
    cpu = size.cpu / _UNITS_A_VCPU * rates["vcpu_hour"] * HOURS_A_MONTH
    return cpu, size.memory / _MIB_A_GB * rates["gb_hour"] * HOURS_A_MONTH


def architecture(service: Snapshot) -> str:
    """Give ``X86_64`` or ``ARM64``: what a task definition without a platform says too.

    Source: ECS API, RuntimePlatform (the default is X86_64).
    """
    return str(service["task_definition.runtimePlatform.cpuArchitecture"] or "X86_64")


def cost(service: Snapshot) -> dict[str, Any]:
    """Give the aspect ``cost``: the month's running hours of the tasks, at list prices.

    The low is 0 where running hours were not measured and only the tasks of this moment are known.

    Raises:
        UnknownFactError: it is no Fargate service, or no price of its tasks is known.
    """
    rates = _rates(service, service["prices.list"])
    if isinstance(rates, Unknown):
        raise UnknownFactError("prices", rates)
    cpu, memory = task_month(fleet_of(service).size, rates)
    average = service["usage.average_tasks"]
    parts = {"vcpu": average * cpu, "memory": average * memory}
    return cost_of(parts, low=None if service["usage.measured"] else 0.0)


def saving(service: Snapshot, before: Fleet, after: Fleet) -> dict[str, Any] | None:
    """Give what a smaller fleet saves a month, None when no price is known.

    Args:
        service: with ``task_definition``, ``launch``, ``scaling``, ``usage``, ``prices``.
        before: as the service keeps running now.
        after: as it will.
    """
    prices = known_prices(service)
    rates = None if prices is None else _rates(service, prices["list"])
    if prices is None or rates is None or isinstance(rates, Unknown):
        return None
    now, then = (sum(task_month(each.size, rates)) for each in (before, after))
    managed = service["scaling.managed"]
    running = max(service["usage.average_tasks"], 0.0) if managed else float(before.tasks)
    fewer = before.tasks - after.tasks
    likely = running * now - max(float(after.tasks), running - fewer) * then
    most = running * now - after.tasks * then
    return saving_of(
        prices,
        low=min(0.0, likely),
        likely=likely,
        high=max(likely, most),
        assumptions=_assumptions(managed=managed),
    )


def _assumptions(*, managed: bool) -> list[str]:
    follows = "as many tasks fewer run as the minimum falls; high: they run at the new minimum all the time"
    return [
        f"a month has {HOURS_A_MONTH} hours; list prices of vCPU and GB, without ephemeral storage over 20 GB",
        follows if managed else "the tasks run all the time, as their desired count says",
        "savings plans cover Fargate and were not read, so that low is 0",
    ]


def _rates(service: Snapshot, prices: Mapping[str, Any]) -> Mapping[str, float] | Unknown:
    if not service["launch.fargate"]:
        return Unknown(Reason.NO_PRICE, "the tasks do not run on Fargate, and instances are billed by themselves")
    if service["launch.spot"]:
        return Unknown(Reason.NO_PRICE, "the price of Fargate Spot changes all the time and is in no price list")
    family = service["task_definition.runtimePlatform.operatingSystemFamily"] or "LINUX"
    rates: Mapping[str, float] | None = prices.get(architecture(service)) if family == "LINUX" else None
    if rates is None:
        return Unknown(Reason.NO_PRICE, f"no price is known of {family} tasks on {architecture(service)}")
    return rates
