"""A fact schema finds facts by path, tells their kind, and names near misses."""

from __future__ import annotations

import json
import pickle
from typing import TYPE_CHECKING, Any

import pytest

from trueup.errors import RuleFileError, UsageError
from trueup.facts.schema import FactSchema

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENT: dict[str, Any] = {
    "title": "a.thing",
    "x-actions": {"fix": {"parameters": {"type": "object"}}},
    "properties": {
        "table": {
            "type": "object",
            "x-kind": "configuration",
            "properties": {
                "BillingMode": {"type": "string"},
                "ItemCount": {"type": "integer", "x-kind": "observed"},
                "Keys": {
                    "type": "array",
                    "x-unordered": "Name",
                    "items": {"type": "object", "properties": {"Name": {"type": "string"}}},
                },
                "Policy": {"type": "object", "additionalProperties": True},
            },
        },
        "metrics": {
            "type": "object",
            "x-kind": "observed",
            "properties": {
                "by_index": {
                    "type": "object",
                    "additionalProperties": {"type": "object", "properties": {"consumed": {"type": "number"}}},
                },
            },
        },
        "tags": {"type": "object", "x-kind": "configuration", "additionalProperties": {"type": "string"}},
    },
}
SCHEMA = FactSchema(DOCUMENT)


@pytest.mark.parametrize(
    ("path", "types", "kind"),
    [
        ("table", ("object",), "configuration"),
        ("table.BillingMode", ("string",), "configuration"),
        ("table.ItemCount", ("integer",), "observed"),
        ("table.Policy.Statement", (), "configuration"),
        ("table.Policy.Statement.anything", (), "configuration"),
        ('metrics.by_index."by-date".consumed', ("number",), "observed"),
        ('tags."cost-center"', ("string",), "configuration"),
    ],
)
def test_a_path_finds_its_fact(path: str, types: tuple[str, ...], kind: str) -> None:
    """Each declared path gives type and kind; kinds are inherited and overridden."""
    fact = SCHEMA.fact(path)

    assert (path, types, kind) == (fact.path, fact.types, fact.kind)
    assert kind == SCHEMA.kind(path)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("table.BilingMode", "'table.BilingMode' names no fact of a.thing; did you mean 'table.BillingMode'?"),
        ("tabel", "names no fact of a.thing; did you mean 'table'"),
        ("BillingMode", "did you mean 'table.BillingMode'"),
        ('metrics.by_index."by-date".consumd', "did you mean 'metrics.by_index.\"by-date\".consumed'"),
        ("table.Keys.Name", "goes through the list table.Keys; look into it with 'every' or 'some'"),
        ("table.BillingMode.x", "goes through table.BillingMode, which is a string and has no parts"),
    ],
)
def test_what_is_no_fact_is_refused_with_a_near_one(path: str, message: str) -> None:
    """A path that names no fact says why, and what was probably meant."""
    with pytest.raises(UsageError) as raised:
        SCHEMA.fact(path)

    assert message in str(raised.value)


def test_an_element_is_where_inner_paths_start() -> None:
    """A list gives its elements' fact, whose key names them."""
    element = SCHEMA.element("table.Keys")

    assert "Name" == SCHEMA.fact("table.Keys").key
    assert {"type": "string"} == SCHEMA.resolve("Name", element)


def test_only_a_list_has_elements() -> None:
    """Looking into something else says what it is."""
    with pytest.raises(UsageError, match="expected a list to look into, found a string"):
        SCHEMA.element("table.BillingMode")


def test_all_facts_are_listed() -> None:
    """Everything declared is there, outermost first."""
    expected = ["table", "table.BillingMode", "table.ItemCount", "table.Keys", "table.Policy"]

    assert [*expected, "metrics", "metrics.by_index", "tags"] == [fact.path for fact in SCHEMA.facts()]


def test_aspects_type_and_actions_are_given() -> None:
    """The schema says what it is of."""
    assert ("a.thing", ("table", "metrics", "tags"), ["fix"]) == (SCHEMA.type, SCHEMA.aspects, list(SCHEMA.actions))


def test_a_schema_is_read_from_a_file_and_survives_pickling(tmp_path: Path) -> None:
    """A worker in another process gets the same schema, even after it normalised something."""
    file = tmp_path / "thing.schema.json"
    file.write_text(json.dumps(DOCUMENT), encoding="utf-8")
    schema = FactSchema.load(file)
    schema.normalise("tags", {})

    assert schema == pickle.loads(pickle.dumps(schema))  # noqa: S301 - our own pickle


@pytest.mark.parametrize("text", ["{", "[]", '{"title": "a.b"}', '{"properties": {}}'])
def test_what_is_no_fact_schema_is_refused_by_name(tmp_path: Path, text: str) -> None:
    """A file that is something else names itself."""
    file = tmp_path / "thing.schema.json"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(RuleFileError, match=r"thing\.schema\.json: expected a fact schema"):
        FactSchema.load(file)


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    """A file that is not there names itself."""
    with pytest.raises(RuleFileError, match=r"thing\.schema\.json: expected a fact schema"):
        FactSchema.load(tmp_path / "thing.schema.json")
