"""``trueup stop``: running applies finish the call in flight and send no more, running watches end."""

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
    """Ask running applies and watches (all, or one) to stop; rollback still works."""
    runs = start.journal.runs
    asked = runs.request_stop(runs.get(run).id if run else None)
    for each in map(runs.get, asked):
        if each.kind == "watch":
            say(f"watch {each.id} ends within a minute; go on later with `trueup watch {each.of_run}`")
        else:
            say(f"run {each.id} finishes the call in flight and stops; go on later with `trueup resume {each.id}`")
    if not asked:
        say("no apply or watch is running in this state")
