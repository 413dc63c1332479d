"""What is wrong with a fact schema, and what is wrong with facts by their schema.

For authors: a fact schema is checked whole by its tests and by ``plugins check``, and the facts of a rule's cases are
held against it, so that a case cannot prove something about facts that AWS never gives.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from trueup.facts.json_type import Document, article, is_type, json_type, schema_types
from trueup.facts.path import join_path
from trueup.facts.unknown import Unknown
from trueup.ruleset.json_file import JsonFile
from trueup.ruleset.problem import Problem
from trueup.ruleset.shipped import form_problems
from trueup.ruleset.suggest import did_you_mean

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable
    from pathlib import Path

    from trueup.facts.schema import Fact, FactSchema

__all__ = ["fact_problems", "fact_schema_problems"]

_SUFFIX = ".schema.json"


def fact_schema_problems(file: Path | Traversable, service: str | None = None) -> tuple[str, ...]:
    """Give all that is wrong with a fact schema's file, one ``file:line:column: message`` each.

    Args:
        file: ``<noun>.schema.json``.
        service: the service whose plugin it belongs to, None for any.
    """
    parsed = JsonFile.read(file)
    if parsed.problems:
        return parsed.problems
    found = [*form_problems("facts", parsed.document)]
    if not found:
        noun = file.name.removesuffix(_SUFFIX)
        found += _title_problems(parsed.document["title"], noun, service)
        for name, schema in parsed.document["properties"].items():
            found += (problem.inside("properties", name) for problem in _shape_problems(schema))
    return tuple(parsed.lines(found)) if found else ()


def fact_problems(schema: FactSchema, aspects: Mapping[str, Any]) -> tuple[Problem, ...]:
    """Give all that is wrong with facts: names that are not declared, values of another type.

    Unknown values fit everywhere, null where something may be absent.
    """
    found: list[Problem] = []
    for name, value in aspects.items():
        if name not in schema.aspects:
            near = did_you_mean(name, schema.aspects)
            found.append(Problem((name,), f"unknown aspect {name!r} of {schema.type}{near}", at_key=True))
            continue
        found += (problem.inside(name) for problem in _value_problems(schema.fact(join_path((name,))), value))
    return tuple(found)


def _title_problems(title: str, noun: str, service: str | None) -> Iterator[Problem]:
    expected = f"{service or title.partition('.')[0]}.{noun}"
    if title != expected:
        yield Problem(("title",), f"expected {expected!r}, as the file and its plugin are called, found {title!r}")


def _shape_problems(schema: Document) -> Iterator[Problem]:
    """Yield what makes a fact's schema mean something else than it says."""
    types = schema_types(schema)
    parts = "properties" in schema or "additionalProperties" in schema
    if ("object" in types) is not parts:
        message = "expected 'properties' or 'additionalProperties' for an object, and for nothing else"
        yield Problem(("type",), message)
    if ("array" in types) is not ("items" in schema):
        yield Problem(("type",), "expected 'items' for an array, and for nothing else")
    yield from _order_problems(schema)
    for name, child in schema.get("properties", {}).items():
        yield from (problem.inside("properties", name) for problem in _shape_problems(child))
    for keyword in ("items", "additionalProperties"):
        if isinstance(schema.get(keyword), Mapping):
            yield from (problem.inside(keyword) for problem in _shape_problems(schema[keyword]))


def _order_problems(schema: Document) -> Iterator[Problem]:
    key = schema.get("x-unordered")
    if key is None:
        return
    known = schema.get("items", {}).get("properties", {})
    if key and key not in known:
        near = did_you_mean(key, known)
        yield Problem(("x-unordered",), f"expected a property of the list's elements, found {key!r}{near}")
    elif not key and known:
        yield Problem(("x-unordered",), "expected the property that names an element, found nothing")


def _value_problems(fact: Fact, value: Any) -> Iterator[Problem]:
    if value is None or isinstance(value, Unknown):
        return
    if fact.types and not any(is_type(value, name) for name in fact.types):
        expected = " or ".join(article(name) for name in fact.types)
        yield Problem((), f"expected {expected} for {fact.path}, found {article(json_type(value))}")
        return
    known = fact.schema.get("enum")
    if known and value not in known:
        near = did_you_mean(str(value), [str(item) for item in known])
        yield Problem((), f"{fact.path} is never {value!r}{near}")
    if isinstance(value, Mapping):
        yield from _parts_problems(fact, value)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from (problem.inside(index) for problem in _value_problems(fact.element(), item))


def _parts_problems(fact: Fact, value: Mapping[str, Any]) -> Iterator[Problem]:
    for name, item in value.items():
        part = fact.part(name)
        if part is None:
            near = did_you_mean(name, fact.schema.get("properties", {}))
            yield Problem((name,), f"{fact.path} has no {name!r}{near}", at_key=True)
        else:
            yield from (problem.inside(name) for problem in _value_problems(part, item))
