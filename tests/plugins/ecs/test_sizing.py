"""The smallest fleet that carries a demand: never larger than before, never below the floor, never over the limits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.plugins.ecs.size import CPU_UNITS, Size, cpu_units, memories, memory_mib, sizes_up_to
from trueup.plugins.ecs.sizing import MOST_CPU, MOST_MEMORY, Demand, Fleet, Limits, smallest

SIZES = st.sampled_from([Size(cpu, memory) for cpu in CPU_UNITS for memory in memories(cpu)])
FLEETS = st.builds(Fleet, st.integers(1, 40), SIZES)
LIMITS = st.builds(Limits, st.integers(1, 6), st.integers(0, 4096), st.integers(0, 16_384))
SHARES = st.floats(0, 0.6)


def demand_of(fleet: Fleet, share: float) -> Demand:
    """A demand that uses this share of a fleet."""
    return Demand(share * fleet.tasks * fleet.size.cpu, share * fleet.tasks * fleet.size.memory)


@given(now=FLEETS, floor=FLEETS, limits=LIMITS, share=SHARES)
def test_the_answer_keeps_every_promise(now: Fleet, floor: Fleet, limits: Limits, share: float) -> None:
    """Within what there is, not below floor or limits unless it was, within the projection, in a size that is sold."""
    needs = demand_of(now, share)
    after = smallest(now, floor, needs, limits)
    assert after.tasks <= now.tasks
    assert after.size.cpu <= now.size.cpu
    assert after.size.memory <= now.size.memory
    assert after.weight <= now.weight
    assert after.tasks >= min(now.tasks, max(floor.tasks, limits.tasks))
    assert after.size.cpu >= min(now.size.cpu, max(floor.size.cpu, limits.cpu))
    assert after.size.memory >= min(now.size.memory, max(floor.size.memory, limits.memory))
    assert after.size.valid
    cpu, memory = needs.projected(after)
    assert cpu <= MOST_CPU
    assert memory <= MOST_MEMORY


@given(now=FLEETS, floor=FLEETS, limits=LIMITS, share=st.floats(0, 1))
def test_the_answer_cannot_be_made_smaller_again(now: Fleet, floor: Fleet, limits: Limits, share: float) -> None:
    """Asked again for the same demand there is nothing to plan: a fix is done in one go."""
    needs = demand_of(now, share)
    after = smallest(now, floor, needs, limits)
    assert after == smallest(after, floor, needs, limits)


@given(now=FLEETS, floor=FLEETS)
def test_a_demand_that_nothing_carries_changes_nothing(now: Fleet, floor: Fleet) -> None:
    """A fleet that is too small already is left as it is."""
    assert now == smallest(now, floor, demand_of(now, 2), Limits())


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (0.10, Fleet(3, Size(512, 1024))),  # CPU: 0.10 * 8 * 1024 of 3 * 512 are 53 %
        (0.15, Fleet(4, Size(512, 1024))),  # CPU: 0.15 * 8 * 1024 of 4 * 512 are just 60 %
        (0.30, Fleet(8, Size(512, 1024))),  # the price of four tasks of twice the size, and more of them
        (0.60, Fleet(8, Size(1024, 2048))),
    ],
)
def test_worked_examples(share: float, expected: Fleet) -> None:
    """Eight tasks of 1 vCPU and 2 GB, at different use."""
    now = Fleet(8, Size(1024, 2048))
    assert expected == smallest(now, Fleet(3, Size(512, 1024)), demand_of(now, share), Limits())


def test_more_smaller_tasks_are_preferred_at_the_same_price() -> None:
    """Six tasks of half a vCPU cost what three of a whole one do, and bear the loss of one better."""
    now = Fleet(6, Size(1024, 2048))
    found = smallest(now, Fleet(1, Size(512, 1024)), Demand(0.55 * 3072, 0.55 * 6144), Limits())
    assert Fleet(6, Size(512, 1024)) == found


def test_sizes_are_those_of_fargate() -> None:
    """The pairs that can be registered, between two sizes."""
    assert [Size(512, 1024), Size(512, 2048), Size(1024, 2048)] == list(sizes_up_to(Size(1024, 2048), Size(512, 1024)))
    assert not Size(256, 4096).valid
    assert not Size(300, 1024).valid
    assert Size(16_384, 122_880).valid


@pytest.mark.parametrize(("text", "units"), [("1024", 1024), ("1 vCPU", 1024), (".25 vcpu", 256), ("0.5vCPU", 512)])
def test_cpu_is_read_as_aws_writes_it(text: str, units: int) -> None:
    """Units or vCPUs."""
    assert units == cpu_units(text)


@pytest.mark.parametrize(("text", "mib"), [("2048", 2048), ("2GB", 2048), ("0.5 GB", 512), ("30 gb", 30_720)])
def test_memory_is_read_as_aws_writes_it(text: str, mib: int) -> None:
    """MiB or GB."""
    assert mib == memory_mib(text)


@pytest.mark.parametrize("text", ["many", "1.5", "2 TB", ""])
def test_another_size_is_refused(text: str) -> None:
    """What is no size is no 0."""
    with pytest.raises(ValueError):  # noqa: PT011 - float() has its own words for some
        memory_mib(text)
