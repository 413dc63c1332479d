"""What a group of another size would be used to: the projection of its end state, and the smallest one that fits.

All of it is pure arithmetic over the load of each shard. The worst shard stands for all of them: after a scale-in
every shard is taken to hold and do as much as the worst one, times the shards before, by the shards after.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from trueup.errors import UnknownFactError
from trueup.facts.unknown import Reason, Unknown
from trueup.plugins.elasticache.node_types import FEW_VCPUS, node_type, node_types

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from trueup.facts.snapshot import Snapshot
    from trueup.plugins.elasticache.node_types import NodeType

__all__ = [
    "CPU_LIMIT",
    "MEMORY_LIMIT",
    "RESERVE_PERCENT",
    "SMALL_SIZES",
    "Load",
    "Observed",
    "Projection",
    "Size",
    "Target",
    "candidates",
    "fits",
    "node_type_fits",
    "projection",
    "removed_shards",
    "shards_fit",
    "smallest",
]

CPU_LIMIT = 60.0
MEMORY_LIMIT = 65.0
"""Percent that the projected peaks may be, memory of what is left of it after the reserve."""

RESERVE_PERCENT = 25.0
"""The share of a node's memory that is kept back from the data unless its parameter group says otherwise."""

SMALL_SIZES = ("micro", "small", "medium", "large")
"""Sizes that are small enough for the rule; nothing smaller is looked for."""

_FREE_FACTOR = 1.5
"""The shards that stay must have so many times the memory free that the removed ones use.

Source: ElastiCache user guide, best practices of online resharding.
"""

_RESHARD_CPU = 50.0
"""Percent of CPU below which slots can be moved. Source: the same; 50 % on nodes with one vCPU, 80 % on others."""


@dataclass(frozen=True, slots=True)
class Load:
    """The load of one shard.

    Args:
        shard: its id.
        engine_percent: the engine's thread, in percent of a core.
        host_cores: all that the host does, in cores.
        memory_bytes: the data.
        memory_percent: the data, of what it may use.
    """

    shard: str
    engine_percent: float
    host_cores: float
    memory_bytes: float
    memory_percent: float

    @classmethod
    def of(cls, shards: Iterable[Mapping[str, Any]]) -> tuple[Load, ...]:
        """Give the loads that the facts of shards tell."""
        return tuple(
            cls(each["id"], each["engine_percent"], each["host_cores"], each["memory_bytes"], each["memory_percent"])
            for each in shards
        )


@dataclass(frozen=True, slots=True)
class Size:
    """The size of a group: the type of its nodes and the number of its shards."""

    node: NodeType
    shards: int

    def __str__(self) -> str:
        return f"{self.shards} x {self.node.name}" if self.shards > 1 else self.node.name


@dataclass(frozen=True, slots=True)
class Observed:
    """What was observed: the load of every shard, and the size that the group had meanwhile.

    The size is the present one but right after a change of it, when the change is held against the load of before.
    """

    loads: tuple[Load, ...]
    size: Size

    @classmethod
    def of(cls, group: Snapshot) -> Observed:
        """Take it from the facts of a group.

        Raises:
            UnknownFactError: the history is too short, or vCPUs and memory of the nodes are not known.
        """
        loads, name = Load.of(group["sizing.shards"]), str(group["sizing.node_type"])
        node = node_type(name)
        if node is None:
            detail = f"vCPUs and memory of {name} are not known to trueup"
            raise UnknownFactError("sizing.node_type", Unknown(Reason.UNEXPECTED, detail))
        return cls(loads, Size(node, len(loads)))


@dataclass(frozen=True, slots=True)
class Target:
    """What a group is made towards, and never beyond."""

    node: NodeType
    shards: int


@dataclass(frozen=True, slots=True)
class Projection:
    """Projected peaks in percent: of the core that the engine runs on, and of the memory that is left for data."""

    cpu: float
    memory: float

    @property
    def allowed(self) -> bool:
        """Whether both stay within the limits."""
        return self.cpu <= CPU_LIMIT and self.memory <= MEMORY_LIMIT


def projection(observed: Observed, after: Size, reserve: float = RESERVE_PERCENT) -> Projection:
    """Give what the observed peaks become.

    A node with more than two vCPUs gives the engine a core and has others for the rest; on a smaller one everything
    is taken to be on the engine's core, as AWS advises. Memory is the worse of bytes and of the percentage that was
    told, since the documents do not agree on what the percentage is of.

    Args:
        observed: the load, and the size that it was observed with.
        after: the size asked about.
        reserve: percent of a node's memory that data may not use.
    """
    loads, before = observed.loads, observed.size
    ratio = before.shards / after.shards
    cores = ratio * max(each.host_cores for each in loads)
    engine = ratio * max(each.engine_percent for each in loads)
    cpu = max(engine, 100 * cores / after.node.vcpus) if after.node.vcpus > FEW_VCPUS else max(engine, 100 * cores)
    used = ratio * max(each.memory_bytes for each in loads)
    told = ratio * max(each.memory_percent for each in loads) * before.node.memory_bytes / after.node.memory_bytes
    return Projection(cpu, max(100 * used / _usable(after.node, reserve), told))


def fits(observed: Observed, after: Size, reserve: float = RESERVE_PERCENT) -> bool:
    """Tell whether a group may become another size: by its projection, and by what moving the slots takes."""
    loads, before = observed.loads, observed.size
    if not projection(observed, after, reserve).allowed:
        return False
    if after.shards == before.shards:
        return True
    gone = set(removed_shards(loads, before.shards - after.shards))
    free = sum(_usable(before.node, reserve) - each.memory_bytes for each in loads if each.shard not in gone)
    moved = sum(each.memory_bytes for each in loads if each.shard in gone)
    return free >= _FREE_FACTOR * moved and max(each.engine_percent for each in loads) < _RESHARD_CPU


def removed_shards(loads: Sequence[Load], count: int) -> tuple[str, ...]:
    """Give the ids of the shards that are removed: those with the least data, since it moves; of equals the last."""
    last_first = sorted(loads, key=lambda each: each.shard, reverse=True)
    return tuple(sorted(each.shard for each in sorted(last_first, key=lambda each: each.memory_bytes)[:count]))


def candidates(present: NodeType, target: NodeType, allowed: Iterable[str]) -> list[NodeType]:
    """Give the smaller node types that a group could have, of its own family and of the target's.

    None is below the target in vCPUs or memory, none above the present type, and all are allowed by AWS.
    """
    known, families = node_types(), {present.family, target.family}
    found = [known[name] for name in sorted(set(allowed)) if name in known]
    return [
        each
        for each in found
        if each.family in families
        and target.vcpus <= each.vcpus <= present.vcpus
        and target.memory_bytes <= each.memory_bytes <= present.memory_bytes
        and (each.vcpus, each.memory_bytes) != (present.vcpus, present.memory_bytes)
    ]


def node_type_fits(observed: Observed, size: Size) -> bool:
    """Tell of a size whether no smaller node type of the family would do, down to the size ``large``."""
    smaller = [
        each
        for each in node_types().values()
        if each.family == size.node.family and each.memory_bytes < size.node.memory_bytes
    ]
    return not any(fits(observed, replace(size, node=each)) for each in smaller if each.size not in SMALL_SIZES[:3])


def shards_fit(observed: Observed, size: Size) -> bool:
    """Tell of a size whether one shard fewer would not do."""
    return size.shards == 1 or not fits(observed, replace(size, shards=size.shards - 1))


def smallest(
    observed: Observed,
    present: Size,
    target: Target,
    allowed: Iterable[str],
    rate: Callable[[NodeType], float],
    *,
    reserve: float = RESERVE_PERCENT,
) -> Size:
    """Give the cheapest size that fits, the present one when none does.

    Args:
        observed: the load of every shard.
        present: the size now.
        target: what it is made towards.
        allowed: names of the node types that AWS allows.
        rate: what a node of a type costs, or counts.
        reserve: percent of a node's memory that data may not use.
    """
    nodes = [present.node, *candidates(present.node, target.node, allowed)]
    least = min(present.shards, max(1, target.shards))
    sizes = [Size(node, shards) for node in nodes for shards in range(least, present.shards + 1)]
    good = [size for size in sizes if fits(observed, size, reserve)]
    cheaper = [size for size in good if _cost(size, rate) < _cost(present, rate)]
    return min(cheaper, key=lambda size: (_cost(size, rate), size.shards, size.node.name), default=present)


def _cost(size: Size, rate: Callable[[NodeType], float]) -> float:
    return size.shards * rate(size.node)


def _usable(node: NodeType, reserve: float) -> float:
    return node.memory_bytes * (100 - reserve) / 100
