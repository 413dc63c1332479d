"""``trueup rules new``: a new rule with its cases, right as it stands."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

import click

from trueup.cli.output import say

if TYPE_CHECKING:
    from trueup.cli.start import Start

__all__ = ["command"]


@click.command(
    name="new", epilog="Example: trueup rules new dynamodb-table-protected --resource dynamodb.table --dir own"
)
@click.argument("rule_id", metavar="ID")
@click.option("--resource", required=True, metavar="TYPE", help="The resource type that it is about.")
@click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path),
    default=Path(),
    help="Folder of the files, made if need be.  [.]",
)
@click.pass_obj
def command(start: Start, rule_id: str, resource: str, folder: Path) -> None:
    """Write a new rule with its cases: ID.json and ID.cases.json.

    Both are right as they stand, with a first condition about a fact of the resource type; needs no AWS account.
    """
    from trueup.authoring.new_rule import new_rule

    made = new_rule(rule_id, resource, start.host.fact_schemas(), start.rules().rules)
    rule, cases = made.write(folder)
    (path,) = made.rule["expect"]
    here = f"trueup --rules {quote(str(folder))}"
    for line in (
        f"wrote {rule} and {cases}: a condition about {path}, and a case each of pass, fail and unknown",
        f"  change it    the facts there are: docs/facts-reference.md, or trueup rules schema --resource {resource}",
        f"  test it      {here} rules test {rule_id} --coverage",
        f"  real facts   trueup facts --resource ARN --save {quote(str(cases))} --name NAME --expect pass",
        f"  audit by it  {here} audit --rule {rule_id}",
    ):
        say(line)
