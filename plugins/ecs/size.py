"""The sizes that a Fargate task may have, and how AWS writes them.

A task is billed for the CPU and memory of its definition, and only some pairs of the two can be registered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["CPU_UNITS", "LEAST_WINDOWS_CPU", "Size", "cpu_units", "memories", "memory_mib", "sizes_up_to"]

_GIB = 1024

_MEMORIES: dict[int, tuple[int, ...]] = {
    256: (512, 1024, 2048),
    512: tuple(range(1 * _GIB, 4 * _GIB + 1, _GIB)),
    1024: tuple(range(2 * _GIB, 8 * _GIB + 1, _GIB)),
    2048: tuple(range(4 * _GIB, 16 * _GIB + 1, _GIB)),
    4096: tuple(range(8 * _GIB, 30 * _GIB + 1, _GIB)),
    8192: tuple(range(16 * _GIB, 60 * _GIB + 1, 4 * _GIB)),
    16384: tuple(range(32 * _GIB, 120 * _GIB + 1, 8 * _GIB)),
}
"""CPU units to MiB. Source: botocore model ecs:RegisterTaskDefinition, memory."""

CPU_UNITS = tuple(sorted(_MEMORIES))

LEAST_WINDOWS_CPU = 1024
"""Source: ECS developer guide, Windows containers on Fargate."""

_UNITS_A_VCPU = 1024


@dataclass(frozen=True, slots=True, order=True)
class Size:
    """CPU units and memory of one task.

    Args:
        cpu: CPU units, 1024 to a vCPU.
        memory: MiB.
    """

    cpu: int
    memory: int

    @property
    def valid(self) -> bool:
        """Whether Fargate offers the pair."""
        return self.memory in memories(self.cpu)

    def __str__(self) -> str:
        return f"{self.cpu}/{self.memory}"


def memories(cpu: int) -> tuple[int, ...]:
    """Give the memories, in MiB, that go with CPU units; none when Fargate has no such CPU."""
    return _MEMORIES.get(cpu, ())


def sizes_up_to(size: Size, least: Size) -> Iterator[Size]:
    """Yield the sizes that Fargate offers between two, both included, in CPU and in memory."""
    for cpu in CPU_UNITS:
        if least.cpu <= cpu <= size.cpu:
            yield from (Size(cpu, each) for each in memories(cpu) if least.memory <= each <= size.memory)


def cpu_units(text: str) -> int:
    """Give the CPU units of a task definition's ``cpu``: ``1024`` or ``1 vCPU``.

    Raises:
        ValueError: it is neither.
    """
    number, unit = _parts(text)
    return round(number * _UNITS_A_VCPU) if unit == "vcpu" else _whole(text, number, unit)


def memory_mib(text: str) -> int:
    """Give the MiB of a task definition's ``memory``: ``2048`` or ``2GB``.

    Raises:
        ValueError: it is neither.
    """
    number, unit = _parts(text)
    return round(number * _GIB) if unit == "gb" else _whole(text, number, unit)


def _parts(text: str) -> tuple[float, str]:
    stripped = text.strip().lower()
    number = stripped.rstrip("abcdefghijklmnopqrstuvwxyz").strip()
    return float(number), stripped[len(number) :].strip()


def _whole(text: str, number: float, unit: str) -> int:
    if unit or not number.is_integer():
        message = f"size of a task: expected a whole number, or one of vCPU or GB, found {text!r}"
        raise ValueError(message)
    return int(number)
