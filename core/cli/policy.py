"""``trueup policy``: the least IAM policy for an audit, for planning, or for one plan; no call is made for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trueup.cli.options import exemptions_option, selection_options

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.cli.start import Start
    from trueup.permissions.grant import Grant

__all__ = ["command", "print_policy"]


@click.command(name="policy", epilog="Example: trueup policy --service dynamodb --for plan > policy.json")
@selection_options
@exemptions_option
@click.option("--for", "purpose", type=click.Choice(["audit", "plan"]), help="What the role is for.  [audit]")
@click.option(
    "--plan",
    "plan_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="For applying this plan file, watching it and undoing it, and nothing else.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write it into this folder, in as many files as managed policies are needed.",
)
@click.pass_obj
def command(start: Start, /, purpose: str | None, plan_file: Path | None, out: Path | None, **options: Any) -> None:
    """Print the IAM policy that a task needs, and no more; no account is asked and no credentials are needed.

    Without --plan: for auditing what is selected, or with --for plan for planning its fixes, too.
    """
    _check_alone(plan_file, purpose, options)
    grants = _of_plan(start, plan_file) if plan_file else _of_selection(start, options, planning=purpose == "plan")
    print_policy(grants, out)


def print_policy(grants: frozenset[Grant], out: Path | None = None) -> None:
    """Print the policy of some grants, or write it into a folder; say when it needs more than one managed policy."""
    from trueup.cli.output import say, show_json
    from trueup.permissions.policy import MANAGED_POLICY_CHARACTERS, characters, divided, policy

    document = policy(grants)
    parts = divided(document)
    if out is not None:
        for path in _write(out, parts):
            say(f"wrote {path}")
        return
    show_json(document)
    if len(parts) > 1:
        say(
            f"this policy has {characters(document)} characters, a managed policy {MANAGED_POLICY_CHARACTERS} at most: "
            f"--out DIR of `trueup policy` writes it as {len(parts)} policies"
        )


def _check_alone(plan_file: Path | None, purpose: str | None, options: Mapping[str, Any]) -> None:
    """A plan says itself what it needs: a selection beside it would seem to narrow it and does not."""
    from trueup.errors import UsageError

    if plan_file and (purpose or any(options.values())):
        message = "--plan: expected no selection and no --for beside it, since the plan itself says what it needs"
        raise UsageError(message)


def _of_plan(start: Start, file: Path) -> frozenset[Grant]:
    from trueup.permissions.plan import plan_grants
    from trueup.planning.plan_file import read_plan

    plan = read_plan(file)
    return plan_grants(plan.changes(), plan.rules(start.host.fact_schemas()), start.host)


def _of_selection(start: Start, options: Mapping[str, Any], *, planning: bool) -> frozenset[Grant]:
    from trueup.cli.chosen import choose
    from trueup.cli.exemptions import exemptions_of
    from trueup.permissions.selection import audit_grants, planning_grants

    # Strictly: a policy that leaves out what a broken rule reads would be found out by unknowns, one day.
    chosen = choose(start, options, tolerant=False)
    grants = planning_grants if planning else audit_grants
    resource_types = {rule: bound.rule.resource for rule, bound in chosen.rules.items()}
    tagged = exemptions_of(start, options, chosen.ruleset).tagged(resource_types)
    return grants(tuple(chosen.rules.values()), start.host, chosen.selection, tagged)


def _write(folder: Path, parts: list[dict[str, Any]]) -> list[Path]:
    """Write documents as ``policy.json``, or ``policy-1.json`` and so on; give the paths."""
    import json

    from trueup.errors import UsageError

    single = len(parts) == 1
    paths = [folder / ("policy.json" if single else f"policy-{number}.json") for number in range(1, len(parts) + 1)]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, part in zip(paths, parts, strict=True):
            path.write_text(json.dumps(part, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        message = f"{folder}: expected a folder that can be written to, found {error.strerror}; choose another --out"
        raise UsageError(message) from error
    return paths
