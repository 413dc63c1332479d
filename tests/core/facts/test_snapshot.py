"""A snapshot gives what is known, says what is not, and cannot be changed once frozen."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.errors import UnknownFactError
from trueup.facts.snapshot import Snapshot, freeze, lookup
from trueup.facts.unknown import Reason, Unknown
from trueup.resource import Resource

DENIED = Unknown(Reason.ACCESS_DENIED, "not allowed", "dynamodb:DescribeTable", "dynamodb:DescribeTable")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def snapshot(**aspects: Any) -> Snapshot:
    """Give a snapshot of these aspects."""
    resource = Resource("a.thing", "arn:aws:a:::b", "b", "123456789012", "us-east-1")
    return Snapshot(resource, aspects, datetime(2026, 1, 1, tzinfo=UTC))


def test_an_absent_fact_is_none() -> None:
    """What AWS left out of a known aspect is null, also further down."""
    assert snapshot(table={})["table.Summary.Mode"] is None


def test_an_unknown_fact_is_raised_with_its_reason() -> None:
    """Asking for what is not known names the path and the missing permission."""
    with pytest.raises(UnknownFactError, match=r"table\.Mode is not known: access denied at dynamodb:Desc") as raised:
        snapshot(table=DENIED)["table.Mode"]

    assert DENIED == raised.value.unknown


def test_get_gives_the_unknown_itself() -> None:
    """Who can handle an unknown gets it as a value."""
    assert DENIED == snapshot(table=DENIED).get("table.Mode")
    assert DENIED == snapshot(table={"Mode": DENIED}).get("table.Mode")


def test_an_aspect_that_was_not_read_is_unknown() -> None:
    """Not having asked is not the same as absent."""
    found = lookup({}, "table.Mode")

    assert Reason.NOT_READ == found.reason


def test_a_path_through_a_scalar_is_unknown() -> None:
    """A value of another shape than expected is not judged."""
    found = lookup({"table": {"Name": "a"}}, "table.Name.First")

    assert Reason.UNEXPECTED == found.reason


@given(JSON)
def test_freezing_keeps_the_value(value: Any) -> None:
    """A frozen value is the same JSON."""
    assert json.dumps(value) == json.dumps(freeze(value))


def test_a_frozen_snapshot_refuses_changes_all_the_way_down() -> None:
    """An action cannot change what it is given, nor see the series behind it."""
    frozen = snapshot(table={"Keys": [{"Name": "a"}]}).frozen()
    table = frozen.aspects["table"]

    for change in (partial(table.update, Mode="x"), partial(table["Keys"][0].pop, "Name"), table.clear):
        with pytest.raises(TypeError, match="cannot be changed"):
            change()
    assert {} == frozen.series


def test_an_unknown_tells_what_failed_and_what_to_allow() -> None:
    """The sentence has reason, operation, detail and missing permission."""
    expected = "access denied at dynamodb:DescribeTable: not allowed (allow dynamodb:DescribeTable)"

    assert expected == DENIED.sentence()
    assert "no data" == Unknown(Reason.NO_DATA).sentence()
