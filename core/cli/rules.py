"""``trueup rules``: what is checked, with which parameters, and whether rule files and their cases are right."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trueup.cli.options import parameter_option, selection_options
from trueup.cli.output import say, show_json, show_table
from trueup.errors import RuleFileError

if TYPE_CHECKING:
    from trueup.cli.start import Start
    from trueup.ruleset.rule import BoundRule, Rule

__all__ = ["command"]

_FORMS = click.Choice(["console", "json"])


@click.group(name="rules", epilog="Example: trueup rules show dynamodb-table-pitr-enabled")
def command() -> None:
    """List, show, validate and test rules."""


@command.command(name="list", epilog="Example: trueup rules list --service dynamodb --format json")
@selection_options
@click.option("--format", "form", type=_FORMS, default="console")
@click.pass_obj
def list_rules(start: Start, /, form: str, **options: Any) -> None:
    """List rules."""
    from trueup.cli.chosen import choose

    chosen = choose(start, options)
    bound = chosen.rules.values()
    if form == "json":
        show_json({"rules": [_summary(each.rule) for each in bound]})
    else:
        head = ("RULE", "SEVERITY", "CATEGORY", "FIX", "TITLE")
        rows = [(r.id, r.severity, r.category, r.remediation.action if r.remediation else "-", r.title)
                for r in (each.rule for each in bound)]  # fmt: skip
        show_table(head, rows)
    for file in chosen.broken:
        for problem in file.problems:
            say(f"left out: {problem}")


@command.command(epilog="Example: trueup rules show dynamodb-table-pitr-enabled")
@click.argument("rule")
@parameter_option
@click.option("--format", "form", type=_FORMS, default="console")
@click.pass_obj
def show(start: Start, rule: str, params: tuple[str, ...], form: str) -> None:
    """Show a rule: what it asks, why, its parameters in force, its fix and the settings of safety."""
    from trueup.cli.chosen import choose

    for bound in choose(start, {"rules": (rule,), "params": params}).rules.values():
        if form == "json":
            show_json({**bound.rule.document, "parameters_in_force": dict(bound.parameters)})
        else:
            _show(start, bound)


@command.command(epilog="Example: trueup rules validate my-rules/")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.pass_obj
def validate(start: Start, paths: tuple[Path, ...]) -> None:
    """Check rule files: all errors of all files, with line and column (without PATHS: every installed rule)."""
    from trueup.ruleset.load import load_rules
    from trueup.ruleset.source import RuleSource

    sources = tuple(RuleSource.of_user(path) for path in paths) or start.host.rule_sources()
    loaded = load_rules(sources, start.host.fact_schemas())
    say(f"{len(loaded.rules)} rules are right")


@command.command(epilog="Example: trueup rules test 'dynamodb-*'")
@click.argument("globs", nargs=-1)
@click.pass_context
def test(context: click.Context, globs: tuple[str, ...]) -> None:
    """Run the cases beside the rules (without GLOBS: of every rule)."""
    from trueup.ruleset.cases import missing_verdicts, run_cases
    from trueup.ruleset.selection import Selection

    start: Start = context.obj
    wrong: list[str] = []
    number = 0
    for rule in Selection(rules=globs).select(start.rules(tolerant=False)):
        try:
            results = run_cases(rule)
        except RuleFileError as error:
            wrong += error.problems
            continue
        number += len(results)
        wrong += [result.sentence() for result in results if not result.holds]
        wrong += [f"{rule.id}: expected a case of {verdict}, found none" for verdict in missing_verdicts(results)]
    for line in wrong:
        say(line)
    say(f"{number} cases, {len(wrong)} wrong")
    context.exit(1 if wrong else 0)


def _summary(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "title": rule.title,
        "resource": rule.resource,
        "category": rule.category,
        "severity": str(rule.severity),
        "stage": rule.stage,
        "action": rule.remediation.action if rule.remediation else None,
        "compliance": [{"framework": each.framework, "control": each.control} for each in rule.compliance],
        "distribution": rule.distribution,
    }


def _show(start: Start, bound: BoundRule) -> None:
    import json

    from trueup.display import clean

    rule = bound.rule
    lines = [
        f"{rule.id}: {rule.title}",
        f"  resource   {rule.resource}   category {rule.category}   severity {rule.severity}   stage {rule.stage}",
        f"  why        {rule.rationale}",
        *(f"  see        {each}" for each in rule.references),
        *(f"  checks     {each.framework} {each.control}" for each in rule.compliance),
        *(f"  parameter  {name} = {json.dumps(value)}  {rule.parameters[name].get('unit', '')}".rstrip()
          for name, value in bound.parameters.items()),
        *([f"  when       {json.dumps(rule.when)}"] if rule.when else []),
        f"  expect     {json.dumps(rule.expect)}",
    ]  # fmt: skip
    if rule.remediation:
        lines.append(f"  fix        {rule.remediation.action} {json.dumps(bound.action_parameters)}")
        if rule.remediation.regression is not None:
            lines.append(f"  regression {json.dumps(rule.remediation.regression)}")
        plan, apply = start.settings.plan, start.settings.apply
        lines.append(
            f"  safety     at most {plan.max_changes} changes and {plan.max_share:.0%} of a rule's resources an apply, "
            f"soak {apply.soak_minutes} min, plan valid {plan.expires_hours} h"
        )
    for line in lines:
        click.echo(clean(line))
