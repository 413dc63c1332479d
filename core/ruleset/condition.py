"""Conditions: what must hold of a resource's facts, compiled once and judged on every resource.

A mapping of fact path to JSON Schema holds when all its entries hold; ``all``, ``any`` and ``not`` combine,
``every`` and ``some`` look into a list. Whatever is unknown stays unknown, see ``trueup.ruleset.node``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from trueup.errors import UsageError
from trueup.facts.path import split_path
from trueup.facts.schema import Fact, FactSchema
from trueup.facts.unknown import Unknown
from trueup.ruleset.fact_lookup import FactLookup
from trueup.ruleset.leaf import compile_leaf
from trueup.ruleset.leaf_check import leaf_problems
from trueup.ruleset.node import AllOf, AnyOf, Held, Leaf, Node, Not, Quantified
from trueup.ruleset.parameter import fill_parameters
from trueup.ruleset.problem import Pointer, Problem

if TYPE_CHECKING:
    from trueup.facts.json_type import Document
    from trueup.finding import Evidence

__all__ = ["KEYWORDS", "CompiledCondition", "check_condition", "compile_condition"]

KEYWORDS = ("all", "any", "not", "every", "some")
"""Names that are not fact paths; no aspect may be called so."""

_ANY = Fact("", {}, "configuration")


@dataclass(frozen=True, slots=True)
class CompiledCondition:
    """A condition, ready to be judged.

    Args:
        document: the condition with parameters filled in.
        paths: the fact paths that it looks at, from the aspect on; of a list that it looks into, the list's.
        facts: what is declared of every fact that it looks at, inside lists too.
        root: its parts.
    """

    document: Document
    paths: tuple[str, ...]
    facts: tuple[Fact, ...] = field(repr=False)
    root: Node = field(repr=False, compare=False)

    @property
    def aspects(self) -> frozenset[str]:
        """Give the names of the aspects that it looks at."""
        return frozenset(split_path(path)[0] for path in self.paths)

    def holds(self, aspects: Mapping[str, Any]) -> Held:
        """Tell whether it holds; None when that is unknown."""
        return self.root.holds(aspects)

    def evidence(self, aspects: Mapping[str, Any]) -> tuple[Evidence, ...]:
        """Give the leaves that decided, in the order of the condition."""
        return tuple(self.root.evidence(aspects, "", negated=False))

    def unknown(self, aspects: Mapping[str, Any]) -> Unknown | None:
        """Give the first unknown that decided, None when the condition is known to hold or not."""
        if self.root.holds(aspects) is not None:
            return None
        return first_unknown(self.evidence(aspects))


def first_unknown(evidence: tuple[Evidence, ...]) -> Unknown | None:
    """Give the first unknown fact of some evidence."""
    return next((item.actual for item in evidence if isinstance(item.actual, Unknown)), None)


def compile_condition(
    document: Document,
    *,
    schema: FactSchema | None = None,
    parameters: Mapping[str, Any] = MappingProxyType({}),
) -> CompiledCondition:
    """Compile a condition.

    Args:
        document: the condition as a rule or an action writes it; an empty one always holds.
        schema: the facts that it may look at; None leaves paths and types unchecked.
        parameters: values for ``$param``.

    Raises:
        UsageError: it is no condition, or looks at what is not declared; all that is wrong, one line each.
    """
    compiler = _Compiler(schema, parameters)
    root = compiler.condition(document, (), None)
    if compiler.problems:
        lines = (f"{'/'.join(map(str, problem.pointer))}: {problem.message}" for problem in compiler.problems)
        raise UsageError("\n".join(lines))
    filled = fill_parameters(document, parameters)
    return CompiledCondition(filled, tuple(compiler.paths), tuple(compiler.facts.values()), root)


def check_condition(
    document: Any, *, schema: FactSchema | None = None, parameters: Mapping[str, Any] = MappingProxyType({})
) -> tuple[Problem, ...]:
    """Give all that is wrong with a condition, with the place of each; see ``compile_condition``."""
    compiler = _Compiler(schema, parameters)
    compiler.condition(document, (), None)
    return tuple(compiler.problems)


class _Compiler:
    """Walks a condition once, making its parts and noting everything that is wrong on the way."""

    def __init__(self, schema: FactSchema | None, parameters: Mapping[str, Any]) -> None:
        self.schema = schema
        self.parameters = parameters
        self.problems: list[Problem] = []
        self.paths: dict[str, None] = {}
        self.facts: dict[str, Fact] = {}

    def condition(self, document: Any, at: Pointer, inside: Fact | None) -> Node:
        """Compile a mapping whose every entry must hold."""
        if not isinstance(document, Mapping):
            self._wrong(at, f"expected a condition, a mapping of fact path to schema, found {document!r}")
            return _NOTHING
        parts = [self._entry(name, operand, (*at, name), inside) for name, operand in document.items()]
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def _entry(self, name: str, operand: Any, at: Pointer, inside: Fact | None) -> Node:
        if name in {"all", "any"}:
            return self._combined(name, operand, at, inside)
        if name == "not":
            return Not(self.condition(operand, at, inside))
        if name in {"every", "some"}:
            return self._quantified(name, operand, at, inside)
        return self._leaf(name, operand, at, inside)

    def _combined(self, name: str, operand: Any, at: Pointer, inside: Fact | None) -> Node:
        if not isinstance(operand, list | tuple):
            self._wrong(at, f"expected a list of conditions for {name!r}, found {operand!r}")
            return _NOTHING
        parts = tuple(self.condition(part, (*at, index), inside) for index, part in enumerate(operand))
        return AllOf(parts) if name == "all" else AnyOf(parts)

    def _quantified(self, name: str, operand: Any, at: Pointer, inside: Fact | None) -> Node:
        if not isinstance(operand, Mapping) or operand.keys() != {"in", "holds"} or not isinstance(operand["in"], str):
            self._wrong(at, f'expected {{"in": path of a list, "holds": condition}} for {name!r}, found {operand!r}')
            return _NOTHING
        path = operand["in"]
        fact = self._fact(path, (*at, "in"), inside, key=False)
        if fact is None:
            return _NOTHING
        if not fact.is_list:
            self._wrong((*at, "in"), f"{path!r} is {' or '.join(fact.types)}: expected a list to look into")
            return _NOTHING
        part = self.condition(operand["holds"], (*at, "holds"), fact.element())
        filled = self._fill(operand["holds"], None)
        return Quantified(FactLookup(path, fact, top=inside is None, whole=False), part, name == "some", filled)

    def _leaf(self, path: str, operand: Any, at: Pointer, inside: Fact | None) -> Node:
        fact = self._fact(path, at, inside, key=True)
        schema = self._fill(operand, at)
        if schema is None:
            return _NOTHING
        wrong = tuple(leaf_problems(schema, fact or _ANY))
        self.problems += [problem.inside(*at) for problem in wrong]
        if wrong or fact is None:
            return _NOTHING
        return Leaf(FactLookup(path, fact, top=inside is None), schema, compile_leaf(schema))

    def _fact(self, path: str, at: Pointer, inside: Fact | None, *, key: bool) -> Fact | None:
        try:
            split_path(path)
            fact = self.schema.fact(path, inside) if self.schema else _ANY
            secret = self.schema is not None and self.schema.is_secret(path, inside)
        except UsageError as error:
            self.problems.append(Problem(at, str(error), at_key=key))
            return None
        if secret:
            self.problems.append(Problem(at, f"{path!r} must not be shown, so no rule may look at it", at_key=key))
            return None
        if inside is None:
            self.paths[path] = None
        self.facts[fact.path] = fact
        return fact

    def _fill(self, value: Any, at: Pointer | None) -> Any:
        try:
            return fill_parameters(value, self.parameters)
        except UsageError as error:
            if at is not None:
                self._wrong(at, str(error))
            return None

    def _wrong(self, at: Pointer, message: str) -> None:
        self.problems.append(Problem(at, message))


_NOTHING = AllOf(())
