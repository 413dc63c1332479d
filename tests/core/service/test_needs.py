"""Aspects are made after what they need, and only those that are needed."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.service.declarations import DerivedAspect, MetricsAspect, ReadAspect
from trueup.service.needs import find_cycle, needs_of, of_metrics, reading_order


def nothing(*_given: Any) -> Any:
    """Stand for a plugin's function."""


NAMES = [f"a{number}" for number in range(8)]


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, DerivedAspect]:
    """Draw aspects that need earlier ones only."""
    return {
        name: DerivedAspect(name, nothing, tuple(draw(st.sets(st.sampled_from(NAMES[:at])) if at else st.just(set()))))
        for at, name in enumerate(NAMES)
    }


@given(graphs(), st.sets(st.sampled_from(NAMES)))
def test_needs_come_first_and_nothing_else_comes(aspects: dict[str, Any], wanted: set[str]) -> None:
    """Each aspect stands after all that it needs; what nobody needs is not in it."""
    order = [each.name for each in reading_order(aspects, wanted)]
    assert len(order) == len(set(order))
    assert wanted <= set(order)
    for name in order:
        assert all(order.index(need) < order.index(name) for need in needs_of(aspects[name]))
        assert name in wanted or any(name in needs_of(aspects[other]) for other in order)


@given(graphs())
def test_needs_of_earlier_ones_make_no_circle(aspects: dict[str, Any]) -> None:
    """A circle is only found where there is one."""
    assert () == find_cycle(aspects)


def test_circle_is_given_from_need_to_need() -> None:
    """The names of a circle follow the needs and end where they began."""
    aspects = {
        "a": DerivedAspect("a", nothing, ("b",)),
        "b": DerivedAspect("b", nothing, ("c",)),
        "c": DerivedAspect("c", nothing, ("a",)),
    }
    circle = find_cycle(aspects)
    assert (circle[0], 4) == (circle[-1], len(circle))
    assert all(after in needs_of(aspects[before]) for before, after in pairwise(circle))


def test_order_is_the_same_each_time() -> None:
    """The order does not depend on the order in which the aspects are wanted."""
    aspects = {name: ReadAspect(name, ("a:B",), nothing) for name in NAMES}
    assert reading_order(aspects, NAMES) == reading_order(aspects, reversed(NAMES))


def test_unknown_aspect_is_an_error() -> None:
    """An aspect that is not declared cannot be made."""
    with pytest.raises(KeyError):
        reading_order({}, ["a"])


def test_what_comes_of_metrics() -> None:
    """An aspect comes of metrics when anything below it does."""
    aspects: dict[str, Any] = {
        "read": ReadAspect("read", ("a:B",), nothing),
        "metrics": MetricsAspect("metrics", nothing, ("read",)),
        "use": DerivedAspect("use", nothing, ("metrics",)),
        "peak": DerivedAspect("peak", nothing, ("use",)),
        "shape": DerivedAspect("shape", nothing, ("read",)),
    }
    assert {"metrics", "use", "peak"} == {name for name in aspects if of_metrics(aspects, name)}
