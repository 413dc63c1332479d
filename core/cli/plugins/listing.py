"""``trueup plugins list``: what is installed and what became of it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from trueup.cli.output import say, show_json, show_table

if TYPE_CHECKING:
    from trueup.cli.start import Start

__all__ = ["command"]


@click.command(name="list", epilog="Example: trueup plugins list --format json")
@click.option("--format", "form", type=click.Choice(["console", "json"]), default="console")
@click.pass_obj
def command(start: Start, form: str) -> None:
    """List the installed plugins and rule folders; imports none of them."""
    start.host.rule_sources()
    start.host.fact_schemas()
    found = start.host.plugins()
    if form == "json":
        show_json({"plugins": [asdict(each) for each in found]})
        return
    head = ("NAME", "KIND", "STATUS", "DISTRIBUTION", "ORIGIN")
    show_table(head, [(p.name, p.kind, p.status, f"{p.distribution} {p.version}", p.origin) for p in found])
    for each in found:
        if each.problem:
            say(each.problem)
