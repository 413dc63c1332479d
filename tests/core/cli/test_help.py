"""Help that a newcomer can use: an example for every command, and what the exit codes mean."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click
import pytest

from trueup.cli import exits
from trueup.cli.main import trueup

if TYPE_CHECKING:
    from collections.abc import Iterator


def _commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from _commands(command, (*path, name))


COMMANDS = dict(_commands(trueup))


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_has_an_example_that_parses(path: tuple[str, ...]) -> None:
    """``--help`` ends with an example of this command, whose options it has."""
    command = COMMANDS[path]
    text = command.get_help(click.Context(command, info_name=" ".join(("trueup", *path))))
    assert "Example: trueup " + " ".join(path) in " ".join(text.split())
    given = set(re.findall(r"--[a-z-]+", command.epilog or ""))
    known = {name for _, each in COMMANDS.items() for option in each.params for name in option.opts}
    assert given <= known


def test_the_exit_codes_are_those_of_the_contract() -> None:
    """One table of codes, the same for every command."""
    codes = (exits.FAILED, exits.BROKEN, exits.REFUSED, exits.PARTLY, exits.ROLLED_BACK, exits.INTERRUPTED)
    assert (3, 4, 5, 6, 7, 130) == codes
