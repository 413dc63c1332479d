"""Normalising keeps what is declared, the same way every time, and nothing else."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.errors import UsageError
from trueup.facts.schema import FactSchema
from trueup.facts.unknown import Reason, Unknown

if TYPE_CHECKING:
    import random

SCHEMA = FactSchema(
    {
        "title": "a.thing",
        "properties": {
            "table": {
                "type": "object",
                "x-kind": "configuration",
                "properties": {
                    "Name": {"type": "string"},
                    "Created": {"type": "string"},
                    "Count": {"type": "integer"},
                    "Share": {"type": "number"},
                    "On": {"type": "boolean"},
                    "Keys": {"type": "array", "items": {"type": "string"}},
                    "Zones": {"type": "array", "x-unordered": "", "items": {"type": "string"}},
                    "Indexes": {
                        "type": "array",
                        "x-unordered": "Name",
                        "items": {
                            "type": "object",
                            "properties": {"Name": {"type": "string"}, "Units": {"type": "integer"}},
                        },
                    },
                    "Document": {"type": "object", "additionalProperties": True},
                    "ByName": {"type": "object", "additionalProperties": {"type": "integer"}},
                },
            }
        },
    }
)
DENIED = Unknown(Reason.ACCESS_DENIED)

FIRST, LAST = (datetime(year, 1, 1, tzinfo=UTC).replace(tzinfo=None) for year in (2000, 2100))
INSTANTS = st.datetimes(min_value=FIRST, max_value=LAST, timezones=st.just(UTC))
WHOLE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
TABLES = st.fixed_dictionaries(
    {},
    optional={
        "Name": st.text(),
        "Created": INSTANTS,
        "Count": st.integers(),
        "Share": st.floats(allow_nan=False, allow_infinity=False),
        "On": st.booleans(),
        "Keys": st.lists(st.text(), max_size=4),
        "Zones": st.lists(st.text(), max_size=4),
        "Indexes": st.lists(
            st.fixed_dictionaries({}, optional={"Name": st.text(max_size=2), "Units": st.integers(0, 3)}), max_size=4
        ),
        "Document": st.dictionaries(st.text(), WHOLE, max_size=3),
        "ByName": st.dictionaries(st.text(), st.integers(), max_size=3),
    },
)


def normalise(table: Any) -> Any:
    """Normalise the aspect of the schema above."""
    return SCHEMA.normalise("table", table)


@given(TABLES)
def test_twice_is_once(table: dict[str, Any]) -> None:
    """What is normal stays as it is."""
    once = normalise(table)

    assert once == normalise(once)


@given(TABLES)
def test_what_is_read_is_not_changed(table: dict[str, Any]) -> None:
    """The answer of AWS is left alone."""
    before = copy.deepcopy(table)
    normalise(table)

    assert before == table


@given(TABLES, st.randoms(use_true_random=False))
def test_order_that_means_nothing_makes_no_difference(table: dict[str, Any], dice: random.Random) -> None:
    """Unordered lists may come in any order, also with elements that share a name."""
    shuffled = copy.deepcopy(table)
    for name in ("Zones", "Indexes"):
        dice.shuffle(shuffled.get(name, []))

    assert normalise(table) == normalise(shuffled)


@given(TABLES, st.dictionaries(st.text(), WHOLE, max_size=3))
def test_what_nobody_declared_never_gets_in(table: dict[str, Any], extra: dict[str, Any]) -> None:
    """Undeclared fields make no difference, neither outside nor inside a list."""
    crowded = {**extra, **table}
    undeclared = extra.keys() - SCHEMA.resolve("table")["properties"].keys()
    crowded = {name: value for name, value in crowded.items() if name in table or name in undeclared}
    crowded["Indexes"] = [{"Secret": "x", **index} for index in table.get("Indexes", [])]
    expected = {**table, "Indexes": table.get("Indexes", [])}

    assert normalise(expected) == normalise(crowded)


@given(INSTANTS, st.integers(-12, 14))
def test_the_same_instant_is_the_same_text(instant: datetime, hours: int) -> None:
    """A datetime of another zone is the same fact."""
    elsewhere = instant.astimezone(timezone(timedelta(hours=hours)))

    assert normalise({"Created": instant}) == normalise({"Created": elsewhere})


@given(TABLES, TABLES)
def test_a_difference_that_was_declared_is_a_difference(one: dict[str, Any], two: dict[str, Any]) -> None:
    """Two tables are normal the same only if all that is declared is the same, order that means nothing aside."""
    same = all(_comparable(name, one) == _comparable(name, two) for name in {*one, *two})

    assert same is (normalise(one) == normalise(two))


def _comparable(name: str, table: dict[str, Any]) -> Any:
    if name in {"Zones", "Indexes"} and name in table:
        return sorted(repr(sorted(item.items()) if isinstance(item, dict) else item) for item in table[name])
    return table.get(name, "absent")


class Mode(StrEnum):
    """An enum as an SDK might give one."""

    ON = "on"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("Created", datetime(2026, 11, 23, 10, tzinfo=UTC), "2026-11-23T10:00:00Z"),
        ("Created", datetime(2026, 11, 23, 10, tzinfo=UTC).replace(tzinfo=None), "2026-11-23T10:00:00Z"),
        ("Count", Decimal(5), 5),
        ("Count", 5.0, 5),
        ("Share", Decimal("0.5"), 0.5),
        ("Name", Mode.ON, "on"),
        ("Keys", ("b", "a"), ["b", "a"]),
        ("Zones", ("b", "a"), ["a", "b"]),
        ("Name", None, None),
        ("Name", DENIED, DENIED),
        (
            "Document",
            {"When": datetime(2026, 1, 1, tzinfo=UTC), "Two": (1, 2)},
            {"When": "2026-01-01T00:00:00Z", "Two": [1, 2]},
        ),
        ("ByName", {"a": 1, "b": DENIED}, {"a": 1, "b": DENIED}),
    ],
)
def test_values_become_json(name: str, value: Any, expected: Any) -> None:
    """What an SDK gives becomes what JSON has, and an unknown stays one."""
    assert {name: expected} == normalise({name: value})


@pytest.mark.parametrize(
    ("name", "value", "detail"),
    [
        ("Name", 1, "table.Name: expected a string, found an integer"),
        ("Count", "1", "table.Count: expected an integer, found a string"),
        ("Count", True, "table.Count: expected an integer, found a boolean"),
        ("Count", 1.5, "table.Count: expected an integer, found a number"),
        ("Keys", "a", "table.Keys: expected an array, found a string"),
        ("Name", {"Secret": "x"}, "table.Name: expected a string, found an object"),
        ("Document", [1], "table.Document: expected an object, found an array"),
        ("Name", b"x", "expected JSON data, found bytes"),
        ("Share", float("nan"), "expected a number, found nan"),
        ("Share", Decimal("Infinity"), "expected a number, found inf"),
        ("ByName", {1: 1}, "table.ByName has a name that is no text"),
    ],
)
def test_what_is_not_as_declared_is_unknown(name: str, value: Any, detail: str) -> None:
    """A value of another type is not judged, and not shown either."""
    assert {name: Unknown(Reason.UNEXPECTED, detail)} == normalise({name: value})


@pytest.mark.parametrize("value", [b"x", {1: "x"}, {"a"}])
def test_what_is_no_json_is_unknown_inside_a_whole_document(value: Any) -> None:
    """A document that is kept whole may hold what we cannot read."""
    found = normalise({"Document": {"a": [value]}})["Document"]["a"][0]

    assert Reason.UNEXPECTED == found.reason


def test_an_aspect_that_is_absent_or_unknown_stays_so() -> None:
    """There may be none, or it could not be read."""
    assert [None, DENIED] == [normalise(None), normalise(DENIED)]


def test_an_aspect_that_is_not_declared_is_refused() -> None:
    """A plugin that returns an aspect without a schema is told so."""
    with pytest.raises(UsageError, match="did you mean 'table'"):
        SCHEMA.normalise("tables", {})
