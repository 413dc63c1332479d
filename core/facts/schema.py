"""The schema of one resource type's facts: what can be known, of which type, unit and source.

A plugin's ``facts/<noun>.schema.json`` (draft 2020-12). It documents the facts, gives conditions their types,
lets the rule loader refuse a path that names no fact, and normalises what AWS answered: all without importing
the plugin's code. Unlike plain JSON Schema an object has the declared properties only, unless
``additionalProperties`` says otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from trueup.errors import RuleFileError, UsageError
from trueup.facts.json_type import Document, article, schema_types
from trueup.facts.normalise import Normaliser, compile_normaliser
from trueup.facts.path import join_path, split_path
from trueup.ruleset.suggest import did_you_mean

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable
    from pathlib import Path

__all__ = ["Fact", "FactSchema", "Kind"]

Kind = Literal["configuration", "observed"]
"""Configuration is compared by equality and may be absent; what is observed is judged again, and absent is unknown."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One declared fact.

    Args:
        path: its path; an element of a list is written ``indexes[]``.
        schema: its schema; an empty one is a part of a document that is kept whole, of any type.
        kind: configuration or observed.
    """

    path: str
    schema: Document
    kind: Kind

    @property
    def types(self) -> tuple[str, ...]:
        """Give its JSON types; empty means any."""
        return schema_types(self.schema)

    @property
    def is_list(self) -> bool:
        """Tell whether ``every`` and ``some`` can quantify over it."""
        return "items" in self.schema or "array" in self.types or not self.schema

    @property
    def key(self) -> str:
        """Give the property that names an element of this list, empty when none does."""
        key = self.schema.get("x-unordered", "")
        return key if isinstance(key, str) else ""

    def part(self, name: str) -> Fact | None:
        """Give the fact that is called ``name`` inside this one, None when none is declared."""
        child = _property(self.schema, name)
        return None if child is None else _child(self, name, child)

    def element(self) -> Fact:
        """Give the fact that an element of this list is."""
        schema: Document = self.schema.get("items", {})
        return Fact(f"{self.path}[]", schema, schema.get("x-kind", self.kind))

    def below(self) -> Iterator[Fact]:
        """Yield every fact declared inside this one, paths starting at it; elements of lists and maps are left out."""
        yield from _walk(Fact("", self.schema, self.kind))


@dataclass(frozen=True, slots=True)
class FactSchema:
    """The facts of one resource type.

    Args:
        document: the JSON Schema; ``title`` is the resource type, ``properties`` are the aspects.
        origin: the file, for messages.
    """

    document: Document
    origin: str = ""
    _normalisers: dict[str, Normaliser] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __reduce__(self) -> tuple[type[FactSchema], tuple[Document, str]]:
        return FactSchema, (self.document, self.origin)

    @classmethod
    def load(cls, file: Path | Traversable) -> FactSchema:
        """Read a fact schema.

        Raises:
            RuleFileError: the file is no JSON, or has no title or aspects. ``trueup.facts.validation`` checks it whole.
        """
        try:
            document = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise RuleFileError([f"{file}: expected a fact schema in JSON, found {error}"]) from error
        if (
            not isinstance(document, dict)
            or not isinstance(document.get("title"), str)
            or not isinstance(document.get("properties"), dict)
        ):
            raise RuleFileError([f"{file}: expected a fact schema with a title (the resource type) and properties"])
        return cls(document, str(file))

    @property
    def type(self) -> str:
        """Give the resource type, e.g. ``dynamodb.table``."""
        return str(self.document["title"])

    @property
    def aspects(self) -> tuple[str, ...]:
        """Give the names of the aspects, as declared."""
        return tuple(self.document["properties"])

    @property
    def actions(self) -> Mapping[str, Document]:
        """Give the actions' declarations by name, with the schema of their ``parameters``."""
        actions: Mapping[str, Document] = self.document.get("x-actions", {})
        return actions

    def fact(self, path: str, inside: Fact | None = None) -> Fact:
        """Give the fact that a path names.

        Args:
            path: a path from the aspect on, or from ``inside`` on.
            inside: the element of a list that the path starts at.

        Raises:
            UsageError: no fact has this path; the message names near ones.
        """
        start = inside or self._root()
        here = start
        walked: tuple[str, ...] = ()
        for name in split_path(path):
            child = here.part(name)
            if child is None:
                raise UsageError(self._no_fact(path, here, [*_paths_below(start), *_paths_below(here, walked)]))
            here = child
            walked = (*walked, name)
        return here

    def resolve(self, path: str, inside: Fact | None = None) -> Document:
        """Give the schema of the fact that a path names; see ``fact``."""
        return self.fact(path, inside).schema

    def kind(self, path: str) -> Kind:
        """Tell whether the fact at ``path`` is configuration or observed."""
        return self.fact(path).kind

    def is_secret(self, path: str, inside: Fact | None = None) -> bool:
        """Tell whether the fact at ``path``, or something that it is part of or made of, must not be shown.

        Raises:
            UsageError: no fact has this path.
        """
        names = split_path(path)
        above = [self.fact(join_path(names[:count]), inside) for count in range(1, len(names) + 1)]
        return any(each.schema.get("x-secret") for each in above) or _has_secret(above[-1].schema)

    def element(self, path: str, inside: Fact | None = None) -> Fact:
        """Give the fact that an element of the list at ``path`` is.

        Raises:
            UsageError: there is no such fact, or it is no list.
        """
        fact = self.fact(path, inside)
        if not fact.is_list:
            found = " or ".join(article(name) for name in fact.types)
            raise UsageError(f"{fact.path}: expected a list to look into, found {found}")
        return fact.element()

    def facts(self) -> Iterator[Fact]:
        """Yield every declared fact, outermost first; elements of lists and maps are left out."""
        yield from _walk(self._root())

    def normalise(self, aspect: str, value: Any) -> Any:
        """Bring an aspect's value, as read or derived, into its declared shape; see ``compile_normaliser``.

        Raises:
            UsageError: the schema declares no such aspect.
        """
        convert = self._normalisers.get(aspect)
        if convert is None:
            convert = compile_normaliser(self.resolve(join_path((aspect,))), aspect)
            self._normalisers[aspect] = convert
        return convert(value)

    def _root(self) -> Fact:
        return Fact("", {"properties": self.document["properties"]}, "configuration")

    def _no_fact(self, path: str, here: Fact, known: list[str]) -> str:
        if here.is_list:
            return f"{path!r} goes through the list {here.path}; look into it with 'every' or 'some'"
        if "properties" not in here.schema and "additionalProperties" not in here.schema:
            found = " or ".join(article(name) for name in here.types)
            return f"{path!r} goes through {here.path}, which is {found} and has no parts"
        return f"{path!r} names no fact of {self.type}{did_you_mean(path, known)}"


def _has_secret(schema: Any) -> bool:
    if not isinstance(schema, Mapping):
        return False
    inner = [*schema.get("properties", {}).values(), schema.get("items"), schema.get("additionalProperties")]
    return bool(schema.get("x-secret")) or any(_has_secret(each) for each in inner)


def _property(schema: Document, name: str) -> Document | None:
    if not schema:
        return schema
    declared: Document | None = schema.get("properties", {}).get(name)
    if declared is not None:
        return declared
    additional = schema.get("additionalProperties", False)
    if additional is True:
        return {}
    return additional if isinstance(additional, Mapping) else None


def _child(parent: Fact, name: str, schema: Document) -> Fact:
    path = ".".join(part for part in (parent.path, join_path((name,))) if part)
    return Fact(path, schema, schema.get("x-kind", parent.kind))


def _walk(parent: Fact) -> Iterator[Fact]:
    for name, schema in parent.schema.get("properties", {}).items():
        fact = _child(parent, name, schema)
        yield fact
        yield from _walk(fact)


def _paths_below(fact: Fact, walked: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield the paths of what lies below a fact, as they are written from where ``walked`` starts."""
    for below in fact.below():
        yield ".".join(part for part in (join_path(walked), below.path) if part)
