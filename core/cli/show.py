"""``trueup show``: a plan file for review, down to the exact calls, their undo and the policy that they need."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trueup.change import Reversible
from trueup.display import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trueup.cli.start import Start
    from trueup.planning.plan_file import Plan
    from trueup.planning.planned import PlannedChange

__all__ = ["UNDO", "change_lines", "command", "plan_lines"]

UNDO = {Reversible.YES: "wholly reversible", Reversible.PARTLY: "partly reversible", Reversible.NO: "irreversible"}


@click.command(name="show", epilog="Example: trueup show plan.json --policy > policy.json")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--policy", is_flag=True, help="Print the IAM policy that applying and undoing this plan needs.")
@click.option("--format", "form", type=click.Choice(["console", "json"]), default="console")
@click.pass_obj
def command(start: Start, file: Path, policy: bool, form: str) -> None:  # noqa: FBT001 - click's flag
    """Show a plan file: what changes, the exact calls, the undo, the risk; no account is needed."""
    from trueup.cli.output import show_json
    from trueup.cli.policy import print_policy
    from trueup.permissions.plan import plan_grants
    from trueup.planning.plan_file import read_plan

    plan = read_plan(file)
    if policy:
        changes = plan.changes()
        print_policy(plan_grants(changes, plan.rules(start.host.fact_schemas()), start.host))
    elif form == "json":
        show_json(plan.document)
    else:
        for line in plan_lines(plan):
            click.echo(clean(line))


def plan_lines(plan: Plan) -> Iterator[str]:
    """Yield a plan as lines for a person."""
    document = plan.document
    changes = plan.changes()
    yield f"plan {plan.id} for account {plan.account} ({', '.join(document['regions'])})"
    yield f"  made {document['created_at']}, valid until {document['expires_at']}"
    yield f"  digest {plan.digest}"
    yield f"  {len(changes)} change{'' if len(changes) == 1 else 's'}"
    for change in changes:
        yield ""
        about_cost = document["rules"][change.rule]["rule"]["category"] == "cost"
        yield from change_lines(change, about_cost=about_cost)


def change_lines(change: PlannedChange, *, about_cost: bool = False) -> Iterator[str]:
    """Yield a change as lines for a person; of one that is about cost, also that its saving is not known."""
    yield f"{change.id}  {change.resource.arn}"
    yield f"  {change.summary}   [{change.rule}]"
    yield f"  risk        {change.risk}: {change.risk_reason}"
    yield f"  undo        {UNDO[change.reversible]}" + (
        f": {change.reversible_reason}" if change.reversible_reason else ""
    )
    if change.managed_by:
        yield f"  managed as code: {change.managed_by}"
        yield f"  change there: {change.code}"
    for path, before in change.before.items():
        yield f"  {path}: {_short(before)} -> {_short(change.after[path])}"
    for name, value in change.projection.items():
        yield f"  projection  {name}: {_short(value)}"
    if change.savings_monthly:
        yield f"  saving      {_saving(change.savings_monthly)}"
    elif about_cost:
        yield "  saving      not known: no price is known"
    for number, step in enumerate(change.steps, 1):
        yield f"  call {number}      {step.call.name} {_json(step.call.parameters)}"
        if step.leaves:
            yield f"    leaves    {step.leaves}"
        for call in step.undo:
            yield f"    undo      {call.name} {_json(call.parameters)}"


def _saving(saving: Mapping[str, Any]) -> str:
    currency = saving.get("currency", "USD")
    once = f", once costs {saving['one_time']}" if saving.get("one_time") else ""
    return f"{saving.get('likely')} {currency} a month ({saving.get('low')} to {saving.get('high')}){once}"


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _short(value: Any) -> str:
    text = _json(value)
    limit = 200
    return text if len(text) <= limit else f"{text[:limit]}…"
