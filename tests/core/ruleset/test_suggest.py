"""Near misses are found, and far ones are not offered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.ruleset.suggest import did_you_mean, nearest

RULES = (
    "dynamodb-table-pitr-enabled",
    "dynamodb-table-deletion-protection-enabled",
    "s3-bucket-versioning-enabled",
)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("dynamodb-table-pitr-enabld", "dynamodb-table-pitr-enabled"),
        ("pitr-enabled", "dynamodb-table-pitr-enabled"),
        ("DYNAMODB-TABLE-PITR-ENABLED", "dynamodb-table-pitr-enabled"),
        ("s3-bucket-versioning", "s3-bucket-versioning-enabled"),
    ],
)
def test_the_meant_one_comes_first(word: str, expected: str) -> None:
    """A typo, a part and another case find the name."""
    assert expected == nearest(word, RULES)[0]


@pytest.mark.parametrize("word", ["", "x", "completely different"])
def test_nothing_is_offered_for_something_else(word: str) -> None:
    """What is like nothing gets no suggestion."""
    assert "" == did_you_mean(word, RULES)


@pytest.mark.parametrize(
    ("candidates", "expected"),
    [
        (["read"], "; did you mean 'read'?"),
        (["read", "reads"], "; did you mean 'read' or 'reads'?"),
        (["read", "reads", "ready"], "; did you mean 'read', 'reads' or 'ready'?"),
    ],
)
def test_a_message_ends_with_the_near_ones(candidates: list[str], expected: str) -> None:
    """One, two or three names are listed as a sentence lists them."""
    assert expected == did_you_mean("read", candidates)


@given(st.text(min_size=1), st.lists(st.text()))
def test_a_name_is_nearest_to_itself(word: str, others: list[str]) -> None:
    """What is there is offered first, and at most three are."""
    near = nearest(word, [*others, word])

    assert word.casefold() == near[0].casefold()
    assert len(near) <= 3
