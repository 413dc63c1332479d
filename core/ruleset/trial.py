"""A rule tried on all its cases: verdicts, and which clauses were shown.

What `rules test` tells in either form, and what holds the shipped rules to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trueup.ruleset.cases import missing_verdicts, read_case_file, run_cases
from trueup.ruleset.coverage import case_coverage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trueup.ruleset.cases import CaseResult
    from trueup.ruleset.coverage import RuleCoverage
    from trueup.ruleset.rule import Rule

__all__ = ["Trial", "try_rule"]


@dataclass(frozen=True, slots=True)
class Trial:
    """What a rule made of its cases.

    Args:
        rule: the rule's id.
        results: one a case, in the order of the file.
        coverage: which clauses the cases have shown.
    """

    rule: str
    results: tuple[CaseResult, ...]
    coverage: RuleCoverage

    def problems(self) -> Iterator[str]:
        """Yield what is wrong, a line each: other verdicts, verdicts without a case, what is not impossible."""
        yield from (result.sentence() for result in self.results if not result.holds)
        yield from (
            f"{self.rule}: expected a case of {verdict}, found none" for verdict in missing_verdicts(self.results)
        )
        yield from (f"{self.rule}: {line}" for line in self.coverage.wrong)

    def to_json(self) -> dict[str, Any]:
        """Give it for programs."""
        cases = [
            {
                "name": result.case.name,
                "expected": str(result.case.expected),
                "found": str(result.judgement.verdict),
                "holds": result.holds,
            }
            for result in self.results
        ]
        clauses = [
            {"place": clause.place, "path": clause.path, "seen": sorted(clause.seen), "missing": list(clause.missing)}
            for clause in self.coverage.clauses
        ]
        return {"id": self.rule, "cases": cases, "clauses": clauses}


def try_rule(rule: Rule) -> Trial:
    """Judge every case of a rule.

    Raises:
        RuleFileError: the cases cannot be used, see ``trueup.ruleset.cases.read_case_file``.
    """
    file = read_case_file(rule)
    return Trial(rule.id, run_cases(rule, file.cases), case_coverage(rule, file.cases, file.impossible))
