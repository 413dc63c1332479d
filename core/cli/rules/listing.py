"""``trueup rules list``: the selected rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from trueup.cli.options import selection_options
from trueup.cli.output import say, show_json, show_table

if TYPE_CHECKING:
    from trueup.cli.start import Start
    from trueup.ruleset.rule import Rule

__all__ = ["command"]


@click.command(name="list", epilog="Example: trueup rules list --service dynamodb --format json")
@selection_options
@click.option("--format", "form", type=click.Choice(["console", "json"]), default="console")
@click.pass_obj
def command(start: Start, /, form: str, **options: Any) -> None:
    """List rules."""
    from trueup.cli.chosen import choose

    chosen = choose(start, options)
    rules = [each.rule for each in chosen.rules.values()]
    if form == "json":
        show_json({"rules": [_summary(rule) for rule in rules]})
    else:
        head = ("RULE", "SEVERITY", "CATEGORY", "FIX", "TITLE")
        rows = [(r.id, r.severity, r.category, r.remediation.action if r.remediation else "-", r.title) for r in rules]
        show_table(head, rows)
    for file in chosen.broken:
        for problem in file.problems:
            say(f"left out: {problem}")


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
