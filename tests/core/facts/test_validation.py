"""A fact schema that does not mean what it says is refused, with the place."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

from trueup.facts.validation import fact_schema_problems

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GOOD: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "example.thing",
    "description": "A thing.",
    "type": "object",
    "x-actions": {"fix-it": {"parameters": {"type": "object"}}},
    "properties": {
        "thing": {
            "type": ["object", "null"],
            "description": "The thing.",
            "x-kind": "configuration",
            "x-reads": ["example:DescribeThing"],
            "properties": {
                "Size": {"type": "integer", "description": "The size.", "x-unit": "bytes", "x-kind": "observed"},
                "Parts": {
                    "type": "array",
                    "description": "The parts.",
                    "x-unordered": "Name",
                    "items": {
                        "type": "object",
                        "description": "One.",
                        "properties": {"Name": {"type": "string", "description": "The name."}},
                    },
                },
                "Policy": {"type": "object", "description": "Whole.", "additionalProperties": True},
                "ByName": {
                    "type": "object",
                    "description": "By name.",
                    "additionalProperties": {"type": "string", "description": "One.", "enum": ["a"]},
                },
            },
        }
    },
}


def told(tmp_path: Path, document: Any, service: str | None = "example", name: str = "thing") -> list[str]:
    """Give what is told of a document in a file."""
    file = tmp_path / f"{name}.schema.json"
    file.write_text(json.dumps(document, indent=1), encoding="utf-8")
    return [problem.removeprefix(f"{tmp_path}/") for problem in fact_schema_problems(file, service)]


@pytest.mark.parametrize("service", ["example", None])
def test_a_good_schema_is_let_through(tmp_path: Path, service: str | None) -> None:
    """Every form that facts can have is accepted."""
    assert [] == told(tmp_path, GOOD, service)


def thing(document: dict[str, Any]) -> dict[str, Any]:
    """Give the properties of the example's aspect."""
    properties: dict[str, Any] = document["properties"]["thing"]["properties"]
    return properties


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d.pop("description"), "expected 'description', which is missing"),
        (lambda d: d.update(title="other.thing"), "expected 'example.thing', as the file and its plugin are called"),
        (
            lambda d: d["properties"].update({"all": d["properties"]["thing"]}),
            "(a snake_case name other than all, any, not",
        ),
        (lambda d: d["properties"]["thing"].pop("x-kind"), "expected 'x-kind', which is missing"),
        (lambda d: d["properties"]["thing"].pop("x-reads"), "expected 'x-reads', which is missing"),
        (lambda d: d["properties"]["thing"].update({"x-reads": ["Describe"]}), '(service:Operation), found "Describe"'),
        (lambda d: d["properties"]["thing"].update({"x-kind": "config"}), "expected one of configuration, observed"),
        (lambda d: thing(d)["Size"].pop("description"), "expected 'description', which is missing"),
        (lambda d: thing(d)["Size"].update(type="int"), 'found "int"'),
        (lambda d: thing(d)["Size"].update(minimum=1), "unknown property 'minimum'"),
        (
            lambda d: thing(d)["Size"].update(type="object"),
            "expected 'properties' or 'additionalProperties' for an object",
        ),
        (
            lambda d: thing(d)["Policy"].update(type="string"),
            "expected 'properties' or 'additionalProperties' for an object",
        ),
        (lambda d: thing(d)["Parts"].pop("items"), "expected 'items' for an array"),
        (lambda d: thing(d)["Parts"].update({"x-unordered": "Naem"}), "found 'Naem'; did you mean 'Name'?"),
        (lambda d: thing(d)["Parts"].update({"x-unordered": ""}), "expected the property that names an element"),
        (lambda d: thing(d)["ByName"]["additionalProperties"].update(type="array"), "expected 'items' for an array"),
        (lambda d: d["x-actions"].update({"Fix": {"parameters": {}}}), '(a kebab-case name), found "Fix"'),
    ],
)
def test_a_mistake_is_told(tmp_path: Path, change: Callable[[dict[str, Any]], object], message: str) -> None:
    """Each mistake is in the list, with its place."""
    document = copy.deepcopy(GOOD)
    change(document)
    found = told(tmp_path, document)

    assert [True] == [problem.startswith("thing.schema.json:") for problem in found if message in problem], found


def test_the_file_is_named_as_the_type(tmp_path: Path) -> None:
    """The noun is the file's name."""
    (problem,) = told(tmp_path, GOOD, name="table")

    assert "expected 'example.table', as the file and its plugin are called, found 'example.thing'" in problem


def test_what_is_no_json_is_told(tmp_path: Path) -> None:
    """It is read as strictly as a rule."""
    (tmp_path / "thing.schema.json").write_text("{", encoding="utf-8")

    assert "thing.schema.json:1:2: expected JSON" in fact_schema_problems(tmp_path / "thing.schema.json")[0]
