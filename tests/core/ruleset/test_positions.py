"""Every value and name of a JSON text is found where it stands."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from trueup.ruleset.positions import Place, Positions, scan

if TYPE_CHECKING:
    from trueup.ruleset.problem import Pointer

DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
LAYOUTS = st.sampled_from([None, 0, 1, 4, "\t", " \n "])


def values(document: Any, pointer: Pointer = ()) -> dict[Pointer, Any]:
    """Give every value of a document by its pointer."""
    found = {pointer: document}
    items = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for name, item in items:
        found |= values(item, (*pointer, name))
    return found


def text_at(text: str, place: Place) -> str:
    """Give the text from a place on."""
    lines = text.split("\n")
    return "\n".join([lines[place.line - 1][place.column - 1 :], *lines[place.line :]])


@given(DOCUMENTS, LAYOUTS, st.booleans())
def test_each_value_parses_from_its_place_on(document: Any, indent: Any, ascii_only: bool) -> None:
    """At the place of every value the same value can be read, whatever the layout."""
    text = json.dumps(document, indent=indent, ensure_ascii=ascii_only)
    positions = scan(text)
    read = {
        pointer: json.JSONDecoder().raw_decode(text_at(text, place))[0] for pointer, place in positions.values.items()
    }

    assert values(document) == read
    assert () == positions.duplicates


@given(DOCUMENTS, LAYOUTS)
def test_each_name_stands_at_its_place(document: Any, indent: Any) -> None:
    """At the place of every property's name the name can be read."""
    text = json.dumps(document, indent=indent)
    positions = scan(text)
    read = {
        pointer: json.JSONDecoder().raw_decode(text_at(text, place))[0] for pointer, place in positions.names.items()
    }

    assert {pointer: pointer[-1] for pointer in positions.names} == read
    assert {pointer for pointer in values(document) if pointer and isinstance(pointer[-1], str)} == read.keys()


def test_a_name_that_stands_twice_is_noted_where_it_is_repeated() -> None:
    """The second one counts, and nothing of the first one's value is left."""
    positions = scan('{"a": {"b": 1},\n "a": {"c": 2}}')

    assert (("a",), Place(2, 2)) == positions.duplicates[0]
    assert Place(2, 13) == positions.values["a", "c"]
    assert ("a", "b") not in positions.values


def nearest_places(positions: Positions) -> list[Place]:
    """Ask for what is there and what is not."""
    return [
        positions.place(("a",)),
        positions.place(("a",), at_key=True),
        positions.place(("a", "missing", 3)),
        positions.place(("missing",), at_key=True),
    ]


def test_what_is_missing_is_shown_at_what_is_around_it() -> None:
    """A problem with something that is not there points at the nearest value around it."""
    expected = [Place(1, 7), Place(1, 2), Place(1, 7), Place(1, 1)]

    assert expected == nearest_places(scan('{"a": {}}'))
