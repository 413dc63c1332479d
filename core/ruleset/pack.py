"""Packs: named lists of rules, such as what a compliance framework asks for.

A file ``<pack-id>.pack.json`` beside rules; it names rules by id or glob, or a framework, whose requirements
the rules themselves name, so that such a pack is never out of date.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trueup.facts.json_type import Document
    from trueup.ruleset.rule import Rule

__all__ = ["Pack"]


@dataclass(frozen=True, slots=True)
class Pack:
    """A named list of rules.

    Args:
        id: the file's name without ``.pack.json``.
        title: what it is, one line.
        rules: ids or globs.
        frameworks: frameworks whose every rule belongs to it.
        description: more of it; may be empty.
        references: documents to read.
        origin: the file, for messages.
        distribution: who ships it.
    """

    id: str
    title: str
    rules: tuple[str, ...] = ()
    frameworks: tuple[str, ...] = ()
    description: str = ""
    references: tuple[str, ...] = ()
    origin: str = ""
    distribution: str = ""

    @classmethod
    def from_document(cls, document: Document, *, origin: str = "", distribution: str = "") -> Pack:
        """Give the pack of a document that is known to be valid."""
        return cls(
            id=document["id"],
            title=document["title"],
            rules=tuple(document.get("rules", ())),
            frameworks=tuple(document.get("frameworks", ())),
            description=document.get("description", ""),
            references=tuple(document.get("references", ())),
            origin=origin,
            distribution=distribution,
        )

    def holds(self, rule: Rule) -> bool:
        """Tell whether a rule belongs to the pack."""
        return any(fnmatchcase(rule.id, glob) for glob in self.rules) or any(
            item.framework in self.frameworks for item in rule.compliance
        )

    def strangers(self, ids: Iterable[str]) -> tuple[str, ...]:
        """Give the ids and globs that no rule has."""
        known = tuple(ids)
        return tuple(glob for glob in self.rules if not any(fnmatchcase(name, glob) for name in known))
