"""``trueup facts``: what is known of one resource, as a rule sees it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from trueup.cli.options import account_options

if TYPE_CHECKING:
    from trueup.cli.start import Start
    from trueup.facts.schema import FactSchema
    from trueup.facts.snapshot import Snapshot

__all__ = ["command"]


@click.command(name="facts", epilog="Example: trueup facts --resource arn:aws:dynamodb:eu-west-1:123456789012:table/t")
@click.option("--resource", "arn", required=True, metavar="ARN", help="The resource.")
@click.option("--aspect", "aspects", multiple=True, help="Only this aspect. Repeatable.")
@click.option("--format", "form", type=click.Choice(["console", "json"]), default="console")
@account_options
@click.pass_context
def command(context: click.Context, /, arn: str, aspects: tuple[str, ...], form: str, **options: Any) -> None:
    """Show what is known of a resource, as a rule sees it: every fact with its path, value and unit."""
    from trueup.cli.exits import BROKEN
    from trueup.cli.output import show_json, show_table
    from trueup.cli.working import account_of
    from trueup.facts.secrets import hide_secrets
    from trueup.facts.unknown import Unknown

    start: Start = context.obj
    account = account_of(start, options)
    reader = account.reader()
    declared, resource = reader.locate(arn)
    snapshot = reader.read(declared, resource, aspects or tuple(declared.aspects))
    schema = start.host.fact_schemas()[declared.name]
    hidden = replace(snapshot, aspects=hide_secrets(schema, snapshot.aspects))
    if form == "json":
        show_json({"resource": arn, "type": declared.name, "facts": _shown(hidden)})
    else:
        rows = list(_rows(schema, hidden))
        show_table(("PATH", "VALUE"), rows)
    unknown = any(isinstance(value, Unknown) for value in snapshot.aspects.values())
    context.exit(BROKEN if unknown else 0)


def _shown(snapshot: Snapshot) -> Any:
    from trueup.facts.unknown import Unknown

    def plain(value: Any) -> Any:
        if isinstance(value, Unknown):
            return {"$unknown": str(value.reason), "detail": value.sentence()}
        if isinstance(value, dict):
            return {name: plain(item) for name, item in value.items()}
        return [plain(item) for item in value] if isinstance(value, list | tuple) else value

    return {name: plain(value) for name, value in sorted(snapshot.aspects.items())}


def _rows(schema: FactSchema, snapshot: Snapshot) -> Any:
    import json

    from trueup.errors import UsageError
    from trueup.facts.path import join_path
    from trueup.facts.unknown import Unknown

    def unit(path: str) -> str:
        try:
            return str(schema.resolve(path).get("x-unit", ""))
        except UsageError:
            return ""

    def walk(names: tuple[str, ...], value: Any) -> Any:
        path = join_path(names)
        if isinstance(value, Unknown):
            yield path, f"unknown: {value.sentence()}"
        elif isinstance(value, dict) and value:
            for name, item in value.items():
                yield from walk((*names, name), item)
        else:
            yield path, f"{json.dumps(value, default=str)} {unit(path)}".rstrip()

    for name, value in sorted(snapshot.aspects.items()):
        yield from walk((name,), value)
