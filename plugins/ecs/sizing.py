"""Which number and size of tasks carries an observed demand: the smallest that the projection allows, above floors.

Pure arithmetic, so that its promises can be tested over every input: never more than there is, never less than the
floor, and never a peak over the limits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trueup.plugins.ecs.size import Size, sizes_up_to

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["MOST_CPU", "MOST_MEMORY", "Demand", "Fleet", "Limits", "smallest"]

MOST_CPU = 60.0
MOST_MEMORY = 65.0
"""Percent that a projected peak may reach."""

_CPU_WEIGHT = 0.04048
_MEMORY_WEIGHT = 0.004445
"""What a vCPU and a GB cost an hour, as weights only: the ratio of the two is what tells the cheaper of two fleets.

Source: AWS price list, AmazonECS, us-east-1, 2026-09-29; ARM and other Regions have nearly the same ratio.
"""


@dataclass(frozen=True, slots=True)
class Fleet:
    """So many tasks of a size."""

    tasks: int
    size: Size

    @property
    def weight(self) -> float:
        """Give what it costs, to compare it with others."""
        return self.tasks * (self.size.cpu * _CPU_WEIGHT + self.size.memory * _MEMORY_WEIGHT)

    def __str__(self) -> str:
        return f"{self.tasks} task{'' if self.tasks == 1 else 's'} of {self.size}"


@dataclass(frozen=True, slots=True)
class Demand:
    """What all tasks together need at their peaks.

    Args:
        cpu: CPU units.
        memory: MiB.
    """

    cpu: float
    memory: float

    def projected(self, fleet: Fleet) -> tuple[float, float]:
        """Give the peaks of CPU and memory, in percent, if a fleet had to carry it."""
        return 100 * self.cpu / (fleet.tasks * fleet.size.cpu), 100 * self.memory / (fleet.tasks * fleet.size.memory)

    def fits(self, fleet: Fleet) -> bool:
        """Say whether a fleet would carry it within the limits."""
        cpu, memory = self.projected(fleet)
        return cpu <= MOST_CPU and memory <= MOST_MEMORY


@dataclass(frozen=True, slots=True)
class Limits:
    """What a fleet must not be smaller than, besides the demand.

    Args:
        tasks: at least so many, for each Availability Zone in use to have one.
        cpu: CPU units that the containers of one task reserve together, or that its platform needs.
        memory: MiB that the hard limits of the containers of one task take together.
    """

    tasks: int = 1
    cpu: int = 0
    memory: int = 0


def smallest(now: Fleet, floor: Fleet, demand: Demand, limits: Limits) -> Fleet:
    """Give the cheapest fleet that carries a demand, between a floor and what there is now; that one if none does.

    Args:
        now: the fleet now, which no part of the answer exceeds.
        floor: the target; a part of ``now`` that is below it stays as it is.
        demand: what the fleet must carry.
        limits: what it must not be smaller than.
    """
    fitting = [each for each in _between(now, floor, limits) if demand.fits(each)]
    return min(fitting, key=lambda each: (each.weight, -each.tasks), default=now)


def _between(now: Fleet, floor: Fleet, limits: Limits) -> Iterator[Fleet]:
    least_tasks = min(now.tasks, max(floor.tasks, limits.tasks))
    least = Size(
        min(now.size.cpu, max(floor.size.cpu, limits.cpu)), min(now.size.memory, max(floor.size.memory, limits.memory))
    )
    for size in (*sizes_up_to(now.size, least), *(() if now.size.valid else (now.size,))):
        yield from (Fleet(tasks, size) for tasks in range(least_tasks, now.tasks + 1))
