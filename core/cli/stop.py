"""``trueup stop``: running applies finish the call in flight and send no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from trueup.cli.output import say

if TYPE_CHECKING:
    from trueup.cli.start import Start

__all__ = ["command"]


@click.command(name="stop", epilog="Example: trueup stop")
@click.argument("run", required=False)
@click.pass_obj
def command(start: Start, run: str | None) -> None:
    """Ask running applies (all, or one) to send nothing more; rollback still works."""
    asked = start.journal.runs.request_stop(start.journal.runs.get(run).id if run else None)
    for each in asked:
        say(f"run {each} finishes the call in flight and stops; go on later with `trueup resume {each}`")
    if not asked:
        say("no apply is running in this state")
