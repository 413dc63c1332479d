"""``trueup demo``: everything once, on a simulated AWS on this machine; no account, no network, no questions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from trueup.cli.start import Start

__all__ = ["command"]


@click.command(name="demo", epilog="Example: trueup demo --serve   (then, elsewhere: trueup audit)")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="Folder for the files.")
@click.option("--serve", is_flag=True, help="Only leave the simulated AWS running, and print its environment.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port of the simulated AWS, else any free one.")
@click.pass_context
def command(context: click.Context, /, out: Path, serve: bool, port: int) -> None:  # noqa: FBT001 - click's flag
    """Show everything on a simulated AWS: audit, plan, apply, verify, roll back, report.

    Writes plan.json, report.json and report.html.
    """
    from trueup.cli.output import say
    from trueup.errors import UsageError

    start: Start = context.obj
    try:
        from trueup.cli import demonstration
        from trueup.testing.server import SimulatedAws  # noqa: F401 - to find out whether moto is there
    except ImportError as error:
        if (error.name or "trueup").partition(".")[0] == "trueup":
            raise  # a mistake of ours, which installing something would not mend
        message = f'the demo needs moto, which is not installed ({error.name}); run `pip install "trueup[demo]"`'
        raise UsageError(message) from error
    if serve:
        demonstration.serve(port, say, click.echo)
    else:
        demonstration.demonstrate(start, out, port, say)
