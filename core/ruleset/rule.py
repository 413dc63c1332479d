"""Rules: what a rule file says, and a rule bound to its parameters, ready to judge resources.

A rule is data; binding compiles its conditions once. A bound rule can be written into a plan and rebuilt
from it, so that an apply judges by exactly the rule that was reviewed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from trueup.errors import UsageError
from trueup.finding import Judgement, Severity, Verdict
from trueup.ruleset.condition import CompiledCondition, compile_condition, first_unknown
from trueup.ruleset.parameter import check_value, fill_parameters, unknown_parameter

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable
    from pathlib import Path

    from trueup.facts.json_type import Document
    from trueup.facts.schema import FactSchema

__all__ = ["BoundRule", "Control", "Remediation", "Rule", "Stage"]

Stage = Literal["experimental", "stable", "deprecated"]


@dataclass(frozen=True, slots=True)
class Control:
    """A requirement of a framework that a rule checks.

    Args:
        framework: e.g. ``aws-well-architected``.
        control: the requirement's id in it.
    """

    framework: str
    control: str


@dataclass(frozen=True, slots=True)
class Remediation:
    """How a rule's failures are fixed.

    Args:
        action: the name of the plugin's action.
        parameters: what it is given, ``$param`` unfilled.
        regression: the condition that must keep holding after the fix, None when nothing can be watched.
    """

    action: str
    parameters: Document = field(default_factory=dict)
    regression: Document | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule file.

    Args:
        id: the file's name without ``.json``.
        title: what holds when it passes, one line.
        resource: the resource type it judges.
        category: ``cost``, ``security``, ``reliability``, ``performance`` or ``operations``.
        severity: how bad a failure is.
        stage: ``experimental``, ``stable`` or ``deprecated``.
        rationale: why it matters.
        references: documents to read.
        compliance: requirements that it checks.
        parameters: name to JSON Schema with a default.
        when: which resources it applies to; empty is all.
        expect: what must hold.
        remediation: the fix, None when there is none.
        document: the file's content.
        schema: the facts it may look at.
        origin: the file, for messages.
        distribution: who ships it.
        cases: the file with its cases, which may not exist; None when the rule does not come from a file.
    """

    id: str
    title: str
    resource: str
    category: str
    severity: Severity
    stage: Stage
    rationale: str
    references: tuple[str, ...]
    compliance: tuple[Control, ...]
    parameters: Mapping[str, Document]
    when: Document
    expect: Document
    remediation: Remediation | None
    document: Document = field(repr=False)
    schema: FactSchema = field(repr=False, compare=False)
    origin: str = ""
    distribution: str = ""
    cases: Path | Traversable | None = field(default=None, repr=False, compare=False)

    def __hash__(self) -> int:
        return hash((self.id, self.origin))

    @property
    def service(self) -> str:
        """Give the service, the prefix of the resource type."""
        return self.resource.partition(".")[0]

    @classmethod
    def from_document(
        cls,
        document: Document,
        schema: FactSchema,
        *,
        origin: str = "",
        distribution: str = "",
        cases: Path | Traversable | None = None,
    ) -> Rule:
        """Give the rule of a document that is known to be valid, see ``trueup.ruleset.load``."""
        fix = document.get("remediation")
        return cls(
            id=document["id"],
            title=document["title"],
            resource=document["resource"],
            category=document["category"],
            severity=Severity(document["severity"]),
            stage=document["stage"],
            rationale=document["rationale"],
            references=tuple(document.get("references", ())),
            compliance=tuple(Control(item["framework"], item["control"]) for item in document.get("compliance", ())),
            parameters=document.get("parameters", {}),
            when=document.get("when", {}),
            expect=document["expect"],
            remediation=fix and Remediation(fix["action"], fix.get("parameters", {}), fix.get("regression")),
            document=document,
            schema=schema,
            origin=origin,
            distribution=distribution,
            cases=cases,
        )

    def bind(self, overrides: Mapping[str, Any] = MappingProxyType({})) -> BoundRule:
        """Compile the rule with its parameters' values.

        Args:
            overrides: parameter name to a value other than the default.

        Raises:
            UsageError: a parameter is not declared or its value is not as declared.
        """
        return BoundRule(self, overrides)


class BoundRule:
    """A rule with values for its parameters, compiled.

    Args:
        rule: the rule.
        overrides: parameter name to a value other than the default.
    """

    def __init__(self, rule: Rule, overrides: Mapping[str, Any] = MappingProxyType({})) -> None:
        for name, value in overrides.items():
            if name not in rule.parameters:
                raise UsageError(f"{rule.id}: {unknown_parameter(name, rule.parameters)}")
            wrong = check_value(rule.parameters[name], value)
            if wrong:
                raise UsageError(f"{rule.id}.{name}: {wrong}")
        defaults = {name: schema["default"] for name, schema in rule.parameters.items()}
        self.rule = rule
        self.parameters: Mapping[str, Any] = {**defaults, **overrides}
        self.when = self._compile(rule.when)
        self.expect = self._compile(rule.expect)
        self._when = self.when.root if rule.when else None
        if overrides:
            self._check_action()

    def __repr__(self) -> str:
        return f"BoundRule({self.rule.id!r}, {dict(self.parameters)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BoundRule) and self.document_bound == other.document_bound

    def __hash__(self) -> int:
        return hash(self.rule.id)

    def __reduce__(self) -> tuple[type[BoundRule], tuple[Rule, Mapping[str, Any]]]:
        return BoundRule, (self.rule, self.parameters)

    @classmethod
    def from_document(cls, document: Document, schemas: Mapping[str, FactSchema]) -> BoundRule:
        """Rebuild the bound rule that a plan embeds.

        Args:
            document: what ``document_bound`` gave.
            schemas: the fact schemas by resource type.

        Raises:
            UsageError: it is no bound rule, or does not fit the facts that are declared here.
        """
        from trueup.ruleset.embedded import read_embedded

        parts = {"rule", "parameters"}
        if (
            not isinstance(document, Mapping)
            or document.keys() != parts
            or not isinstance(document["parameters"], Mapping)
        ):
            raise UsageError("expected a bound rule with 'rule' and 'parameters'; make the plan again")
        return cls(read_embedded(document["rule"], schemas), document["parameters"])

    @property
    def id(self) -> str:
        """Give the rule's id."""
        return self.rule.id

    @property
    def document_bound(self) -> dict[str, Any]:
        """Give the JSON that rebuilds this bound rule."""
        return {"rule": self.rule.document, "parameters": dict(self.parameters)}

    @cached_property
    def aspects(self) -> frozenset[str]:
        """Give the names of the aspects that ``when`` and ``expect`` look at."""
        return self.when.aspects | self.expect.aspects

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """Give the fact paths that ``when`` and ``expect`` look at, each once."""
        return tuple(dict.fromkeys((*self.when.paths, *self.expect.paths)))

    @cached_property
    def action_parameters(self) -> dict[str, Any]:
        """Give what the action is given, ``$param`` filled in; empty without a remediation."""
        if self.rule.remediation is None:
            return {}
        filled: dict[str, Any] = fill_parameters(self.rule.remediation.parameters, self.parameters)
        return filled

    @cached_property
    def regression(self) -> CompiledCondition | None:
        """Give the condition that must keep holding after the fix, None when there is none."""
        fix = self.rule.remediation
        return None if fix is None or fix.regression is None else self._compile(fix.regression)

    def judge(self, aspects: Mapping[str, Any]) -> Judgement:
        """Give the verdict on one resource's facts.

        ``not_applicable`` when ``when`` does not hold; ``unknown`` when that, or ``expect``, is unknown.

        Args:
            aspects: aspect name to its normalised value, or ``Unknown``.
        """
        decided = self.expect
        if self._when is not None:
            applies = self._when.holds(aspects)
            if applies is not True:
                verdict = Verdict.NOT_APPLICABLE if applies is False else Verdict.UNKNOWN
                return _judgement(verdict, self.when, aspects)
        held = decided.root.holds(aspects)
        verdict = Verdict.UNKNOWN if held is None else Verdict.PASS if held else Verdict.FAIL
        return _judgement(verdict, decided, aspects)

    def _check_action(self) -> None:
        """Check what an override makes of the action's parameters; defaults were checked when the rule was loaded."""
        from trueup.ruleset.shipped import schema_problems

        action = self.rule.remediation.action if self.rule.remediation else ""
        schema = self.rule.schema.actions.get(action, {}).get("parameters", {})
        for problem in schema_problems(schema, self.action_parameters):
            path = "/".join(map(str, problem.pointer))
            raise UsageError(f"{self.rule.id}: the action {action} cannot take {path or 'this'}: {problem.message}")

    def _compile(self, condition: Document) -> CompiledCondition:
        return compile_condition(condition, schema=self.rule.schema, parameters=self.parameters)


def _judgement(verdict: Verdict, decided: CompiledCondition, aspects: Mapping[str, Any]) -> Judgement:
    evidence = decided.evidence(aspects)
    return Judgement(verdict, evidence, first_unknown(evidence) if verdict is Verdict.UNKNOWN else None)
