"""A finding is known by the same text on every machine and in every run."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from trueup.journal.fingerprint import fingerprint

texts = st.text(max_size=8)


def test_it_is_the_same_for_ever() -> None:
    """What state files and baselines hold: changing how it is made would make every failure new."""
    of_a_queue = fingerprint("encrypted", "arn:aws:sqs:eu-west-1:123456789012:a", "sqs.queue", "1", "2")
    of_all_queues = fingerprint("encrypted", "", "sqs.queue", "123456789012", "eu-west-1")
    assert ("7e9b2ae6a7ffe9e3b8fbe3db04cba8e6", "d9367967eb53a009d784bf667801ea57") == (of_a_queue, of_all_queues)


def test_only_rule_and_arn_count() -> None:
    """The type may be renamed, and a resource may be seen from another scope."""
    one, other = (fingerprint("r", "arn", kind, account, "x") for kind, account in (("a.b", "1"), ("c.d", "2")))
    assert one == other


@given(st.lists(st.tuples(texts, texts, texts, texts, texts), unique_by=lambda row: row[:2] if row[1] else row))
def test_what_is_different_is_told_apart(rows: list[tuple[str, str, str, str, str]]) -> None:
    """However rule, ARN, type, account and Region are cut, no two texts run into each other; surrogates included."""
    assert [] == [pair for pair in combinations(rows, 2) if fingerprint(*pair[0]) == fingerprint(*pair[1])]
