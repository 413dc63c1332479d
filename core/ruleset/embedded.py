"""Rules that a plan carries with it, read again at apply.

A plan is a file that people pass around: its rules are checked as if they had just been written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.errors import UsageError
from trueup.ruleset.rule import Rule
from trueup.ruleset.validation import rule_problems

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.facts.schema import FactSchema

__all__ = ["read_embedded"]


def read_embedded(document: Any, schemas: Mapping[str, FactSchema]) -> Rule:
    """Give the rule of a document that does not come from a rule file.

    Raises:
        UsageError: it is no rule, or does not fit the facts that are declared here; one line a problem.
    """
    problems = rule_problems(document, schemas)
    if problems:
        name = document.get("id", "without id") if isinstance(document, dict) else "without id"
        lines = (f"rule {name}: /{'/'.join(map(str, problem.pointer))}: {problem.message}" for problem in problems)
        raise UsageError("\n".join(lines))
    return Rule.from_document(document, schemas[document["resource"]])
