"""``trueup runs prune``: old audits, and plans that were never applied, leave the state."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import click

from trueup.cli.output import say, show_table
from trueup.cli.spans import span
from trueup.errors import StateError

if TYPE_CHECKING:
    from trueup.cli.start import Start
    from trueup.journal.pruning import Pruning

__all__ = ["prune"]

_MIB = 1024 * 1024


@click.command(epilog="Example: trueup runs prune --older-than 90d --dry-run")
@click.option("--older-than", metavar="SPAN", required=True, help="Only runs that began longer ago than 24h, 90d, 26w…")
@click.option("--keep", type=click.IntRange(1), default=1, show_default=True, metavar="N",
              help="The newest audits and plans of each account that stay, whatever their age.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Say what would be removed, and remove nothing.")
@click.option("--yes", is_flag=True, help="Do it without asking; needed where there is no terminal.")
@click.pass_obj
def prune(start: Start, older_than: str, keep: int, dry_run: bool, yes: bool) -> None:  # noqa: FBT001 - click's flags
    """Remove old audits, and plans that were never applied, with their findings.

    Applies, rollbacks, watches and what they need stay, as do the newest audit and plan of each account and the
    baselines of runs that stay. First and last seen, fixed and returned are kept of every failure.
    """
    from trueup.cli.working import confirm
    from trueup.journal.pruning import choose, remove

    pruning = choose(start.journal, start.clock.now() - span("--older-than", older_than), keep)
    for why, number in sorted(pruning.kept.items()):
        say(f"stays, though as old: {number:,} ({why})")
    if not pruning.removed:
        click.echo(f"no run that began more than {older_than} ago may be removed")
        return
    if dry_run:
        show_table(
            ("RUN", "KIND", "STARTED", "STATUS"), [(r.id, r.kind, r.started_at, r.status) for r in pruning.removed]
        )
        click.echo(f"would remove {_what(pruning)}")
        return
    question = f"Remove {_what(pruning)} from {start.journal.store.path}?"
    confirm(question, yes=yes, otherwise="nothing was removed")
    for record in pruning.removed:
        remove(start.journal, record.id)
    click.echo(f"removed {_what(pruning)}")
    _free(start)


def _what(pruning: Pruning) -> str:
    kinds = Counter(record.kind for record in pruning.removed)
    runs = " and ".join(f"{number:,} {kind}{'' if number == 1 else 's'}" for kind, number in sorted(kinds.items()))
    return f"{runs} with {pruning.findings:,} finding{'' if pruning.findings == 1 else 's'}"


def _free(start: Start) -> None:
    """Give the space back to the disk, unless somebody would be kept waiting; the next runs use it in any case."""
    from trueup.journal.pruning import still_running

    if running := still_running(start.journal):
        say(f"the file was not made smaller, since {running.kind} {running.id} may be running; prune again after it")
        return
    before = start.journal.store.size()
    try:
        start.journal.store.shrink()
    except StateError as error:
        say(f"the file was not made smaller: {error}")
        return
    say(f"the state has {start.journal.store.size() / _MIB:,.1f} MiB, and had {before / _MIB:,.1f}")
