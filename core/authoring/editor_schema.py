"""One JSON Schema of rule files for editors, in which the fact paths and actions of the installed services complete.

The schema of the form of a rule (``rule.schema.json``) knows no service; this one is made of it and of every fact
schema, so that an editor offers the paths of the resource type that the rule names, with descriptions and units, and
marks a path that is none before anything is run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from trueup.facts.schema import Fact
from trueup.ruleset.shipped import shipped_schema

if TYPE_CHECKING:
    from trueup.facts.schema import FactSchema

__all__ = ["editor_schema"]

_LEAF = {"$ref": "#/$defs/leaf"}
# A path with a quoted name may spell the same fact in another way, so it is left to `trueup rules validate`.
_QUOTED = '"'
_PLAIN = "[A-Za-z_][A-Za-z0-9_]*"
# A definition's name stands in references, which editors do not all unescape.
_UNNAMED = r"[^A-Za-z0-9_.]"


def editor_schema(schemas: Mapping[str, FactSchema]) -> dict[str, Any]:
    """Give the schema.

    Looser than ``trueup rules validate`` where JSON Schema cannot say more (operands against units, ``$param`` against
    the parameters), and never stricter: a rule that validates there is right here.

    Args:
        schemas: the fact schemas by resource type that rules may be about.
    """
    schema = shipped_schema("rule")
    schema["title"] = f"A trueup rule file about {', '.join(sorted(schemas))}"
    resource = schema["properties"]["resource"]
    schema["properties"]["resource"] = {
        "description": resource["description"],
        "anyOf": [
            {"const": name, "description": each.document.get("description", "")}
            for name, each in sorted(schemas.items())
        ],
    }
    for part in ("when", "expect"):
        # Said below of each type: twice would be marked twice.
        schema["properties"][part] = {"type": "object", "description": schema["$defs"]["condition"]["description"]}
    schema["allOf"] = []
    for name, each in sorted(schemas.items()):
        definitions = _Conditions(name, each)
        rule = {"when": definitions.top, "expect": definitions.top, "remediation": _remediation(each, definitions.top)}
        about = {"properties": {"resource": {"const": name}}, "required": ["resource"]}
        schema["allOf"].append({"if": about, "then": {"properties": rule}})
        schema["$defs"] |= definitions.made
    return schema


class _Conditions:
    """The definitions of the conditions about a resource type: one for its facts, one for each list's elements."""

    def __init__(self, resource: str, schema: FactSchema) -> None:
        self._schema = schema
        self.made: dict[str, Any] = {}
        self.top = self._define(resource, {fact.path: fact for fact in schema.facts()}, None)

    def _define(self, name: str, facts: Mapping[str, Fact], element: Fact | None) -> dict[str, Any]:
        """Define a condition about facts, whose paths start at an aspect or at a list's element; give its reference."""
        facts = {path: fact for path, fact in facts.items() if not self._schema.is_secret(path, element)}
        inside = [pattern for path, fact in facts.items() for pattern in _inside(path, fact)]
        reference = {"$ref": f"#/$defs/{name}"}
        lists = {"$ref": f"#/$defs/{name}-lists"}
        many = {"type": "array", "minItems": 1, "items": reference}
        self.made[name] = {
            "type": "object",
            "minProperties": 1,
            "properties": {
                "all": {"description": "all of these hold", **many},
                "any": {"description": "at least one of these holds", **many},
                "not": {"description": "this does not hold", **reference},
                "every": {"description": "this holds for every element of a list", **lists},
                "some": {"description": "this holds for at least one element of a list", **lists},
                **{path: _leaf(fact) for path, fact in facts.items()},
            },
            "patternProperties": {**{f"^{pattern}$": _LEAF for pattern in inside}, _QUOTED: _LEAF},
            "additionalProperties": False,
        }
        self.made[f"{name}-lists"] = self._quantified(name, facts, inside)
        return reference

    def _quantified(self, name: str, facts: Mapping[str, Fact], inside: list[str]) -> dict[str, Any]:
        """Give the schema of ``every`` and ``some``: the lists that there are, and of each what its elements have."""
        lists = {path: fact for path, fact in facts.items() if fact.is_list}
        known = [{"const": path, "description": _described(fact)} for path, fact in lists.items()]
        others = [{"type": "string", "pattern": pattern} for pattern in (*(f"^{each}$" for each in inside), _QUOTED)]
        quantified = {"$ref": "#/$defs/quantified", "properties": {"in": {"anyOf": known + others}}}
        elements = [self._elements(name, path, fact.element()) for path, fact in lists.items() if fact.element().schema]
        return {**quantified, "allOf": elements} if elements else quantified

    def _elements(self, name: str, path: str, element: Fact) -> dict[str, Any]:
        inner = f"{name}.{re.sub(_UNNAMED, '_', path)}-element"
        holds = self._define(inner, {fact.path: fact for fact in element.below()}, element)
        about = {"properties": {"in": {"const": path}}, "required": ["in"]}
        return {"if": about, "then": {"properties": {"holds": holds}}}


def _remediation(schema: FactSchema, condition: Mapping[str, Any]) -> dict[str, Any]:
    actions = [
        {"const": name, "description": declared.get("description", "")}
        for name, declared in sorted(schema.actions.items())
    ]
    return {"properties": {"action": {"anyOf": actions} if actions else False, "regression": condition}}


def _leaf(fact: Fact) -> dict[str, Any]:
    leaf: dict[str, Any] = {**_LEAF, "description": _described(fact)}
    known = list(fact.schema.get("enum", ()))
    if not known and fact.types and set(fact.types) <= {"boolean", "null"}:
        known = [True, False]
    if known:
        if fact.kind == "configuration" and None not in known:
            known.append(None)
        leaf["properties"] = {"const": {"anyOf": [{"enum": known}, {"$ref": "#/$defs/param"}]}}
    return leaf


def _described(fact: Fact) -> str:
    words = [str(fact.schema.get("description", ""))]
    if unit := fact.schema.get("x-unit"):
        words.append(f"In {unit}.")
    if fact.types:
        words.append(f"({' or '.join(fact.types)}{', observed' if fact.kind == 'observed' else ''})")
    return " ".join(word for word in words if word)


def _inside(path: str, fact: Fact) -> Iterator[str]:
    """Yield patterns of the paths below a map by name, or below a document that is kept whole."""
    more = fact.schema.get("additionalProperties")
    if more is True or not fact.schema:
        yield f"{re.escape(path)}(\\.{_PLAIN})+"
    elif isinstance(more, Mapping):
        names = f"{re.escape(path)}\\.{_PLAIN}"
        inner = Fact("", more, fact.kind)
        yield names
        yield from (f"{names}\\.{re.escape(each.path)}" for each in inner.below())
        yield from (f"{names}{deep.removeprefix('x')}" for deep in _inside("x", inner))
