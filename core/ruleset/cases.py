"""A rule's cases: facts, and the verdict that they must get.

They lie beside the rule, prove it without AWS, and tell a reader by example what it means.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from trueup.errors import RuleFileError, UsageError
from trueup.facts.unknown import Unknown
from trueup.finding import Judgement, Verdict
from trueup.ruleset.json_file import JsonFile
from trueup.ruleset.problem import Problem
from trueup.ruleset.shipped import form_problems
from trueup.ruleset.written_facts import read_facts, written_problems

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trueup.facts.schema import FactSchema
    from trueup.ruleset.rule import Rule

__all__ = [
    "Case",
    "CaseFile",
    "CaseResult",
    "Impossible",
    "missing_verdicts",
    "read_case_file",
    "read_cases",
    "run_cases",
]

# What every rule must show: that it can hold, fail, and keep an unknown apart from both.
_DEMANDED = (Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Case:
    """Facts and the verdict that they must get.

    Args:
        name: what is special about it.
        aspects: aspect name to its normalised value, or ``Unknown``.
        parameters: parameters other than the rule's defaults.
        expected: the verdict.
    """

    name: str
    aspects: Mapping[str, Any]
    expected: Verdict
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Impossible:
    """An outcome of a clause that no facts can have.

    Args:
        clause: its place in the rule file, as JSON pointer text.
        outcome: ``true``, ``false`` or ``unknown``.
        why: why it cannot be.
    """

    clause: str
    outcome: str
    why: str


@dataclass(frozen=True, slots=True)
class CaseFile:
    """The file beside a rule.

    Args:
        cases: its cases, in the order of the file.
        impossible: what no case has to show.
    """

    cases: tuple[Case, ...]
    impossible: tuple[Impossible, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What a rule said of a case.

    Args:
        rule: the rule's id.
        case: the case.
        judgement: what the rule said.
    """

    rule: str
    case: Case
    judgement: Judgement

    @property
    def holds(self) -> bool:
        """Tell whether the rule gave the expected verdict."""
        return self.judgement.verdict is self.case.expected

    def sentence(self) -> str:
        """Give the result as one line."""
        if self.holds:
            return f"{self.rule}: {self.case.name}: {self.case.expected}"
        why = "; ".join(
            f"{item.path} is {_told(item.actual)}, expected {item.expected!r}" for item in self.judgement.evidence
        )
        found = f"expected {self.case.expected}, found {self.judgement.verdict}"
        return f"{self.rule}: {self.case.name}: {found} ({why})" if why else f"{self.rule}: {self.case.name}: {found}"


def read_cases(rule: Rule, schema: FactSchema | None = None) -> tuple[Case, ...]:
    """Read the cases beside a rule; see ``read_case_file``."""
    return read_case_file(rule, schema).cases


def read_case_file(rule: Rule, schema: FactSchema | None = None) -> CaseFile:
    """Read the file with the cases beside a rule.

    Args:
        rule: a rule that came from a file.
        schema: the facts that are declared; the rule's own when None.

    Raises:
        RuleFileError: there is no such file, or a case's form, facts or parameters are wrong; all of them, with places.
    """
    schema = schema or rule.schema
    if rule.cases is None:
        raise RuleFileError([f"{rule.origin}: expected {rule.id}.cases.json beside it, found none"])
    parsed = JsonFile.read(rule.cases)
    if parsed.problems:
        raise RuleFileError(parsed.problems)
    wrong = list(form_problems("cases", parsed.document))
    if not wrong:
        for index, case in enumerate(parsed.document["cases"]):
            wrong += (problem.inside("cases", index) for problem in _case_problems(case, rule, schema))
        wrong += _repeated_names(parsed.document["cases"])
    if wrong:
        raise RuleFileError(parsed.lines(wrong))
    impossible = (Impossible(**each) for each in parsed.document.get("impossible", ()))
    return CaseFile(tuple(_case(case, schema) for case in parsed.document["cases"]), tuple(impossible))


def run_cases(rule: Rule, cases: tuple[Case, ...] | None = None) -> tuple[CaseResult, ...]:
    """Judge every case of a rule.

    Args:
        rule: the rule.
        cases: its cases; read from beside it when None.

    Raises:
        RuleFileError: the cases cannot be used, see ``read_case_file``.
    """
    cases = read_cases(rule) if cases is None else cases
    return tuple(CaseResult(rule.id, case, rule.bind(case.parameters).judge(case.aspects)) for case in cases)


def missing_verdicts(results: tuple[CaseResult, ...]) -> tuple[Verdict, ...]:
    """Give the verdicts that every rule must have a case of and this one has not."""
    shown = {result.case.expected for result in results}
    return tuple(verdict for verdict in _DEMANDED if verdict not in shown)


def _case(document: Mapping[str, Any], schema: FactSchema) -> Case:
    return Case(
        name=document["name"],
        aspects=read_facts(schema, document["facts"]),
        expected=Verdict(document["expect"]),
        parameters=document.get("parameters", {}),
    )


def _case_problems(case: Mapping[str, Any], rule: Rule, schema: FactSchema) -> Iterator[Problem]:
    yield from (problem.inside("facts") for problem in written_problems(schema, case["facts"]))
    try:
        rule.bind(case.get("parameters", {}))
    except UsageError as error:
        yield Problem(("parameters",), str(error))


def _repeated_names(cases: list[Mapping[str, Any]]) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, case in enumerate(cases):
        if case["name"] in seen:
            yield Problem(("cases", index, "name"), f"expected a name of its own, found {case['name']!r} again")
        seen.add(case["name"])


def _told(actual: Any) -> str:
    return f"not known: {actual.sentence()}" if isinstance(actual, Unknown) else repr(actual)
