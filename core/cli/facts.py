"""``trueup facts``: what is known of one resource, as a rule sees it, shown or saved as a case of a rule."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trueup.cli.options import account_options
from trueup.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trueup.authoring.saved_case import CasesFile
    from trueup.cli.start import Start
    from trueup.facts.schema import FactSchema
    from trueup.facts.snapshot import Snapshot

__all__ = ["command"]

_VERDICTS = click.Choice(["pass", "fail", "unknown", "not_applicable"])


@click.command(name="facts", epilog="Example: trueup facts --resource arn:aws:dynamodb:eu-west-1:123456789012:table/t")
@click.option("--resource", "arn", required=True, metavar="ARN", help="The resource.")
@click.option("--aspect", "aspects", multiple=True, help="Only this aspect. Repeatable.")
@click.option("--format", "form", type=click.Choice(["console", "json"]), default="console")
@click.option("--save", type=click.Path(path_type=Path, dir_okay=False), help="Add the facts to a cases file instead.")
@click.option("--name", help="With --save: the case's name, which no case of the file has.")
@click.option("--expect", type=_VERDICTS, help="With --save: the verdict that the facts must get.")
@account_options
@click.pass_context
def command(context: click.Context, /, arn: str, aspects: tuple[str, ...], form: str, **options: Any) -> None:
    """Show what is known of a resource, as a rule sees it: every fact with its path, value and unit.

    With --save the facts become a case at the end of a cases file: of a file beside its rule only the aspects that the
    rule looks at. What must not be shown is not saved; what could not be read is saved as unknown.
    """
    from trueup.cli.exits import BROKEN
    from trueup.cli.working import account_of
    from trueup.facts.unknown import Unknown

    start: Start = context.obj
    cases = _cases(start, options)
    account = account_of(start, options)
    reader = account.reader()
    declared, resource = reader.locate(arn)
    if cases is not None and cases.rule is not None:
        _check_type(cases, declared.name)
        aspects = aspects or tuple(sorted(cases.rule.bind().aspects))
    snapshot = reader.read(declared, resource, aspects or tuple(declared.aspects))
    schema = start.host.fact_schemas()[declared.name]
    if cases is None:
        _show(schema, snapshot, form)
    else:
        _save(cases, schema, _only(snapshot, aspects), options)
    unknown = any(isinstance(value, Unknown) for value in snapshot.aspects.values())
    context.exit(BROKEN if unknown else 0)


def _cases(start: Start, options: dict[str, Any]) -> CasesFile | None:
    """Give the file to save to; all that can be wrong with it is found before AWS is asked."""
    from trueup.authoring.saved_case import CasesFile

    save, name, expect = (options.get(option) for option in ("save", "name", "expect"))
    if save is None:
        if name or expect:
            raise UsageError("--name and --expect: expected --save FILE with them, found none")
        return None
    if not name or not expect:
        raise UsageError(
            f"--save {save}: expected --name and --expect with it, found {'one' if name or expect else 'none'}"
        )
    cases = CasesFile.of(save, start.host.fact_schemas())
    cases.check_free(name)
    return cases


def _check_type(cases: CasesFile, found: str) -> None:
    rule = cases.rule
    if rule is not None and rule.resource != found:
        raise UsageError(f"--save {cases.path}: expected a {rule.resource}, as {rule.id} is about, found a {found}")


def _only(snapshot: Snapshot, aspects: tuple[str, ...]) -> Snapshot:
    """Give the asked aspects, without those that were read because these follow from them."""
    kept = {name: value for name, value in snapshot.aspects.items() if not aspects or name in aspects}
    return replace(snapshot, aspects=kept)


def _save(cases: CasesFile, schema: FactSchema, snapshot: Snapshot, options: dict[str, Any]) -> None:
    from trueup.cli.output import say

    name, expected = options["name"], options["expect"]
    cases.add(name, snapshot.aspects, expected, schema)
    say(f"saved the case {name!r} in {cases.path}: {', '.join(sorted(snapshot.aspects))}")
    if cases.rule is not None:
        found = cases.rule.bind().judge(snapshot.aspects).verdict
        if found != expected:
            say(f"{cases.rule.id} says {found} of it, and not {expected}: mend the rule or the case")


def _show(schema: FactSchema, snapshot: Snapshot, form: str) -> None:
    from trueup.cli.output import show_json, show_table
    from trueup.facts.secrets import hide_secrets
    from trueup.ruleset.written_facts import write_facts

    shown = dict(sorted(hide_secrets(schema, snapshot.aspects).items()))
    if form == "json":
        facts = write_facts(shown, detail=True)
        show_json({"resource": snapshot.resource.arn, "type": schema.type, "facts": facts})
    else:
        show_table(("PATH", "VALUE"), _rows(schema, shown))


def _rows(schema: FactSchema, aspects: dict[str, Any]) -> Iterator[tuple[str, str]]:
    import json

    from trueup.facts.path import join_path
    from trueup.facts.unknown import Unknown

    def unit(path: str) -> str:
        try:
            return str(schema.resolve(path).get("x-unit", ""))
        except UsageError:
            return ""

    def walk(names: tuple[str, ...], value: Any) -> Iterator[tuple[str, str]]:
        path = join_path(names)
        if isinstance(value, Unknown):
            yield path, f"unknown: {value.sentence()}"
        elif isinstance(value, dict) and value:
            for name, item in value.items():
                yield from walk((*names, name), item)
        else:
            yield path, f"{json.dumps(value, default=str)} {unit(path)}".rstrip()

    for name, value in aspects.items():
        yield from walk((name,), value)
