"""``trueup rules validate``: all that is wrong with rule files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from trueup.cli.output import say

if TYPE_CHECKING:
    from trueup.cli.start import Start

__all__ = ["command"]


@click.command(name="validate", epilog="Example: trueup rules validate my-rules/")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.pass_obj
def command(start: Start, paths: tuple[Path, ...]) -> None:
    """Check rule files: all errors of all files, with line and column (without PATHS: every known rule)."""
    from trueup.ruleset.load import load_rules
    from trueup.ruleset.source import RuleSource

    if paths:
        loaded = load_rules([RuleSource.of_user(path) for path in paths], start.host.fact_schemas())
    else:
        loaded = start.rules(tolerant=False)
    number = len(loaded.rules)
    say("1 rule is right" if number == 1 else f"{number} rules are right")
