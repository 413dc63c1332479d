"""``trueup rules show``: one rule, what it reads in AWS and what its fix may send."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from trueup.cli.options import parameter_option
from trueup.cli.output import say, show_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trueup.authoring.footprint import AspectRead, Footprint
    from trueup.cli.start import Start
    from trueup.ruleset.rule import BoundRule
    from trueup.service.declarations import ActionDeclaration

__all__ = ["command"]


@click.command(name="show", epilog="Example: trueup rules show dynamodb-table-pitr-enabled")
@click.argument("rule")
@parameter_option
@click.option("--format", "form", type=click.Choice(["console", "json"]), default="console")
@click.pass_obj
def command(start: Start, rule: str, params: tuple[str, ...], form: str) -> None:
    """Show a rule: what it asks, why, its parameters in force, what it reads, its fix and the settings of safety.

    RULE is an id or a glob. What it reads and what the fix calls is shown with the IAM actions that these need.
    """
    from trueup.cli.chosen import choose
    from trueup.display import clean

    for bound in choose(start, {"rules": (rule,), "params": params}).rules.values():
        footprint = _footprint(start, bound)
        if form == "json":
            in_force = {"parameters_in_force": dict(bound.parameters)}
            show_json({**bound.rule.document, **in_force, "touches": footprint and footprint.to_json()})
            continue
        for line in (*_asked(bound), *_touched(start, bound, footprint)):
            click.echo(clean(line))


def _footprint(start: Start, bound: BoundRule) -> Footprint | None:
    """Give what the rule touches, None when its plugin is broken: the rule can be shown all the same."""
    from trueup.authoring.footprint import footprint_of
    from trueup.errors import PluginError

    try:
        return footprint_of(bound, start.host.resource_type(bound.rule.resource))
    except PluginError as error:
        say(str(error))
        return None


def _asked(bound: BoundRule) -> Iterator[str]:
    rule = bound.rule
    yield f"{rule.id}: {rule.title}"
    yield f"  resource   {rule.resource}   category {rule.category}   severity {rule.severity}   stage {rule.stage}"
    yield f"  why        {rule.rationale}"
    yield from (f"  see        {each}" for each in rule.references)
    yield from (f"  checks     {each.framework} {each.control}" for each in rule.compliance)
    for name, value in bound.parameters.items():
        yield f"  parameter  {name} = {json.dumps(value)}  {rule.parameters[name].get('unit', '')}".rstrip()
    if rule.when:
        yield f"  when       {json.dumps(rule.when)}"
    yield f"  expect     {json.dumps(rule.expect)}"


def _touched(start: Start, bound: BoundRule, footprint: Footprint | None) -> Iterator[str]:
    if footprint is not None:
        yield f"  lists      {', '.join(footprint.lists)}"
        yield from (f"  reads      {_aspect(each)}" for each in footprint.reads)
        yield f"  allow      {', '.join(footprint.audit_actions)}"
    fix = bound.rule.remediation
    if fix is None:
        return
    yield f"  fix        {fix.action} {json.dumps(bound.action_parameters)}"
    if footprint is not None and footprint.action is not None:
        yield from _fix(footprint, footprint.action)
    if fix.regression is not None:
        yield f"  regression {json.dumps(fix.regression)}"
    plan, apply = start.settings.plan, start.settings.apply
    yield (
        f"  safety     at most {plan.max_changes} changes and {plan.max_share:.0%} of a rule's resources an apply, "
        f"soak {apply.soak_minutes} min, plan valid {plan.expires_hours} h"
    )


def _fix(footprint: Footprint, action: ActionDeclaration) -> Iterator[str]:
    reversible = {"yes": "reversible", "partly": "partly reversible", "no": "irreversible"}[str(action.reversible)]
    capacity = ", lowers capacity" if action.capacity else ""
    yield f"  risk       at least {action.risk}, at best {reversible}{capacity}, settles in {action.settle_seconds} s"
    yield from (f"  fix reads  {_aspect(each)}" for each in footprint.fix_reads)
    if footprint.plan_actions:
        yield f"  plan needs {', '.join(footprint.plan_actions)}"
    yield f"  fix calls  {', '.join(action.writes)}"
    yield f"  fix needs  {', '.join(footprint.write_actions)}"


def _aspect(read: AspectRead) -> str:
    if read.operations:
        other = sorted(read.operations) != sorted(read.iam_actions)
        allowed = f" (allow {', '.join(read.iam_actions)})" if other else ""
        return f"{read.name}  by {', '.join(read.operations)}{allowed}"
    return f"{read.name}  from {', '.join(read.needs)}" if read.needs else f"{read.name}  from the price files"
