"""``trueup plugins``: what is installed, and what whoever writes a package needs."""

from __future__ import annotations

import click

from trueup.cli.lazy import LazyGroup

__all__ = ["command"]


@click.group(
    name="plugins",
    cls=LazyGroup,
    commands={
        "list": ("trueup.cli.plugins.listing", "List the installed plugins."),
        "new": ("trueup.cli.plugins.new", "Write a new package for a service."),
        "check": ("trueup.cli.plugins.check", "Check an installed plugin against the contract."),
    },
    epilog="Example: trueup plugins list",
)
def command() -> None:
    """List the installed plugins, write new ones and check them."""
