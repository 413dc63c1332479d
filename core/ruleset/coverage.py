"""Which clauses of a rule its cases have shown true, false and unknown.

A clause that no case has seen false may be missing its bite, and one that none has seen unknown may turn what could not
be read into a pass: the three verdicts of the whole rule do not show that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trueup.facts.path import split_path
from trueup.ruleset.clause import clause_tree, pointer_text
from trueup.ruleset.node import Held, Quantified

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from trueup.ruleset.cases import Case
    from trueup.ruleset.clause import Clause
    from trueup.ruleset.problem import Pointer
    from trueup.ruleset.rule import BoundRule, Rule

__all__ = ["ClauseCoverage", "RuleCoverage", "case_coverage"]

_OUTCOMES: Mapping[Held, str] = {True: "true", False: "false", None: "unknown"}


@dataclass(frozen=True, slots=True)
class ClauseCoverage:
    """What the cases have shown of one clause.

    Args:
        pointer: its place in the rule file.
        path: the path of its fact or list.
        seen: the outcomes that some case has: true, false and unknown are all there can be.
    """

    pointer: Pointer
    path: str
    seen: frozenset[str]

    @property
    def place(self) -> str:
        """Give its place as JSON pointer text."""
        return pointer_text(self.pointer)

    @property
    def missing(self) -> tuple[str, ...]:
        """Give the outcomes that no case has."""
        return tuple(word for word in _OUTCOMES.values() if word not in self.seen)


@dataclass(frozen=True, slots=True)
class RuleCoverage:
    """What the cases have shown of a rule's clauses.

    Args:
        rule: the rule's id.
        clauses: those that look at a fact, ``when`` before ``expect``.
    """

    rule: str
    clauses: tuple[ClauseCoverage, ...]

    @property
    def wanted(self) -> int:
        """Give how many outcomes there are to be seen: three a clause."""
        return len(_OUTCOMES) * len(self.clauses)

    @property
    def seen(self) -> int:
        """Give how many of them the cases have shown."""
        return sum(len(clause.seen) for clause in self.clauses)

    @property
    def missing(self) -> tuple[ClauseCoverage, ...]:
        """Give the clauses of which something was not seen."""
        return tuple(clause for clause in self.clauses if clause.missing)

    def sentences(self) -> tuple[str, ...]:
        """Give what is missing, one line a clause."""
        return tuple(f"{self.rule}: {clause.place} is never {' or '.join(clause.missing)}" for clause in self.missing)


def case_coverage(rule: Rule, cases: Iterable[Case]) -> RuleCoverage:
    """Give what cases show of a rule's clauses.

    A clause of ``expect`` is seen only where ``when`` holds, since elsewhere nothing asks for it; a fact of an aspect
    that a case leaves out is not seen at all, since nobody said that it is unknown.
    """
    seen: dict[Pointer, set[Held]] = {}
    paths = {clause.pointer: clause.path for tree in _trees(rule.bind()) for clause in tree.decisive()}
    for case in cases:
        bound = rule.bind(case.parameters)
        applies = bound.when.holds(case.aspects)
        for tree in _trees(bound):
            if tree.pointer[0] == "when" or applies:
                _look(tree, case.aspects, case.aspects, seen)
    clauses = (
        ClauseCoverage(pointer, path, frozenset(_OUTCOMES[held] for held in seen.get(pointer, ())))
        for pointer, path in paths.items()
    )
    return RuleCoverage(rule.id, tuple(clauses))


def _trees(bound: BoundRule) -> tuple[Clause, ...]:
    expect = clause_tree(bound.expect, "expect")
    return (clause_tree(bound.when, "when"), expect) if bound.rule.when else (expect,)


def _look(clause: Clause, root: Any, aspects: Mapping[str, Any], seen: dict[Pointer, set[Held]]) -> None:
    if clause.path and root is aspects and split_path(clause.path)[0] not in aspects:
        return
    if clause.path:
        seen.setdefault(clause.pointer, set()).add(clause.node.holds(root))
    roots: Iterable[Any] = (root,)
    if isinstance(clause.node, Quantified):
        elements = clause.node.elements(root)
        roots = elements if isinstance(elements, list | tuple) else ()
    for part in clause.parts:
        for each in roots:
            _look(part, each, aspects, seen)
