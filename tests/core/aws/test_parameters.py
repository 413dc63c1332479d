"""The same parameters, in type and value."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trueup.aws.parameters import copy_of, same

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@pytest.mark.parametrize(
    ("planned", "found"),
    [
        (1, True),
        (0, False),
        (1, 1.0),
        ("1", 1),
        (None, 0),
        ([], {}),
        ([1], [1, 1]),
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"a": None}, {}),
    ],
)
def test_other_types_and_sizes_are_not_the_same(planned: Any, found: Any) -> None:
    """Python's own equality takes some of them for equal."""
    assert not same(planned, found)
    assert not same(found, planned)


@settings(max_examples=50, deadline=None)
@given(JSON)
def test_a_copy_is_the_same_and_apart(value: Any) -> None:
    """What the SDK does to it does not reach the plan."""
    copied = copy_of(value)
    assert same(value, copied)
    if isinstance(copied, dict):
        copied["\0added"] = 1
        assert not same(value, copied)


def test_frozen_is_the_same_as_plain() -> None:
    """A plan's tuples and mappings are lists and dicts when sent."""
    frozen = MappingProxyType({"a": (MappingProxyType({"b": 1}),)})
    assert {"a": [{"b": 1}]} == copy_of(frozen)
    assert same(frozen, {"a": [{"b": 1}]})
