"""What the exemptions say of a failure: the same as asking each of them, and nothing where nobody knows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.exemptions.conftest import exemption
from trueup.exemptions.exemption import Tag
from trueup.exemptions.exemptions import Exemptions
from trueup.exemptions.ruling import Ruling
from trueup.facts.unknown import Reason, Unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.exemptions.exemption import Exemption

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DENIED = Unknown(Reason.ACCESS_DENIED, "", "sqs:ListQueueTags", "sqs:ListQueueTags")
ARN = "arn:aws:sqs:us-east-1:1:{}"

_base = exemption()
_names = st.sampled_from(["a", "ab", "b", "*", "a*", "?"])
_entries = st.builds(
    lambda rule, name, tag, day, line: replace(
        _base,
        rule=rule,
        resource=None if tag else ARN.format(name),
        tag=Tag("team", name) if tag else None,
        expires=NOW.date() + timedelta(days=day),
        line=line,
    ),
    st.sampled_from(["sqs-a", "sqs-*", "sqs-?", "*"]),
    _names,
    st.booleans(),
    st.integers(-2, 2),
    st.integers(1, 9),
)
_tags = st.sampled_from([None, {}, {"team": "a"}, {"team": "ab"}, {"Team": "a"}, DENIED])


@given(st.lists(_entries, max_size=5), st.sampled_from(["sqs-a", "sqs-ab"]), st.sampled_from(["a", "ab"]), _tags)
def test_the_answer_is_that_of_each_exemption(
    entries: list[Exemption], rule: str, name: str, tags: Mapping[str, str] | Unknown | None
) -> None:
    """However they are kept to be found quickly; and what is exempt or perhaps exempt is never fixed."""
    ruling = Exemptions(entries).rule_on(rule, ARN.format(name), tags, NOW)
    about = [(each, each.matches(ARN.format(name), tags)) for each in entries if each.is_about(rule)]
    over = [each for each, found in about if found is True and each.expired(NOW)]
    holding = [each for each, found in about if found is True and not each.expired(NOW)]
    perhaps = [each for each, found in about if found is DENIED and not each.expired(NOW)]

    assert [sorted(map(str, each)) for each in (holding, over, perhaps)] == [
        sorted(map(str, each)) for each in (ruling.holding, ruling.expired, ruling.undecided)
    ]
    assert bool(holding or perhaps) is (ruling.refusal() is not None)
    assert (bool(holding), bool(perhaps and not holding)) == (ruling.exempt, ruling.open is DENIED)


@pytest.mark.parametrize(
    ("expired", "now"),
    [
        (False, datetime(2027, 1, 31, 23, 59, 59, tzinfo=UTC)),
        (True, datetime(2027, 2, 1, tzinfo=UTC)),
        (False, datetime(2027, 2, 1, 1, 59, tzinfo=timezone(timedelta(hours=2)))),
        (True, datetime(2027, 1, 31, 23, 30, tzinfo=timezone(timedelta(hours=-2)))),
    ],
)
def test_the_last_day_holds_to_its_end_in_utc(expired: bool, now: datetime) -> None:
    """Wherever the machine stands that asks."""
    assert expired is replace(_base, expires=date(2027, 1, 31)).expired(now)


def test_nothing_is_said_where_no_exemption_is_about_a_failure() -> None:
    """No sentence, no refusal, nothing for the report."""
    ruling = Exemptions([exemption("s3-*")]).rule_on("sqs-a", ARN.format("a"), DENIED, NOW)

    assert Ruling() == ruling
    assert (None, None, None) == (ruling.sentence(), ruling.refusal(), ruling.to_json())


def test_stored_exemptions_are_joined_once_each() -> None:
    """A resume that is given the file of the apply again has each of its exemptions once."""
    entries = [exemption(line=line) for line in (3, 9)]
    one, two = Exemptions(entries[:1], ["sqs-a"]), Exemptions(entries)

    joined = one.joined(two.to_json(), "run 1")
    assert (tuple(entries), frozenset({"sqs-a"})) == (joined.entries, joined.known_rules)
