"""Images: the one comparison of what should be with what is."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from trueup.applying.image import aspects_of, match
from trueup.facts.snapshot import Snapshot, freeze
from trueup.facts.unknown import Reason, Unknown
from trueup.resource import Resource

QUEUE = Resource("sqs.queue", "arn:aws:sqs:us-east-1:123456789012:a", "a", "123456789012", "us-east-1")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def _snapshot(aspects: object) -> Snapshot:
    return Snapshot(QUEUE, aspects, datetime(2026, 11, 23, tzinfo=UTC))  # type: ignore[arg-type]  # generated


def test_differences_are_named_with_both_values() -> None:
    """Path, expected, found."""
    found = match(_snapshot({"a": {"b": 1, "c": 2}}), {"a.b": 1, "a.c": 3, "a.d": "x"})
    assert {"a.c": (3, 2), "a.d": ("x", None)} == found.differs
    assert "a.c: expected 3, found 2; a.d: expected 'x', found None" == found.sentence()
    assert not found.equal


def test_what_is_not_known_is_neither_equal_nor_different() -> None:
    """The first unknown fact is kept, and known differences beside it."""
    why = Unknown(Reason.TIMEOUT)
    found = match(_snapshot({"a": why, "b": 1}), {"a.x": 1, "c": 1, "b": 2})
    assert ({"b": (2, 1)}, why, False) == (found.differs, found.unknown, found.equal)


def test_an_empty_image_fits_everything() -> None:
    """A step without a readable effect has nothing to differ."""
    assert match(_snapshot({}), {}).equal


@given(JSON)
def test_a_fact_equals_itself_however_it_was_read(value: object) -> None:
    """Frozen or plain, tuple or list."""
    assert match(_snapshot({"a": freeze(value)}), {"a": value}).equal


def test_a_whole_number_is_the_same_with_and_without_a_point() -> None:
    """AWS answers capacity now as 1 and now as 1.0; true is not 1."""
    assert match(_snapshot({"a": 1.0}), {"a": 1}).equal
    assert not match(_snapshot({"a": True}), {"a": 1}).equal
    assert not match(_snapshot({"a": 1.5}), {"a": 1}).equal


def test_aspects_of_paths() -> None:
    """The first name of each, quoted ones too."""
    assert frozenset({"a", "tags"}) == aspects_of(["a.b", 'tags."a.b"', "a"])
