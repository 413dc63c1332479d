"""A condition as a tree of clauses, each with its place in the rule file and the part that judges it.

What explains a verdict and what counts which clauses the cases have shown walk the same tree, so that they name a
clause alike: by its JSON pointer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, cast

from trueup.ruleset.node import AllOf, AnyOf, Leaf, Node, Not, Quantified

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trueup.ruleset.condition import CompiledCondition
    from trueup.ruleset.problem import Pointer

__all__ = ["Clause", "ClauseKind", "clause_tree", "pointer_text"]

ClauseKind = Literal["leaf", "all", "any", "not", "every", "some"]


@dataclass(frozen=True, slots=True)
class Clause:
    """One part of a condition.

    Args:
        kind: ``leaf`` for a fact held against a schema, else the word that combines or quantifies.
        pointer: its place in the rule file.
        node: what judges it.
        parts: what it is made of; of ``every`` and ``some`` the one condition that is asked of each element.
    """

    kind: ClauseKind
    pointer: Pointer
    node: Node = field(repr=False)
    parts: tuple[Clause, ...] = ()

    @property
    def path(self) -> str:
        """Give the path of its fact or list, from the aspect or the element on; empty for all, any and not."""
        return self.node.lookup.path if isinstance(self.node, Leaf | Quantified) else ""

    def decisive(self) -> Iterator[Clause]:
        """Yield the clauses that look at a fact: leaves, and the quantifiers with theirs; outermost first."""
        if isinstance(self.node, Leaf | Quantified):
            yield self
        for part in self.parts:
            yield from part.decisive()


def clause_tree(condition: CompiledCondition, name: str) -> Clause:
    """Give the tree of a condition.

    Args:
        condition: ``when`` or ``expect`` of a bound rule.
        name: which of the two, as the rule file calls it.
    """
    return _mapping(condition.document, condition.root, (name,))


def pointer_text(pointer: Pointer) -> str:
    """Give a place as JSON pointer text (RFC 6901): ``/expect/any/0/utilization.peak_read``."""
    return "".join(f"/{str(name).replace('~', '~0').replace('/', '~1')}" for name in pointer)


def _mapping(document: Mapping[str, Any], node: Node, at: Pointer) -> Clause:
    """Give the clause of a mapping; the compiler makes no conjunction of a single entry, and neither does this."""
    if len(document) == 1:
        ((name, operand),) = document.items()
        return _entry(name, operand, node, (*at, name))
    nodes = cast("AllOf", node).parts
    entries = zip(document.items(), nodes, strict=True)
    return Clause("all", at, node, tuple(_entry(name, operand, part, (*at, name)) for (name, operand), part in entries))


def _entry(name: str, operand: Any, node: Node, at: Pointer) -> Clause:
    match node:
        case AllOf(parts) | AnyOf(parts) if name in {"all", "any"}:
            inner = (
                _mapping(one, part, (*at, index)) for index, (one, part) in enumerate(zip(operand, parts, strict=True))
            )
            return Clause("all" if name == "all" else "any", at, node, tuple(inner))
        case Not(part):
            return Clause("not", at, node, (_mapping(operand, part, at),))
        case Quantified(part=part):
            inside = _mapping(operand["holds"], part, (*at, "holds"))
            return Clause("some" if name == "some" else "every", at, node, (inside,))
        case _:
            return Clause("leaf", at, node)
