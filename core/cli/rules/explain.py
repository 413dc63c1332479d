"""``trueup rules explain``: why a rule gives its verdict on facts in a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from trueup.cli.options import parameter_option
from trueup.cli.output import show_json
from trueup.errors import UsageError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from trueup.cli.start import Start
    from trueup.ruleset.rule import Rule

__all__ = ["command"]


@click.command(name="explain", epilog="Example: trueup rules explain dynamodb-table-pitr-enabled --facts facts.json")
@click.argument("rule")
@click.option(
    "--facts", "file", type=click.Path(path_type=Path), help="Output of `trueup facts --format json`, or a cases file."
)
@click.option("--case", metavar="NAME", help="A case of the cases file; without --facts of the rule's own.")
@parameter_option
@click.option("--format", "form", type=click.Choice(["console", "json"]), default="console")
@click.pass_obj
def command(
    start: Start, *, rule: str, file: Path | None, case: str | None, params: tuple[str, ...], form: str
) -> None:
    """Show why RULE gives its verdict: each condition, what was found, what was expected, whether it held.

    The facts come from a file; no AWS account is asked. A case's own parameters win over --param.
    """
    from trueup.cli.chosen import choose
    from trueup.display import clean
    from trueup.ruleset.explanation import explain
    from trueup.ruleset.fact_file import read_fact_file

    chosen = choose(start, {"rules": (rule,), "params": params}).rules
    if len(chosen) != 1:
        raise UsageError(f"expected one rule, found {len(chosen)} that {rule!r} stands for: {', '.join(chosen)}")
    (bound,) = chosen.values()
    facts = read_fact_file(file or _own_cases(bound.rule, case), bound.rule.schema, case)
    told = explain(bound.rule.bind({**bound.parameters, **facts.parameters}), facts.aspects)
    if form == "json":
        show_json({"subject": facts.subject, **told.to_json()})
        return
    click.echo(clean(facts.subject))
    for line in told.lines():
        click.echo(clean(line))


def _own_cases(rule: Rule, case: str | None) -> Path | Traversable:
    if case is None:
        raise UsageError("expected --facts FILE, or --case with one of the rule's own cases, found neither")
    if rule.cases is None:
        raise UsageError(f"--case: expected {rule.id}.cases.json beside {rule.origin}, found none; give --facts FILE")
    return rule.cases
