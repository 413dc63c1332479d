"""``trueup rules``: what is checked, with which parameters, and all that whoever writes rules needs."""

from __future__ import annotations

import click

from trueup.cli.lazy import LazyGroup

__all__ = ["command"]


@click.group(
    name="rules",
    cls=LazyGroup,
    commands={
        "list": ("trueup.cli.rules.listing", "List rules."),
        "show": ("trueup.cli.rules.show", "Show a rule: what it asks, why, what it reads, its fix."),
        "new": ("trueup.cli.rules.new", "Write a new rule with its cases."),
        "validate": ("trueup.cli.rules.validate", "Check rule files, with line and column."),
        "test": ("trueup.cli.rules.cases", "Run the cases beside the rules."),
        "explain": ("trueup.cli.rules.explain", "Show why a rule gives its verdict on facts in a file."),
        "schema": ("trueup.cli.rules.schema", "Print the JSON Schema with which editors complete rules."),
    },
    epilog="Example: trueup rules show dynamodb-table-pitr-enabled",
)
def command() -> None:
    """List, show, write, validate, test and explain rules."""
