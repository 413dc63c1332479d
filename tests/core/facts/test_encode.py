"""Facts go through the journal and come back as they were, unknown ones with their reason."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from trueup.facts.encode import decode, encode
from trueup.facts.snapshot import freeze
from trueup.facts.unknown import Reason, Unknown

_TEXT = st.none() | st.text()
UNKNOWNS = st.builds(Unknown, st.sampled_from(Reason), st.text(), _TEXT, _TEXT)
FACTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text() | UNKNOWNS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(FACTS)
def test_facts_come_back(value: Any) -> None:
    """Through JSON text, at any depth."""
    assert value == decode(json.loads(json.dumps(encode(value))))


@given(FACTS)
def test_frozen_facts_come_back_plain(value: Any) -> None:
    """What a snapshot froze is written like what it did not."""
    assert encode(value) == encode(freeze(value))


def test_a_fact_that_looks_like_an_unknown_one_stays_a_fact() -> None:
    """Somebody's tag may be called so; only our own form counts."""
    for value in ({"$unknown": "x"}, {"$unknown": {}, "a": 1}, {"$unknown": None}):
        assert value == decode(encode(value))
