"""Fact paths split into names and join again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.errors import UsageError
from trueup.facts.path import join_path, split_path


@given(st.lists(st.text(), min_size=1).map(tuple))
def test_joining_then_splitting_gives_the_names_back(names: tuple[str, ...]) -> None:
    """Any names, quotes and dots in them included, survive the way through a path."""
    assert names == split_path(join_path(names))


@pytest.mark.parametrize(
    ("path", "column"), [("", 1), (".a", 1), ("a.", 3), ("a b", 2), ('a."b', 3), ("a..b", 3), ("1a", 1)]
)
def test_what_is_no_path_is_refused_with_the_column(path: str, column: int) -> None:
    """A text that is no path names the place where it stops being one."""
    with pytest.raises(UsageError, match=f"at column {column}"):
        split_path(path)
