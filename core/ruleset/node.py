"""The parts of a compiled condition: a leaf, all, any, not, every, some, in Kleene's three-valued logic.

``None`` is *unknown*: it never becomes true or false by itself, so that what could not be read is never a pass
and never a fail, also inside a list, element by element.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from trueup.facts.unknown import Unknown
from trueup.finding import Evidence

if TYPE_CHECKING:
    from trueup.facts.json_type import Document
    from trueup.ruleset.fact_lookup import FactLookup
    from trueup.ruleset.leaf import Test

__all__ = ["AllOf", "AnyOf", "Held", "Leaf", "Node", "Not", "Quantified"]

Held = bool | None
"""Whether a condition holds; None is unknown."""


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
class Leaf:
    """A fact held against a schema."""

    lookup: FactLookup
    schema: Document
    test: Test

    def holds(self, root: Any) -> Held:
        """See ``Node.holds``."""
        value = self.lookup.read(root)
        return None if value.__class__ is Unknown else self.test(value)

    def evidence(self, root: Any, prefix: str, *, negated: bool) -> Iterator[Evidence]:
        """See ``Node.evidence``."""
        value = self.lookup.read(root)
        held = None if value.__class__ is Unknown else self.test(value) is not negated
        expected = {"not": self.schema} if negated else self.schema
        yield Evidence(prefix + self.lookup.path, value, expected, held)


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
        lookup: gives the list.
        part: what is asked of an element.
        decisive: what one element's answer settles at once: False for ``every``, True for ``some``.
        document: the part as written, for evidence.
    """

    lookup: FactLookup
    part: Node
    decisive: bool
    document: Any

    def holds(self, root: Any) -> Held:
        """See ``Node.holds``."""
        elements = self.elements(root)
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
        elements = self.elements(root)
        path = prefix + self.lookup.path
        if elements.__class__ is Unknown or not elements:
            word = "some" if self.decisive else "every"
            expected = {word: self.document}
            held = None if elements else self.decisive is negated
            yield Evidence(path, elements, {"not": expected} if negated else expected, held)
            return
        held = self.holds(root)
        for position, element in enumerate(elements):
            if self.part.holds(element) is held:
                yield from self.part.evidence(element, f"{path}[{self.label(element, position)}].", negated=negated)

    def elements(self, root: Any) -> Any:
        """Give the elements; one that is unknown leaves the others known."""
        value = self.lookup.read(root)
        if value is None:
            return ()
        return value if isinstance(value, list | tuple | Unknown) else self.lookup.unexpected("an array", value)

    def label(self, element: Any, position: int) -> str:
        """Give what an element is called: by the property that names it, else by its position."""
        key = self.lookup.fact.key
        name = element.get(key) if key and isinstance(element, Mapping) else None
        return name if isinstance(name, str) else str(position)


def _deciding(parts: tuple[Node, ...], held: Held, root: Any, prefix: str, *, negated: bool) -> Iterator[Evidence]:
    """Yield the evidence of the parts that came out as the whole did: they are why it did."""
    for part in parts:
        if part.holds(root) is held:
            yield from part.evidence(root, prefix, negated=negated)
