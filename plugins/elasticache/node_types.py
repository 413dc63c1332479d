"""The node types of ElastiCache: how many vCPUs they have and how many bytes the engine may use.

Neither is told by an API of ElastiCache, and both decide whether data and load of a group fit another type. A type
that does not stand here is never chosen and never judged.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

__all__ = ["FEW_VCPUS", "NodeType", "family_of", "node_type", "node_types", "size_of"]

FEW_VCPUS = 2
"""Up to so many, the host's CPU tells how busy the engine is; above it, the engine's own metric does.

Source: ElastiCache user guide, which metrics should I monitor.
"""

_VCPUS = {
    "micro": 2,
    "small": 2,
    "medium": 2,
    "large": 2,
    "xlarge": 4,
    "2xlarge": 8,
    "4xlarge": 16,
    "8xlarge": 32,
    "12xlarge": 48,
    "16xlarge": 64,
    "24xlarge": 96,
}
"""vCPUs by size, the same in all of these families."""

_BURSTABLE = {"micro": 536_870_912, "small": 1_471_026_299, "medium": 3_317_862_236}

_GENERAL = {
    "large": 6_854_542_746,
    "xlarge": 13_891_921_715,
    "2xlarge": 27_966_669_210,
    "4xlarge": 56_116_178_125,
    "8xlarge": 111_325_552_312,
    "12xlarge": 168_715_971_994,
    "16xlarge": 225_000_375_228,
}

_MEMORY = {
    "large": 14_037_181_030,
    "xlarge": 28_261_849_702,
    "2xlarge": 56_711_183_565,
    "4xlarge": 113_609_865_216,
}

_GRAVITON_MEMORY = _MEMORY | {"8xlarge": 225_000_375_228, "12xlarge": 341_206_346_547, "16xlarge": 450_000_750_456}

_MAXMEMORY = {
    "t3": _BURSTABLE,
    "t4g": _BURSTABLE,
    "m6g": _GENERAL,
    "m7g": _GENERAL,
    "r5": _MEMORY | {"12xlarge": 341_206_346_547, "24xlarge": 682_485_973_811},
    "r6g": _GRAVITON_MEMORY,
    "r7g": _GRAVITON_MEMORY,
}
"""Bytes of ``maxmemory`` by family and size, before any of it is reserved.

Source: ElastiCache user guide, Redis OSS parameters specific to a node type.
"""


@dataclass(frozen=True, slots=True)
class NodeType:
    """One node type.

    Args:
        name: e.g. ``cache.r6g.large``.
        vcpus: its virtual CPUs.
        memory_bytes: the engine's ``maxmemory`` before any of it is reserved.
    """

    name: str
    vcpus: int
    memory_bytes: int

    @property
    def family(self) -> str:
        """Give the family, e.g. ``r6g``."""
        return family_of(self.name)

    @property
    def size(self) -> str:
        """Give the size, e.g. ``large``."""
        return size_of(self.name)


def node_type(name: str) -> NodeType | None:
    """Give a node type, None when its sizes are not known here."""
    return node_types().get(name)


@cache
def node_types() -> dict[str, NodeType]:
    """Give all known node types by name."""
    return {
        name: NodeType(name, _VCPUS[size], memory)
        for family, sizes in _MAXMEMORY.items()
        for size, memory in sizes.items()
        for name in [f"cache.{family}.{size}"]
    }


def family_of(name: str) -> str:
    """Give the family that a node type's name tells, e.g. ``r6g`` of ``cache.r6g.large``."""
    return name.removeprefix("cache.").partition(".")[0]


def size_of(name: str) -> str:
    """Give the size that a node type's name tells, e.g. ``large`` of ``cache.r6g.large``."""
    return name.rpartition(".")[2]
