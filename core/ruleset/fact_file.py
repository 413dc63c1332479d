"""Facts of one resource from a file: what ``trueup facts --format json`` printed, or a case of a cases file.

So that a rule can be tried, and a verdict understood, where no AWS account is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from trueup.errors import RuleFileError, UsageError
from trueup.ruleset.json_file import JsonFile
from trueup.ruleset.problem import Problem
from trueup.ruleset.shipped import form_problems
from trueup.ruleset.suggest import did_you_mean
from trueup.ruleset.written_facts import read_facts, written_problems

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.resources.abc import Traversable
    from pathlib import Path

    from trueup.facts.schema import FactSchema
    from trueup.ruleset.problem import Pointer

__all__ = ["FactFile", "read_fact_file"]


@dataclass(frozen=True, slots=True)
class FactFile:
    """The facts that were found in a file.

    Args:
        subject: whose facts they are: an ARN, or a case's name.
        aspects: aspect name to its normalised value, or ``Unknown``.
        parameters: what the case sets other than the rule's defaults; none outside of cases.
    """

    subject: str
    aspects: Mapping[str, Any]
    parameters: Mapping[str, Any] = field(default_factory=dict)


def read_fact_file(file: Path | Traversable, schema: FactSchema, case: str | None = None) -> FactFile:
    """Read the facts of one resource.

    Args:
        file: a file of either form.
        schema: the facts that are declared of the resource type that is expected.
        case: the case's name; may be None when there is only one.

    Raises:
        RuleFileError: the file is of neither form, or has facts that are not declared; with places.
        UsageError: the case is not there, or the facts are of another resource type.
    """
    parsed = JsonFile.read(file)
    if parsed.problems:
        raise RuleFileError(parsed.problems)
    document = parsed.document
    if isinstance(document, dict) and "cases" in document:
        wrong = form_problems("cases", document)
        if wrong:
            raise RuleFileError(parsed.lines(wrong))
        at = _chosen(file, [each["name"] for each in document["cases"]], case)
        found = document["cases"][at]
        aspects = _aspects(parsed, schema, found["facts"], ("cases", at, "facts"))
        return FactFile(found["name"], aspects, found.get("parameters", {}))
    if case is not None:
        raise UsageError(f"--case {case!r}: expected a cases file, found facts of one resource in {file}")
    if not isinstance(document, dict) or not isinstance(document.get("facts"), dict):
        message = "expected what `trueup facts --format json` prints, or a cases file, found neither"
        raise RuleFileError(parsed.lines([Problem((), message)]))
    kind = document.get("type", schema.type)
    if kind != schema.type:
        raise UsageError(f"{file}: expected facts of a {schema.type}, found facts of a {kind}")
    return FactFile(str(document.get("resource", file)), _aspects(parsed, schema, document["facts"], ("facts",)))


def _chosen(file: Path | Traversable, names: list[str], case: str | None) -> int:
    if case is None and len(names) == 1:
        return 0
    if case is None:
        listed = ", ".join(map(repr, names))
        raise UsageError(f"{file}: expected --case with one of its {len(names)} cases, found none; there are {listed}")
    if case not in names:
        near = did_you_mean(case, names) or f"; there are {', '.join(map(repr, names))}"
        raise UsageError(f"--case {case!r}: expected a case of {file}, found none of this name{near}")
    return names.index(case)


def _aspects(parsed: JsonFile, schema: FactSchema, written: Mapping[str, Any], at: Pointer) -> dict[str, Any]:
    wrong = written_problems(schema, written)
    if wrong:
        raise RuleFileError(parsed.lines(problem.inside(*at) for problem in wrong))
    return read_facts(schema, written)
