"""Globs match what they say and nothing that is near it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.exemptions.glob import is_literal, matches, matches_arn

anything = st.text(max_size=12)
plain = st.text(st.characters(blacklist_characters="*?"), max_size=12)
part = st.text(st.characters(blacklist_characters="*?:"), max_size=6)
arns = st.tuples(part, part, part, part, part, plain).map(":".join)


@given(plain, anything)
def test_a_glob_without_wildcards_matches_itself_only(glob: str, other: str) -> None:
    """Not a beginning of it, not an end, not another text, whatever characters it is made of."""
    assert matches(glob, glob)
    assert (glob == other) is matches(glob, other)


@given(plain, st.text(min_size=1, max_size=5))
def test_a_glob_is_anchored_at_both_ends(glob: str, more: str) -> None:
    """What stands before or behind makes another name of it."""
    assert [False, False] == [matches(glob, glob + more), matches(glob, more + glob)]
    assert [True, True] == [matches(f"{glob}*", glob + more), matches(f"*{glob}", more + glob)]


def _slow(glob: str, text: str) -> bool:
    """Match by the definition, one character after the other."""
    if not glob:
        return not text
    if glob[0] == "*":
        return _slow(glob[1:], text) or (bool(text) and _slow(glob, text[1:]))
    return bool(text) and glob[0] in {"?", text[0]} and _slow(glob[1:], text[1:])


@given(st.text("ab*?", max_size=7), st.text("ab", max_size=9))
def test_matching_is_what_its_definition_says(glob: str, text: str) -> None:
    """``*`` is any text, ``?`` any one character, in every combination."""
    assert _slow(glob, text) is matches(glob, text)


@given(arns, arns)
def test_an_arn_without_wildcards_matches_itself_only(glob: str, other: str) -> None:
    """As every other glob does."""
    assert matches_arn(glob, glob)
    assert (glob == other) is matches_arn(glob, other)


@given(arns, part.filter(bool))
def test_an_arn_is_anchored_at_both_ends(glob: str, more: str) -> None:
    """A resource whose name goes on is another resource."""
    assert [False, False] == [matches_arn(glob, glob + more), matches_arn(glob, more + glob)]


@pytest.mark.parametrize(
    ("expected", "glob", "arn"),
    [
        (True, "arn:aws:sqs:*:123456789012:orders", "arn:aws:sqs:eu-west-1:123456789012:orders"),
        (False, "arn:aws:sqs:*:orders", "arn:aws:sqs:eu-west-1:123456789012:orders"),
        (False, "arn:aws:sqs:*:2:orders", "arn:aws:sqs:eu-west-1:1:2:orders"),
        (True, "arn:aws:ecs:*:*:service/*", "arn:aws:ecs:eu-west-1:1:service/blue/web"),
        (True, "arn:aws:rds:*:*:*:orders", "arn:aws:rds:eu-west-1:1:cluster:orders"),
        (True, "arn:aws:s3:::logs-?", "arn:aws:s3:::logs-1"),
        (False, "arn:aws:s3:::logs-?", "arn:aws:s3:::logs-12"),
        (False, "arn:aws:s3:::logs", "arn:aws:s3:::LOGS"),
        (False, "arn:aws:s3:::logs-[12]", "arn:aws:s3:::logs-1"),
        (True, "arn:aws:s3:::a*", "arn:aws:s3:::a\nb"),
        (False, "*", "arn:aws:s3:::logs"),
        (False, "logs", "logs"),
    ],
)
def test_wildcards_stay_in_their_part_of_an_arn(expected: bool, glob: str, arn: str) -> None:
    """Only in the last part do they stand for colons and slashes."""
    assert expected is matches_arn(glob, arn)


def test_a_long_name_takes_no_longer_than_it_is() -> None:
    """A name that almost fits a glob of many stars is refused at once, and not tried in every way."""
    assert not matches("*a" * 40 + "b", "a" * 5000)


@given(anything)
def test_wildcards_are_told(glob: str) -> None:
    """A glob with one of the two is not literal."""
    assert ("*" not in glob and "?" not in glob) is is_literal(glob)
