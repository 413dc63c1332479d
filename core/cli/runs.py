"""``trueup runs``: what was done, when, by whom and how it ended."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from trueup.cli.output import say, show_json, show_run, show_table
from trueup.cli.runs_diff import diff
from trueup.cli.runs_prune import prune
from trueup.cli.spans import span
from trueup.errors import UsageError

if TYPE_CHECKING:
    from trueup.cli.start import Start

__all__ = ["command"]


@click.group(name="runs", epilog="Example: trueup runs list --resource ARN --since 24h")
def command() -> None:
    """List, show, compare, export, import and prune runs."""


command.add_command(diff)
command.add_command(prune)


@command.command(name="list", epilog="Example: trueup runs list --since 7d --format json")
@click.option("--resource", "arn", metavar="ARN", help="Only runs that have a change of this resource.")
@click.option("--since", metavar="SPAN", help="Only the last 90m, 24h, 7d, 2w…")
@click.option("--format", "form", type=click.Choice(["console", "json"]), default="console")
@click.pass_obj
def list_runs(start: Start, arn: str | None, since: str | None, form: str) -> None:
    """List runs, newest first."""
    begin = start.clock.now() - span("--since", since) if since else None
    records = start.journal.runs.listing(arn=arn, since=begin)
    if form == "json":
        names = ("id", "kind", "started_at", "status", "finished_at", "account", "principal", "plan_digest", "of_run")
        show_json({"runs": [{name: getattr(each, name) for name in names} for each in records]})
        return
    if arn is None:
        head = ("RUN", "KIND", "STARTED", "STATUS", "WHO")
        show_table(head, [(r.id, r.kind, r.started_at, r.status, r.principal or "-") for r in records])
        return
    rows = []
    for record in records:
        for each in start.journal.changes.of(record.id):
            if each.change.resource.arn == arn:
                row = (record.id, record.kind, each.at, each.status, record.principal or "-", each.change.summary)
                rows.append(row)
    show_table(("RUN", "KIND", "WHEN", "STATUS", "WHO", "WHAT"), rows)


@command.command(epilog="Example: trueup runs show last --undo-script > undo.sh")
@click.argument("run")
@click.option("--format", "form", default="console", help="console, json, jsonl, html, or a plugin's.")
@click.option("--undo-script", is_flag=True, help="Print the undo as plain `aws` commands instead.")
@click.option("--events", is_flag=True, help="Print the run's story instead: every intent and outcome, oldest first.")
@click.pass_obj
def show(start: Start, run: str, form: str, undo_script: bool, events: bool) -> None:  # noqa: FBT001 - click's flags
    """Show a run: its findings and changes, its undo script, or its story."""
    record = start.journal.runs.get(run)
    if undo_script:
        from trueup.applying.undo_script import undo_script as script

        click.echo(script(start.journal, record.id), nl=False)
    elif events:
        show_json({"run": record.id, "events": start.journal.changes.events(record.id)})
    else:
        show_run(start, record.id, form, None)


@command.command(epilog="Example: trueup runs export last --out run.json")
@click.argument("run")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The file to write.")
@click.pass_obj
def export(start: Start, run: str, out: Path) -> None:
    """Write a run to a file, to roll it back from another machine."""
    from trueup.journal.bundle import export_run
    from trueup.planning.plan_file import write_private

    write_private(out, export_run(start.journal, run))
    say(f"wrote {out}; bring it in elsewhere with `trueup runs import {out}`")


@command.command(name="import", epilog="Example: trueup runs import run.json")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.pass_obj
def import_(start: Start, file: Path) -> None:
    """Bring in a run that was exported elsewhere."""
    from trueup.journal.bundle import import_run

    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"{file}: expected a run exported by `trueup runs export`, found: {error}"
        raise UsageError(message) from error
    run = import_run(start.journal, text)
    say(f"run {run} is here; undo it with `trueup rollback {run}`")
