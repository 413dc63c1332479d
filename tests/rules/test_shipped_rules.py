"""Every rule, pack and fact schema that is shipped keeps the contracts, whoever adds the next one."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from trueup.facts.schema import FactSchema
from trueup.facts.validation import fact_schema_problems
from trueup.finding import Verdict
from trueup.ruleset.cases import missing_verdicts, run_cases
from trueup.ruleset.load import RuleSet, load_rules
from trueup.ruleset.source import CASES_SUFFIX, RuleSource
from trueup.ruleset.trial import try_rule

ROOT = Path(__file__).parents[2]
RULES = sorted(path for path in ROOT.glob("rules/*/*.json") if path.name.count(".") == 1)
CASES = sorted(ROOT.glob(f"rules/*/*{CASES_SUFFIX}"))
FACTS = sorted(ROOT.glob("plugins/*/facts/*.schema.json"))


@cache
def shipped() -> RuleSet:
    """Load all rules and packs, as strictly as their author would."""
    schemas = {schema.type: schema for schema in map(FactSchema.load, FACTS)}
    folders = {path.parent for path in ROOT.glob("rules/*/*.json")} - {ROOT / "rules" / "schema"}
    return load_rules([RuleSource(folder.name, "trueup", folder) for folder in sorted(folders)], schemas)


def test_every_rule_loads() -> None:
    """Each rule file is a rule without a problem, called like its file."""
    assert [path.stem for path in sorted(RULES, key=lambda path: path.stem)] == list(shipped().rules)


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.stem)
def test_every_rule_has_cases_that_hold(path: Path) -> None:
    """Beside each rule lie cases of pass, fail and unknown, and each gets its verdict."""
    results = run_cases(shipped().rules[path.stem])

    assert [] == [result.sentence() for result in results if not result.holds]
    assert () == missing_verdicts(results)


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.stem)
def test_every_clause_is_shown_true_false_and_unknown(path: Path) -> None:
    """The cases show every outcome of every clause, but those that the file says, with why, cannot be."""
    trial = try_rule(shipped().rules[path.stem])

    assert ([], ()) == (list(trial.problems()), trial.coverage.sentences())


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.stem)
def test_a_rule_that_does_not_apply_to_all_shows_it(path: Path) -> None:
    """A rule with a ``when`` has a case that it does not apply to."""
    rule = shipped().rules[path.stem]
    shown = {result.case.expected for result in run_cases(rule)}

    assert bool(rule.when) <= (Verdict.NOT_APPLICABLE in shown)


def test_no_cases_without_a_rule() -> None:
    """Cases that nothing runs prove nothing."""
    assert [] == [path.name for path in CASES if path.name.removesuffix(CASES_SUFFIX) not in shipped().rules]


@pytest.mark.parametrize("path", FACTS, ids=lambda path: f"{path.parts[-3]}-{path.name}")
def test_every_fact_schema_means_what_it_says(path: Path) -> None:
    """Each fact schema is checked whole, under its plugin's name."""
    assert () == fact_schema_problems(path, path.parts[-3])


def test_every_pack_holds_a_rule() -> None:
    """A pack of nothing would select nothing."""
    ruleset = shipped()

    assert [] == [pack.id for pack in ruleset.packs.values() if not any(map(pack.holds, ruleset.rules.values()))]


def test_every_framework_has_a_pack() -> None:
    """Whoever audits for a framework finds its pack by its name."""
    named = {control.framework for rule in shipped().rules.values() for control in rule.compliance}

    assert named <= {framework for pack in shipped().packs.values() for framework in pack.frameworks}
