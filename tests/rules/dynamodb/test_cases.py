"""Tests of the DynamoDB rules by their own cases, without AWS."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

import pytest

from trueup.facts.schema import FactSchema
from trueup.finding import Verdict
from trueup.ruleset.cases import run_cases
from trueup.ruleset.load import load_rules
from trueup.ruleset.source import RuleSource

if TYPE_CHECKING:
    from trueup.ruleset.rule import Rule


def _rules() -> list[Rule]:
    schema = FactSchema.load(files("trueup.plugins.dynamodb").joinpath("facts", "table.schema.json"))
    source = RuleSource("dynamodb", "trueup", files("trueup.rules.dynamodb"))
    return list(load_rules([source], {schema.type: schema}).rules.values())


def test_no_rule_of_the_service_is_lost() -> None:
    """A rule's id is never reused and never lost by accident; a new one need not be named here."""
    known = {
        "dynamodb-table-deletion-protection-enabled",
        "dynamodb-table-on-demand-when-idle",
        "dynamodb-table-pitr-enabled",
    }
    assert set() == known - {rule.id for rule in _rules()}


@pytest.mark.parametrize("rule", _rules(), ids=lambda rule: rule.id)
def test_every_case_gets_its_verdict(rule: Rule) -> None:
    """Each case beside the rule is judged as it says, and all verdicts that it can get are shown."""
    results = run_cases(rule)
    assert [] == [result.sentence() for result in results if not result.holds]
    shown = {result.judgement.verdict for result in results}
    never = {Verdict.NOT_APPLICABLE} if rule.when else set()
    assert {Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN} | never == shown
