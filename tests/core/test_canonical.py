"""Canonical JSON: one text a value, so that digests and comparisons cannot disagree."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.canonical import canonical, digest, plain, same

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def _reversed(value: Any) -> Any:
    """Give the same value, its keys in another order and its lists as tuples."""
    if isinstance(value, dict):
        return {name: _reversed(value[name]) for name in reversed(value)}
    return tuple(_reversed(item) for item in value) if isinstance(value, list) else value


@given(JSON)
def test_order_of_keys_and_kind_of_list_do_not_matter(value: Any) -> None:
    """Text, digest and comparison are those of the value."""
    other = _reversed(value)
    assert canonical(value) == canonical(other)
    assert digest(value) == digest(other)
    assert same(value, other)


@given(JSON)
def test_the_text_is_json_of_the_same_value(value: Any) -> None:
    """Nothing is lost on the way through a file, and a second way changes nothing."""
    assert value == json.loads(canonical(value)) == plain(value)
    assert canonical(value) == canonical(plain(value))


@given(JSON, JSON)
def test_only_equal_values_are_the_same(left: Any, right: Any) -> None:
    """And equal values with one digest."""
    assert same(left, right) is (digest(left) == digest(right))
    if same(left, right):
        assert left == right


@given(st.integers(-(2**53), 2**53))
def test_a_whole_number_is_one_number(number: int) -> None:
    """1 and 1.0 are the same to JSON, and to AWS, which answers both."""
    assert same({"a": [number]}, {"a": [float(number)]})
    assert not same(number, number + 0.5) or number == number + 0.5


@pytest.mark.parametrize(
    ("left", "right"), [(1, True), (0, False), (0, None), ("1", 1), ([], {}), ("", None), ({}, None)]
)
def test_what_only_looks_alike(left: Any, right: Any) -> None:
    """Types count."""
    assert not same(left, right)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {"a": [float("-inf")]}])
def test_what_is_no_number_of_json(value: Any) -> None:
    """It must not get into a file that others read."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical(value)


def test_what_is_not_json() -> None:
    """Bytes and dates have no one text."""
    with pytest.raises(TypeError):
        canonical({"a": b"x"})


def test_the_digest_of_a_known_value() -> None:
    """Fixed for ever: digests lie in files."""
    text = '{"a":[1,"ü",null],"b":true}'
    assert text == canonical({"b": True, "a": (1.0, "ü", None)})
    assert "sha256:" + hashlib.sha256(text.encode()).hexdigest() == digest({"b": True, "a": [1, "ü", None]})


def test_half_a_character_has_a_digest_too() -> None:
    """A hostile name ends no run."""
    assert digest("\ud800") != digest("\ud801")
