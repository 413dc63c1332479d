"""An example of a fact schema and of a rule, for the tests of the rules' language."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from trueup.facts.schema import FactSchema
from trueup.ruleset.rule import Rule
from trueup.ruleset.source import RuleSource

if TYPE_CHECKING:
    from pathlib import Path

FACTS: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "example.thing",
    "description": "A thing.",
    "type": "object",
    "x-actions": {
        "set-mode": {
            "parameters": {
                "type": "object",
                "required": ["mode"],
                "additionalProperties": False,
                "properties": {"mode": {"enum": ["IDLE", "BUSY"]}, "limit": {"type": "number", "minimum": 0}},
            }
        }
    },
    "properties": {
        "thing": {
            "type": "object",
            "description": "The thing.",
            "x-kind": "configuration",
            "x-reads": ["example:DescribeThing"],
            "properties": {
                "Name": {"type": "string", "description": "The name."},
                "Mode": {"type": "string", "description": "The mode.", "enum": ["IDLE", "BUSY"]},
                "Size": {"type": "integer", "description": "The size.", "x-unit": "bytes"},
                "On": {"type": "boolean", "description": "Whether it is on."},
                "Parts": {
                    "type": "array",
                    "description": "The parts.",
                    "x-unordered": "Name",
                    "items": {
                        "type": "object",
                        "description": "One part.",
                        "properties": {
                            "Name": {"type": "string", "description": "The name."},
                            "Size": {"type": "integer", "description": "The size.", "x-unit": "bytes"},
                            "Use": {"type": "number", "description": "Use.", "x-unit": "percent", "x-kind": "observed"},
                        },
                    },
                },
                "Zones": {
                    "type": "array",
                    "description": "The zones.",
                    "x-unordered": "",
                    "items": {"type": "string", "description": "One zone."},
                },
                "Policy": {"type": "object", "description": "The policy, whole.", "additionalProperties": True},
            },
        },
        "use": {
            "type": "object",
            "description": "How it is used.",
            "x-kind": "observed",
            "x-reads": [],
            "properties": {"peak": {"type": "number", "description": "The peak.", "x-unit": "percent"}},
        },
        "tags": {
            "type": "object",
            "description": "The tags.",
            "x-kind": "configuration",
            "x-reads": ["example:ListTags"],
            "additionalProperties": {"type": "string", "description": "The value."},
        },
    },
}
RULE: dict[str, Any] = {
    "id": "example-thing-used",
    "title": "Things are used",
    "resource": "example.thing",
    "category": "cost",
    "severity": "medium",
    "stage": "stable",
    "rationale": "What is not used is paid for.",
    "references": ["https://example.com/things"],
    "compliance": [{"framework": "example-framework", "control": "A.1"}],
    "parameters": {"gate": {"type": "number", "unit": "percent", "minimum": 0, "maximum": 100, "default": 20}},
    "when": {"thing.Mode": {"const": "BUSY"}},
    "expect": {"use.peak": {"minimum": {"$param": "gate"}}},
    "remediation": {
        "action": "set-mode",
        "parameters": {"mode": "IDLE", "limit": {"$param": "gate"}},
        "regression": {"use.peak": {"maximum": 80}},
    },
}
Change = Callable[[dict[str, Any]], object]


@pytest.fixture(scope="session")
def facts() -> dict[str, Any]:
    """Give the document of the example's fact schema."""
    return copy.deepcopy(FACTS)


@pytest.fixture(scope="session")
def schema() -> FactSchema:
    """Give the example's fact schema."""
    return FactSchema(FACTS)


@pytest.fixture
def document() -> dict[str, Any]:
    """Give the document of the example's rule, to be changed at will."""
    return copy.deepcopy(RULE)


@pytest.fixture
def rule(document: dict[str, Any], schema: FactSchema) -> Rule:
    """Give the example's rule."""
    return Rule.from_document(document, schema)


@pytest.fixture
def write_rule(tmp_path: Path, document: dict[str, Any]) -> Callable[..., RuleSource]:
    """Give a function that writes the example's rule, changed, into a folder of rules."""

    def write(change: Change = lambda _: None, *, name: str = "", folder: str = "example") -> RuleSource:
        changed = copy.deepcopy(document)
        change(changed)
        (tmp_path / folder).mkdir(exist_ok=True)
        file = tmp_path / folder / f"{name or changed.get('id', 'no-id')}.json"
        file.write_text(json.dumps(changed, indent=2), encoding="utf-8")
        return RuleSource("example", f"dist-{folder}", tmp_path / folder)

    return write
