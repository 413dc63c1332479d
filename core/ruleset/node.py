"""The parts of a compiled condition: a leaf, all, any, not, every, some, in Kleene's three-valued logic.

``None`` is *unknown*: it never becomes true or false by itself, so that what could not be read is never a pass
and never a fail, also inside a list, element by element.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from trueup.facts.json_type import Document, article, json_type, type_check
from trueup.facts.path import split_path
from trueup.facts.unknown import Reason, Unknown
from trueup.finding import Evidence

if TYPE_CHECKING:
    from trueup.facts.schema import Fact
    from trueup.ruleset.leaf import Test

__all__ = ["AllOf", "AnyOf", "FactReader", "Held", "Leaf", "Node", "Not", "Quantified"]

Held = bool | None
"""Whether a condition holds; None is unknown."""

_NOT_READ = Unknown(Reason.NOT_READ, "this aspect was not asked for")
_NULL_METRIC = "nothing was observed"


class Node(Protocol):
    """One part of a condition."""

    def holds(self, root: Any) -> Held:
        """Tell whether it holds for the aspects of a resource, or for one element of a list."""

    def evidence(self, root: Any, prefix: str, *, negated: bool) -> Iterator[Evidence]:
        """Yield the leaves that decided.

        Args:
            root: what ``holds`` was asked of.
            prefix: what stands before a path that starts at an element.
            negated: whether a ``not`` is around it, so that leaves are told as what must not hold.
        """


@dataclass(slots=True)
class FactReader:
    """Reads one fact: its value, or Unknown when it is not known, not observed or not of its declared type.

    Args:
        path: the fact's path, from the aspect or from the element on.
        fact: what is declared of it.
        top: whether the path starts at an aspect, so that a missing first name is an aspect that was not read.
        whole: whether an unknown part makes the whole value unknown; a list that is looked into stays known.
    """

    path: str
    fact: Fact
    top: bool
    whole: bool = True
    _names: tuple[str, ...] = field(init=False)
    _accepted: Test = field(init=False)
    _observed: bool = field(init=False)

    def __post_init__(self) -> None:
        self._names = split_path(self.path)
        self._accepted = type_check(self.fact.types)
        self._observed = self.fact.kind == "observed"

    def read(self, root: Any) -> Any:
        """Give the fact's value; null only where configuration is absent."""
        value = root
        for name in self._names:
            kind = value.__class__
            if kind is dict or isinstance(value, Mapping):
                value = value.get(name, _NOT_READ if self.top and value is root else None)
            elif value is None or kind is Unknown:
                break
            else:
                return self.unexpected("an object", value)
        if value is None:
            return Unknown(Reason.NO_DATA, _NULL_METRIC) if self._observed else None
        kind = value.__class__
        if kind is Unknown:
            return value
        if not self._accepted(value):
            return self.unexpected(" or ".join(article(name) for name in self.fact.types) or "JSON", value)
        if kind is str or kind is int or kind is float or kind is bool:
            return value
        return (_unknown_inside(value) if self.whole else None) or value

    def unexpected(self, expected: str, value: Any) -> Unknown:
        """Give the unknown that a value of another type is: what we do not understand must not be judged."""
        return Unknown(Reason.UNEXPECTED, f"{self.fact.path}: expected {expected}, found {article(json_type(value))}")


@dataclass(slots=True)
class Leaf:
    """A fact held against a schema."""

    reader: FactReader
    schema: Document
    test: Test

    def holds(self, root: Any) -> Held:
        """See ``Node.holds``."""
        value = self.reader.read(root)
        return None if value.__class__ is Unknown else self.test(value)

    def evidence(self, root: Any, prefix: str, *, negated: bool) -> Iterator[Evidence]:
        """See ``Node.evidence``."""
        value = self.reader.read(root)
        held = None if value.__class__ is Unknown else self.test(value) is not negated
        expected = {"not": self.schema} if negated else self.schema
        yield Evidence(prefix + self.reader.path, value, expected, held)


@dataclass(slots=True)
class AllOf:
    """Holds when every part does; holds when there is none."""

    parts: tuple[Node, ...]

    def holds(self, root: Any) -> Held:
        """See ``Node.holds``."""
        held: Held = True
        for part in self.parts:
            one = part.holds(root)
            if one is False:
                return False
            if one is None:
                held = None
        return held

    def evidence(self, root: Any, prefix: str, *, negated: bool) -> Iterator[Evidence]:
        """See ``Node.evidence``."""
        return _deciding(self.parts, self.holds(root), root, prefix, negated=negated)


@dataclass(slots=True)
class AnyOf:
    """Holds when at least one part does; does not hold when there is none."""

    parts: tuple[Node, ...]

    def holds(self, root: Any) -> Held:
        """See ``Node.holds``."""
        held: Held = False
        for part in self.parts:
            one = part.holds(root)
            if one is True:
                return True
            if one is None:
                held = None
        return held

    def evidence(self, root: Any, prefix: str, *, negated: bool) -> Iterator[Evidence]:
        """See ``Node.evidence``."""
        return _deciding(self.parts, self.holds(root), root, prefix, negated=negated)


@dataclass(slots=True)
class Not:
    """Holds when its part does not; unknown stays unknown."""

    part: Node

    def holds(self, root: Any) -> Held:
        """See ``Node.holds``."""
        held = self.part.holds(root)
        return None if held is None else not held

    def evidence(self, root: Any, prefix: str, *, negated: bool) -> Iterator[Evidence]:
        """See ``Node.evidence``."""
        return self.part.evidence(root, prefix, negated=not negated)


@dataclass(slots=True)
class Quantified:
    """Holds for a list when its part holds for every element (``every``) or for at least one (``some``).

    A list that is null from configuration has no elements.

    Args:
        reader: reads the list.
        part: what is asked of an element.
        decisive: what one element's answer settles at once: False for ``every``, True for ``some``.
        document: the part as written, for evidence.
    """

    reader: FactReader
    part: Node
    decisive: bool
    document: Any

    def holds(self, root: Any) -> Held:
        """See ``Node.holds``."""
        elements = self._elements(root)
        if elements.__class__ is Unknown:
            return None
        held: Held = not self.decisive
        for element in elements:
            one = self.part.holds(element)
            if one is self.decisive:
                return one
            if one is None:
                held = None
        return held

    def evidence(self, root: Any, prefix: str, *, negated: bool) -> Iterator[Evidence]:
        """See ``Node.evidence``."""
        elements = self._elements(root)
        path = prefix + self.reader.path
        if elements.__class__ is Unknown or not elements:
            word = "some" if self.decisive else "every"
            expected = {word: self.document}
            held = None if elements else self.decisive is negated
            yield Evidence(path, elements, {"not": expected} if negated else expected, held)
            return
        held = self.holds(root)
        for position, element in enumerate(elements):
            if self.part.holds(element) is held:
                yield from self.part.evidence(element, f"{path}[{self._label(element, position)}].", negated=negated)

    def _elements(self, root: Any) -> Any:
        """Give the elements; one that is unknown leaves the others known."""
        value = self.reader.read(root)
        if value is None:
            return ()
        return value if isinstance(value, list | tuple | Unknown) else self.reader.unexpected("an array", value)

    def _label(self, element: Any, position: int) -> str:
        key = self.reader.fact.key
        name = element.get(key) if key and isinstance(element, Mapping) else None
        return name if isinstance(name, str) else str(position)


def _deciding(parts: tuple[Node, ...], held: Held, root: Any, prefix: str, *, negated: bool) -> Iterator[Evidence]:
    """Yield the evidence of the parts that came out as the whole did: they are why it did."""
    for part in parts:
        if part.holds(root) is held:
            yield from part.evidence(root, prefix, negated=negated)


def _unknown_inside(value: Any) -> Unknown | None:
    if isinstance(value, Unknown):
        return value
    items: Any = ()
    if isinstance(value, Mapping):
        items = value.values()
    elif isinstance(value, list | tuple):
        items = value
    for item in items:
        found = _unknown_inside(item)
        if found is not None:
            return found
    return None
