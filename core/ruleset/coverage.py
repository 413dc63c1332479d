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
from trueup.ruleset.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from trueup.ruleset.cases import Case, Impossible
    from trueup.ruleset.clause import Clause
    from trueup.ruleset.problem import Pointer
    from trueup.ruleset.rule import BoundRule, Rule

__all__ = ["ClauseCoverage", "RuleCoverage", "case_coverage"]

_OUTCOMES: Mapping[Held, str] = {True: "true", False: "false", None: "unknown"}
_QUANTIFIERS = frozenset({"every", "some"})


@dataclass(frozen=True, slots=True)
class ClauseCoverage:
    """What the cases have shown of one clause.

    Args:
        pointer: its place in the rule file.
        path: the path of its fact or list.
        possible: the outcomes that there can be: true, false and, nearly always, unknown.
        seen: those that some case has.
    """

    pointer: Pointer
    path: str
    possible: tuple[str, ...]
    seen: frozenset[str]

    @property
    def place(self) -> str:
        """Give its place as JSON pointer text."""
        return pointer_text(self.pointer)

    @property
    def missing(self) -> tuple[str, ...]:
        """Give the outcomes that no case has."""
        return tuple(word for word in self.possible if word not in self.seen)


@dataclass(frozen=True, slots=True)
class RuleCoverage:
    """What the cases have shown of a rule's clauses.

    Args:
        rule: the rule's id.
        clauses: those that look at a fact, ``when`` before ``expect``.
        wrong: what is said to be impossible and is not, or is said of no clause, one line each.
    """

    rule: str
    clauses: tuple[ClauseCoverage, ...]
    wrong: tuple[str, ...] = ()

    @property
    def wanted(self) -> int:
        """Give how many outcomes there are to be seen."""
        return sum(len(clause.possible) for clause in self.clauses)

    @property
    def seen(self) -> int:
        """Give how many of them the cases have shown."""
        return sum(len(clause.seen.intersection(clause.possible)) for clause in self.clauses)

    @property
    def missing(self) -> tuple[ClauseCoverage, ...]:
        """Give the clauses of which something was not seen."""
        return tuple(clause for clause in self.clauses if clause.missing)

    def sentences(self) -> tuple[str, ...]:
        """Give what is missing, one line a clause."""
        return tuple(f"{self.rule}: {clause.place} is never {' or '.join(clause.missing)}" for clause in self.missing)


def case_coverage(rule: Rule, cases: Iterable[Case], impossible: Iterable[Impossible] = ()) -> RuleCoverage:
    """Give what cases show of a rule's clauses.

    A clause of ``expect`` is seen only where ``when`` holds, since elsewhere nothing asks for it; a fact of an aspect
    that a case leaves out is not seen at all, since nobody said that it is unknown. Where ``when`` cannot hold without
    knowing a fact, a clause of ``expect`` about the same fact cannot be seen unknown, and need not be.

    Args:
        rule: the rule.
        cases: its cases.
        impossible: what else cannot be seen.
    """
    said = {(each.clause, each.outcome) for each in impossible}
    seen: dict[Pointer, set[Held]] = {}
    trees = _trees(rule.bind())
    for case in cases:
        bound = rule.bind(case.parameters)
        applies = bound.when.holds(case.aspects)
        for tree in _trees(bound):
            if tree.pointer[0] == "when" or applies:
                _look(tree, case.aspects, case.aspects, seen)
    clauses: dict[str, ClauseCoverage] = {}
    for tree in trees:
        for clause in tree.decisive():
            place = pointer_text(clause.pointer)
            possible = tuple(word for word in _possible(clause, trees) if (place, word) not in said)
            outcomes = frozenset(_OUTCOMES[held] for held in seen.get(clause.pointer, ()))
            clauses[place] = ClauseCoverage(clause.pointer, clause.path, possible, outcomes)
    return RuleCoverage(rule.id, tuple(clauses.values()), tuple(_wrong(said, clauses)))


def _wrong(said: set[tuple[str, str]], clauses: Mapping[str, ClauseCoverage]) -> Iterator[str]:
    for place, outcome in sorted(said):
        if place not in clauses:
            yield f"impossible: no clause stands at {place}{did_you_mean(place, clauses)}"
        elif outcome in clauses[place].seen:
            yield f"impossible: {place} is said to be never {outcome}, and a case shows it"


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


def _possible(clause: Clause, trees: tuple[Clause, ...]) -> tuple[str, ...]:
    inside_a_list = not _QUANTIFIERS.isdisjoint(clause.pointer[:-1])
    when = trees[0] if clause.pointer[0] == "expect" and trees[0].pointer[0] == "when" else None
    words = tuple(_OUTCOMES.values())
    return words[:2] if when is not None and not inside_a_list and _never(when, clause.path, value=True) else words


def _never(clause: Clause, path: str, *, value: bool) -> bool:
    """Tell whether a condition can never have a value while a fact is unknown, whatever the others are."""
    if clause.path:
        return clause.path == path
    if clause.kind == "not":
        return _never(clause.parts[0], path, value=not value)
    parts = (_never(part, path, value=value) for part in clause.parts)
    return any(parts) if (clause.kind == "all") is value else all(parts)
