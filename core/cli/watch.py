"""``trueup watch``: look after an apply by its metrics, and roll back what regresses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from trueup.cli.options import account_options, output_options

if TYPE_CHECKING:
    from datetime import timedelta
    from pathlib import Path

    from trueup.cli.start import Start
    from trueup.running.watch_run import Watched

__all__ = ["command"]


@click.command(name="watch", epilog="Example: trueup watch last --for 24h --yes")
@click.argument("run")
@click.option("--for", "lasting", metavar="SPAN", default="24h", help="How long, from each change's settling.  [24h]")
@click.option("--interval", metavar="SPAN", default="5m", help="How long between two looks.  [5m]")
@click.option("--once", is_flag=True, help="Look once and end: for cron or EventBridge.")
@click.option("--yes", is_flag=True, help="Roll back what regressed; without it that is only said.")
@click.option(
    "--allow",
    multiple=True,
    type=click.Choice(["disruptive", "destructive"]),
    help="Roll back changes of this risk, too. Repeatable.",
)
@account_options
@output_options
@click.pass_context
def command(  # noqa: PLR0913 - click gives each option by name
    context: click.Context,
    /,
    run: str,
    *,
    lasting: str,
    interval: str,
    once: bool,
    yes: bool,
    allow: tuple[str, ...],
    form: str,
    out: Path | None,
    **options: Any,
) -> None:
    """Watch what a run applied: a limit that is breached now, and was not before, is a regression.

    Ends with 0 when all went well, 4 when a change was never observed, 5 when somebody else watches the run, 6 when
    something regressed and stands, 7 when something was rolled back.
    """
    from trueup.cli.exits import watch_code
    from trueup.cli.output import format_named, say, show_run
    from trueup.cli.working import account_of
    from trueup.running.watch_run import WatchRun
    from trueup.watching.watch import WatchOptions

    start: Start = context.obj
    format_named(start, form)
    asked = WatchOptions(
        lasting=_span("--for", lasting), interval=_span("--interval", interval), once=once, yes=yes, allow=allow
    )
    record = start.journal.runs.get(run, "apply", "watch")
    if record.kind == "watch" and record.of_run:
        record = start.journal.runs.get(record.of_run)
    watched = WatchRun(account_of(start, options), record, asked, say).go()
    show_run(start, watched.run, form, out, _closing(watched, record.id))
    context.exit(watch_code(watched.states, watched.status))


def _span(option: str, text: str) -> timedelta:
    from trueup.cli.spans import span

    return span(option, text)


def _closing(watched: Watched, run: str) -> list[str]:
    from collections import Counter

    counts = Counter(str(state) for state in watched.states)
    counted = ", ".join(f"{number} {state}" for state, number in sorted(counts.items()))
    return [
        f"run {watched.run}: {counted or 'no change was watched'}",
        f"  look        trueup runs show {watched.run}",
        f"  go on       trueup watch {run}",
        f"  roll back   trueup rollback {run}",
    ]
