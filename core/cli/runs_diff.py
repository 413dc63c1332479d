"""``trueup runs diff``: what the second of two runs found otherwise than the first."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any

import click

from trueup.cli.output import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trueup.cli.start import Start
    from trueup.journal.run_diff import RunDiff
    from trueup.journal.runs import RunRecord

__all__ = ["diff"]

# A screen's worth of each kind; JSON has them all.
_MOST = 50

_WORDS = {
    "new": "New failures",
    "fixed": "Fixed",
    "still_failing": "Still failing",
    "unknown": "Unknown in either",
    "changed": "Another verdict",
    "not_judged": "Failing before, not judged now",
}


@click.command(epilog="Example: trueup runs diff 20261122 last")
@click.argument("first")
@click.argument("second", default="last")
@click.option("--format", "form", type=click.Choice(["console", "json"]), default="console")
@click.pass_obj
def diff(start: Start, first: str, second: str, form: str) -> None:
    """Say what SECOND found otherwise than FIRST: new, fixed, still failing, unknown, changed.

    Runs are given by the beginnings of their ids; `last` is the last audit or plan. Ends with 0 whatever it finds.
    """
    from trueup.journal.run_diff import RunDiff

    before, after = (start.journal.runs.get(each, "audit", "plan") for each in (first, second))
    for sentence in _warnings(start, before, after):
        say(sentence)
    compared = RunDiff(start.journal.store, before, after)
    if form == "json":
        for piece in _pieces(before, after, compared):
            click.echo(piece)
    else:
        _show(before, after, compared)


def _warnings(start: Start, before: RunRecord, after: RunRecord) -> Iterator[str]:
    """Yield why two runs may not be about the same."""
    from trueup.journal.reach import Reach

    one, other = (Reach.of(start.journal.store, each) for each in (before, after))
    yield from (f"the runs differ in {each}" for each in one.differences(other))
    for record in (before, after):
        if record.status != "finished":
            yield f"run {record.id} is {record.status}: what it did not come to has no finding"


def _show(before: RunRecord, after: RunRecord, compared: RunDiff) -> None:
    from trueup.display import clean

    click.echo(f"{after.kind} {after.id} against {before.kind} {before.id}")
    counts = compared.counts()
    for kind, title in _WORDS.items():
        if not counts[kind]:
            continue
        click.echo(f"\n{title}: {counts[kind]:,}")
        for each in itertools.islice(compared.of(kind), _MOST):
            name = each["arn"] or f"{each['account']} {each['region']}, every resource"
            click.echo(clean(f"  {each['rule']}  {name}  {_verdicts(each)}"))
        if counts[kind] > _MOST:
            click.echo(f"  … and {counts[kind] - _MOST:,} more: --format json")
    if not any(counts.values()):
        click.echo("nothing fails in either, and nothing is different")


def _verdicts(each: Mapping[str, Any]) -> str:
    before, after = (each[side] or "no finding" for side in ("before", "after"))
    return (before if before == after else f"{before}, now {after}").replace("_", " ")


def _pieces(before: RunRecord, after: RunRecord, compared: RunDiff) -> Iterator[str]:
    """Yield the JSON line by line, a finding a line, so that two large runs need little memory."""
    yield "{"
    for name, record in (("first", before), ("second", after)):
        shown = {key: getattr(record, key) for key in ("id", "kind", "status", "started_at", "account", "selection")}
        yield f'  "{name}": {json.dumps(shown)},'
    counts = compared.counts()
    yield f'  "counts": {json.dumps(counts)},'
    *most, last = counts
    for kind in (*most, last):
        yield f'  "{kind}": ['
        held = None
        for each in compared.of(kind):
            if held is not None:
                yield f"    {held},"
            held = json.dumps(each)
        if held is not None:
            yield f"    {held}"
        yield "  ]" if kind == last else "  ],"
    yield "}"
