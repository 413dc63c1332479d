"""Images: what owned facts should be, held against what they are.

The one comparison by which done is told from not done, so settle, verify, resume and rollback cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from trueup.canonical import same
from trueup.facts.path import split_path
from trueup.facts.unknown import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from trueup.facts.snapshot import Snapshot

__all__ = ["Match", "aspects_of", "match", "overlaid"]


@dataclass(frozen=True, slots=True)
class Match:
    """How facts compare with an image.

    Args:
        differs: path to (expected, found) where they are not equal.
        unknown: the first fact that is not known, if any.
    """

    differs: Mapping[str, tuple[Any, Any]]
    unknown: Unknown | None

    @property
    def equal(self) -> bool:
        """Whether every fact is known and equal."""
        return not self.differs and self.unknown is None

    def sentence(self) -> str:
        """Give the differences as one line."""
        return "; ".join(f"{path}: expected {want!r}, found {got!r}" for path, (want, got) in self.differs.items())


def match(snapshot: Snapshot, image: Mapping[str, Any]) -> Match:
    """Hold the facts of a snapshot against an image."""
    differs: dict[str, tuple[Any, Any]] = {}
    unknown: Unknown | None = None
    for path, expected in image.items():
        found = snapshot.get(path)
        if isinstance(found, Unknown):
            unknown = unknown or found
        elif not same(found, expected):
            differs[path] = (expected, found)
    return Match(differs, unknown)


def aspects_of(paths: Iterable[str]) -> frozenset[str]:
    """Give the aspects that paths begin with."""
    return frozenset(split_path(path)[0] for path in paths)


def overlaid(snapshot: Snapshot, image: Mapping[str, Any]) -> Snapshot:
    """Give the snapshot as it will be once an image has come true; what is not known stays unknown."""
    if not image:
        return snapshot
    aspects = dict(snapshot.aspects)
    for path, value in image.items():
        first, *rest = split_path(path)
        if rest and isinstance(aspects.get(first), dict):
            aspects[first] = _with(aspects[first], rest, value)
        elif not rest:
            aspects[first] = value
    return replace(snapshot, aspects=aspects)


def _with(value: Mapping[str, Any], names: list[str], new: Any) -> dict[str, Any]:
    first, *rest = names
    inner = value.get(first)
    return {**value, first: _with(inner if isinstance(inner, dict) else {}, rest, new) if rest else new}
