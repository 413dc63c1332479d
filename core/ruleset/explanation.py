"""Why a rule gives its verdict: every condition with what was found and what was expected, not only those that decided.

Evidence tells a reader of a report the reason; whoever writes a rule wants to see the whole tree, the parts that held
too.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trueup.facts.unknown import Unknown
from trueup.ruleset.clause import clause_tree, pointer_text
from trueup.ruleset.leaf import KEYWORD_TYPES
from trueup.ruleset.node import Leaf, Quantified
from trueup.ruleset.schema_text import describe
from trueup.ruleset.written_facts import write_facts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trueup.finding import Verdict
    from trueup.ruleset.clause import Clause, ClauseKind
    from trueup.ruleset.node import Held
    from trueup.ruleset.rule import BoundRule

__all__ = ["Explanation", "RuleExplanation", "explain"]

_HELD: Mapping[Held, str] = {True: "held", False: "not held", None: "unknown"}
_WORDS: Mapping[ClauseKind, str] = {"all": "all of", "any": "any of", "not": "not"}

# A policy document in full tells nobody which part of a condition failed; the JSON form has all of it.
_LONGEST = 100


@dataclass(frozen=True, slots=True)
class Explanation:
    """One clause, held against the facts.

    Args:
        kind: ``leaf``, ``all``, ``any``, ``not``, ``every`` or ``some``.
        place: where it stands in the rule file, as JSON pointer text.
        holds: whether it holds; None when that is unknown.
        path: the path of its fact or list; empty for all, any and not.
        unit: the fact's unit, empty when it has none.
        element: what the element of the list is called that it was asked of, empty outside of lists.
        actual: the fact's value; ``Unknown`` when it is not known; of a list that was looked into, None.
        expected: the schema that it was held against, parameters filled in; None for all but leaves.
        parts: of ``every`` and ``some`` one for each element.
    """

    kind: ClauseKind
    place: str
    holds: Held
    path: str = ""
    unit: str = ""
    element: str = ""
    actual: Any = None
    expected: Any = None
    parts: tuple[Explanation, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Give it for programs; only what the kind of clause has."""
        document: dict[str, Any] = {"kind": self.kind, "place": self.place, "holds": self.holds}
        document |= {name: text for name in ("path", "unit", "element") if (text := getattr(self, name))}
        if self.kind == "leaf" or isinstance(self.actual, Unknown):
            document["actual"] = write_facts(self.actual, detail=True)
        if self.kind == "leaf":
            document["expected"] = self.expected
        else:
            document["parts"] = [part.to_json() for part in self.parts]
        return document

    def lines(self, depth: int = 0) -> Iterator[str]:
        """Yield it for people, its parts indented below it."""
        yield f"{'  ' * depth}{_HELD[self.holds]:<8}  {self._sentence()}"
        for part in self.parts:
            yield from part.lines(depth + 1)

    def _sentence(self) -> str:
        which = f"{self.element}: " if self.element else ""
        if isinstance(self.actual, Unknown):
            return f"{which}{self.path} is unknown: {self.actual.sentence()}"
        if self.kind == "leaf":
            found = f"{_short(self.actual)} {self.unit}".rstrip()
            return f"{which}{self.path} is {found}, expected {_expected(self.expected)}"
        if self.path:
            number = len(self.parts) or "none"
            return f"{which}{self.kind} element of {self.path} ({number})"
        return f"{which}{_WORDS[self.kind]}"


@dataclass(frozen=True, slots=True)
class RuleExplanation:
    """A rule's verdict on one resource's facts, with the whole of both conditions.

    Args:
        rule: the rule's id.
        parameters: the values in force.
        verdict: what the rule says.
        when: None when the rule is about every resource of its type.
        expect: what must hold, judged whether or not ``when`` holds.
    """

    rule: str
    parameters: Mapping[str, Any]
    verdict: Verdict
    when: Explanation | None
    expect: Explanation

    def to_json(self) -> dict[str, Any]:
        """Give it for programs."""
        return {
            "rule": self.rule,
            "verdict": str(self.verdict),
            "parameters": dict(self.parameters),
            "when": None if self.when is None else self.when.to_json(),
            "expect": self.expect.to_json(),
        }

    def lines(self) -> Iterator[str]:
        """Yield it for people."""
        yield f"{self.rule}: {str(self.verdict).replace('_', ' ')}"
        for name, value in self.parameters.items():
            yield f"parameter {name} = {_short(value)}"
        if self.when is not None:
            yield "when"
            yield from self.when.lines(1)
        yield "expect" if self.when is None or self.when.holds else "expect (not asked, since `when` does not hold)"
        yield from self.expect.lines(1)


def explain(rule: BoundRule, aspects: Mapping[str, Any]) -> RuleExplanation:
    """Explain what a rule says of one resource's facts.

    Args:
        rule: the rule with its parameters.
        aspects: aspect name to its normalised value, or ``Unknown``.
    """
    when = _explained(clause_tree(rule.when, "when"), aspects, "") if rule.rule.when else None
    expect = _explained(clause_tree(rule.expect, "expect"), aspects, "")
    return RuleExplanation(rule.id, rule.parameters, rule.judge(aspects).verdict, when, expect)


def _explained(clause: Clause, root: Any, element: str) -> Explanation:
    held, place = clause.node.holds(root), pointer_text(clause.pointer)
    if isinstance(clause.node, Leaf):
        unit = str(clause.node.lookup.fact.schema.get("x-unit", ""))
        actual, expected = clause.node.lookup.read(root), clause.node.schema
        return Explanation(clause.kind, place, held, clause.path, unit, element, actual, expected)
    if isinstance(clause.node, Quantified):
        elements = clause.node.elements(root)
        if isinstance(elements, Unknown):
            return Explanation(clause.kind, place, held, clause.path, element=element, actual=elements)
        (part,) = clause.parts
        asked = (_explained(part, each, clause.node.label(each, at)) for at, each in enumerate(elements))
        return Explanation(clause.kind, place, held, clause.path, element=element, parts=tuple(asked))
    parts = tuple(_explained(part, root, "") for part in clause.parts)
    return Explanation(clause.kind, place, held, element=element, parts=parts)


def _expected(schema: Mapping[str, Any]) -> str:
    """Say a leaf's schema in words, with the type that its keywords speak of."""
    types = sorted({KEYWORD_TYPES[keyword] for keyword in schema if keyword in KEYWORD_TYPES})
    return describe(schema if "type" in schema or len(types) != 1 else {"type": types[0], **schema})


def _short(value: Any) -> str:
    text = json.dumps(write_facts(value), ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
