"""Tests of the projection and of the choice of a size, for every load that there may be."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from trueup.plugins.elasticache.fitting import (
    CPU_LIMIT,
    MEMORY_LIMIT,
    Load,
    Observed,
    Size,
    Target,
    candidates,
    fits,
    node_type_fits,
    projection,
    removed_shards,
    shards_fit,
    smallest,
)
from trueup.plugins.elasticache.node_types import NodeType, node_type, node_types

LARGE, XLARGE, DOUBLE = (node_types()[f"cache.r6g.{size}"] for size in ("large", "xlarge", "2xlarge"))
TARGET = Target(LARGE, 3)
PRESENT = st.builds(Size, st.sampled_from([XLARGE, DOUBLE, node_types()["cache.m6g.4xlarge"]]), st.integers(1, 9))
EVERY_TYPE = sorted(node_types())


def even(size: Size, *, engine: float = 8.0, cores: float = 0.2, memory: float = 2e9) -> Observed:
    """Give the same load for every shard of a group."""
    percent = 100 * memory / (0.75 * size.node.memory_bytes)
    loads = (Load(f"{number:0>4}", engine, cores, memory, percent) for number in range(1, size.shards + 1))
    return Observed(tuple(loads), size)


@st.composite
def loaded(draw: st.DrawFn) -> Observed:
    """A group and the load of each of its shards, within what its nodes can do."""
    size = draw(PRESENT)
    usable = 0.75 * size.node.memory_bytes
    loads = []
    for number in range(1, size.shards + 1):
        percent = draw(st.floats(0.01, 70))
        cores = draw(st.floats(0.01, size.node.vcpus / 2))
        engine = draw(st.floats(0, min(100 * cores, 90)))
        loads.append(Load(f"{number:0>4}", engine, cores, usable * percent / 100, percent))
    return Observed(tuple(loads), size)


def rate(node: NodeType) -> float:
    """Compare node types by their memory."""
    return float(node.memory_bytes)


@given(loaded())
def test_a_size_is_never_above_the_present_nor_below_the_target(observed: Observed) -> None:
    """Targets are floors, never jumps, and nothing grows."""
    present = observed.size
    after = smallest(observed, present, TARGET, EVERY_TYPE, rate)
    assert min(present.shards, TARGET.shards) <= after.shards <= present.shards
    assert after.node.memory_bytes <= present.node.memory_bytes
    assert after.node == present.node or after.node.memory_bytes >= TARGET.node.memory_bytes
    assert after.node.vcpus <= present.node.vcpus


@given(loaded())
def test_a_chosen_size_keeps_the_limits_of_the_projection(observed: Observed) -> None:
    """No smaller size is chosen that would be used to more than 60 % of CPU or 65 % of memory."""
    present = observed.size
    after = smallest(observed, present, TARGET, EVERY_TYPE, rate)
    assume(after != present)
    found = projection(observed, after)
    assert found.cpu <= CPU_LIMIT
    assert found.memory <= MEMORY_LIMIT


@given(loaded())
def test_data_of_removed_shards_fits_the_others_one_and_a_half_times(observed: Observed) -> None:
    """AWS moves slots only into memory that is free, and asks for more of it than they take."""
    present, loads = observed.size, observed.loads
    after = smallest(observed, present, TARGET, EVERY_TYPE, rate)
    gone = set(removed_shards(loads, present.shards - after.shards))
    assert present.shards - after.shards == len(gone)
    free = sum(0.75 * present.node.memory_bytes - each.memory_bytes for each in loads if each.shard not in gone)
    assert free >= 1.5 * sum(each.memory_bytes for each in loads if each.shard in gone)


@given(loaded(), st.integers(1, 9))
def test_more_capacity_is_never_projected_to_more_use(observed: Observed, shards: int) -> None:
    """A projection falls when shards are added, and the present size is projected to what was observed at least."""
    present, loads = observed.size, observed.loads
    assume(shards >= present.shards)
    less, more = (projection(observed, replace(present, shards=each)) for each in (present.shards, shards))
    assert more.cpu <= less.cpu
    assert more.memory <= less.memory
    # to the last digit but one: bytes and percent are two ways to the same number
    assert less.cpu >= max(each.engine_percent for each in loads) * (1 - 1e-9)
    assert less.memory >= max(each.memory_percent for each in loads) * (1 - 1e-9)


def test_an_idle_group_becomes_as_small_as_the_target() -> None:
    """Nodes and shards together, in one end state."""
    present = Size(XLARGE, 5)
    assert Size(LARGE, 3) == smallest(even(present), present, TARGET, EVERY_TYPE, rate)


def test_shards_stay_where_there_are_few() -> None:
    """Below the target already, only the nodes become smaller."""
    alone, few = Size(XLARGE, 1), Size(XLARGE, 2)
    assert Size(LARGE, 1) == smallest(even(alone), alone, TARGET, EVERY_TYPE, rate)
    assert Size(LARGE, 2) == smallest(even(few), few, TARGET, EVERY_TYPE, rate)


def test_data_that_fits_neither_fewer_shards_nor_smaller_nodes_stays() -> None:
    """49 % of the memory of five shards is 82 % of that of three, 98 % on smaller nodes, and 61 % of four."""
    present = Size(XLARGE, 5)
    observed = even(present, memory=0.49 * 0.75 * XLARGE.memory_bytes)
    assert Size(XLARGE, 4) == smallest(observed, present, TARGET, EVERY_TYPE, rate)
    assert present == smallest(observed, present, Target(LARGE, 5), EVERY_TYPE, rate)


def test_one_lever_is_used_when_both_would_be_too_much() -> None:
    """The cheapest end state that fits is three large shards' worth or five small ones', never both."""
    present = Size(XLARGE, 5)
    observed = even(present, memory=0.30 * 0.75 * XLARGE.memory_bytes)
    assert fits(observed, Size(XLARGE, 3))
    assert fits(observed, Size(LARGE, 5))
    assert not fits(observed, Size(LARGE, 3))
    assert Size(LARGE, 5) == smallest(observed, present, TARGET, EVERY_TYPE, rate)


def test_the_host_s_cpu_counts_whole_on_a_node_with_two_vcpus() -> None:
    """Four vCPUs at 20 % are 0.8 cores: fine for an engine with cores to spare, 80 % of the one core of a small one."""
    present = Size(XLARGE, 1)
    observed = even(present, engine=20.0, cores=0.8)
    assert 20.0 == projection(observed, present).cpu
    assert pytest.approx(80.0) == projection(observed, Size(LARGE, 1)).cpu
    assert present == smallest(observed, present, TARGET, EVERY_TYPE, rate)


def test_the_worse_reading_of_memory_counts() -> None:
    """A percentage that tells more than the bytes do is believed."""
    present = Size(XLARGE, 1)
    (load,) = even(present, memory=1e9).loads
    told = Observed((replace(load, memory_percent=40.0),), present)
    expected = 40.0 * XLARGE.memory_bytes / LARGE.memory_bytes
    assert pytest.approx(expected) == projection(told, Size(LARGE, 1)).memory


def test_a_larger_reserve_leaves_less_for_the_data() -> None:
    """A parameter group that keeps half of the memory back halves what fits."""
    present = Size(XLARGE, 1)
    observed = even(present, memory=5e9)
    assert fits(observed, Size(LARGE, 1))
    assert not fits(observed, Size(LARGE, 1), reserve=50.0)


def test_the_shards_with_the_least_data_go_and_the_last_of_equals() -> None:
    """Less data has to move, and the first shard stays."""
    present = Size(XLARGE, 4)
    loads = even(present).loads
    assert ("0003", "0004") == removed_shards(loads, 2)
    uneven = [replace(loads[0], memory_bytes=1e9), *loads[1:]]
    assert ("0001", "0004") == removed_shards(uneven, 2)


def test_a_busy_engine_moves_no_slots() -> None:
    """Nodes may be swapped under load, slots not."""
    present = Size(DOUBLE, 10)
    observed = even(present, engine=51.0, cores=0.6)
    assert not fits(observed, Size(DOUBLE, 9))
    assert fits(observed, Size(XLARGE, 10))


@pytest.mark.parametrize(
    ("present", "found"),
    [
        ("cache.r6g.2xlarge", ["cache.r6g.large", "cache.r6g.xlarge"]),
        ("cache.r5.xlarge", ["cache.r5.large", "cache.r6g.large"]),
        ("cache.m6g.2xlarge", ["cache.r6g.large"]),
        ("cache.m6g.xlarge", []),
        ("cache.t4g.medium", []),
        ("cache.r6g.large", []),
    ],
)
def test_candidates_are_smaller_allowed_and_of_two_families(present: str, found: list[str]) -> None:
    """Of the group's own family and the target's, between the two sizes; other families are no question of size."""
    known = node_type(present)
    assert known is not None
    assert found == [each.name for each in candidates(known, LARGE, EVERY_TYPE)]
    assert [] == candidates(known, LARGE, [])


def test_a_size_that_cannot_shrink_by_one_step_fits() -> None:
    """What is as small as its use allows says so, for nodes and for shards."""
    full = Size(XLARGE, 4)
    observed = even(full, memory=0.55 * 0.75 * XLARGE.memory_bytes)
    assert node_type_fits(observed, full)
    assert shards_fit(observed, full)
    assert not node_type_fits(even(full), full)
    assert not shards_fit(even(full), full)
    assert shards_fit(even(Size(XLARGE, 1)), Size(XLARGE, 1))
    assert node_type_fits(even(Size(LARGE, 1)), Size(LARGE, 1))


@given(loaded())
def test_what_was_chosen_cannot_be_made_smaller_by_the_same_load(observed: Observed) -> None:
    """Held against the load of before, the new size is as small as it can be: a change part of the way is enough."""
    present = observed.size
    after = smallest(observed, present, TARGET, EVERY_TYPE, rate)
    assert after == smallest(observed, after, TARGET, EVERY_TYPE, rate)
    assert after.shards <= TARGET.shards or shards_fit(observed, after)
