"""``trueup rules schema``: the JSON Schema with which an editor completes rule files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from trueup.cli.output import say
from trueup.errors import UsageError

if TYPE_CHECKING:
    from trueup.cli.start import Start

__all__ = ["command"]


@click.command(name="schema", epilog="Example: trueup rules schema --out rule.schema.json")
@click.option("--resource", "resources", multiple=True, metavar="TYPE", help="Only this resource type. Repeatable.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write to a file, not to stdout.")
@click.pass_obj
def command(start: Start, resources: tuple[str, ...], out: Path | None) -> None:
    """Print the JSON Schema of rule files, in which the facts and fixes of the installed services complete.

    Name it in a rule's "$schema", or in the editor's settings.
    """
    from trueup.authoring.editor_schema import editor_schema
    from trueup.ruleset.suggest import did_you_mean

    schemas = start.host.fact_schemas()
    for name in resources:
        if name not in schemas:
            listed = did_you_mean(name, schemas) or f"; known are {', '.join(sorted(schemas)) or 'none'}"
            raise UsageError(f"--resource: expected a resource type, found {name!r}{listed}")
    chosen = {name: schemas[name] for name in resources} if resources else schemas
    text = json.dumps(editor_schema(chosen), indent=1, ensure_ascii=False)
    if out is None:
        click.echo(text)
        return
    try:
        out.write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{out}: cannot be written ({error.strerror}); choose another --out") from error
    say(f"wrote {out}")
