"""Make what the README and docs/ say of commands, settings, rules, facts, hooks and permissions, from the code itself.

Run after any change of those, on an installed trueup; hand-kept reference pages were wrong wherever they were kept::

    python tools/docs_tables.py
    python tools/docs_tables.py --check

A page says where: ``<!-- generated: NAME -->`` … ``<!-- end of generated -->``;
``docs/read-only-policy.json``, ``docs/rule-editor.schema.json`` and the pages of ``docs/rules/`` are made whole.
"""

from __future__ import annotations

import argparse
import ast
import dataclasses
import inspect
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from markdown_table import table
from rule_pages import index, pages, shipped_rules

from trueup import settings as settings_module
from trueup.authoring.editor_schema import editor_schema
from trueup.cli.main import trueup
from trueup.events import EVENTS
from trueup.facts.schema import FactSchema
from trueup.hosting import hookspecs
from trueup.hosting.host import Host
from trueup.permissions.policy import policy
from trueup.permissions.selection import planning_grants
from trueup.ruleset.selection import Selection
from trueup.testing.discovery import discover_corrections
from trueup.testing.plugin_contract import (
    Invariant,
    acting,
    declaring,
    elsewhere,
    failing,
    finding,
    fixing,
    importing,
    listing,
    moving,
    reading,
    ruling,
)
from trueup.testing.plugin_contract.contract import INVARIANTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from trueup.facts.schema import Fact

ROOT = Path(__file__).parent.parent

POLICY = ROOT / "docs" / "read-only-policy.json"
EDITOR_SCHEMA = ROOT / "docs" / "rule-editor.schema.json"
RULE_PAGES = ROOT / "docs" / "rules"

_CHECKS = (importing, declaring, ruling, reading, listing, finding, failing, moving, acting, elsewhere, fixing)

_REGION = re.compile(r"(<!-- generated: ([a-z-]+) -->\n).*?(<!-- end of generated -->)", re.DOTALL)


def main() -> None:
    """Write the generated parts, or say which are not as the code says."""
    parser = argparse.ArgumentParser(description="make the generated parts of the README and docs/")
    parser.add_argument("--check", action="store_true", help="write nothing; end with 1 when a part is old")
    check = parser.parse_args().check
    wanted = {page: made(page.read_text("utf-8")) for page in (ROOT / "README.md", *sorted(ROOT.glob("docs/*.md")))}
    wanted[POLICY] = json.dumps(read_only_policy(), indent=2) + "\n"
    wanted[EDITOR_SCHEMA] = json.dumps(shipped_editor_schema(), indent=1, ensure_ascii=False) + "\n"
    wanted |= pages(RULE_PAGES)
    old = [page for page, text in wanted.items() if not page.exists() or page.read_text("utf-8") != text]
    old += [page for page in RULE_PAGES.glob("*.md") if page not in wanted]
    for page in old:
        if not check:
            _write(page, wanted.get(page))
        print(f"{page.relative_to(ROOT)}: {'is old; run python tools/docs_tables.py' if check else 'written'}")
    sys.exit(1 if check and old else 0)


def _write(page: Path, text: str | None) -> None:
    """Write a page; one that is no longer made goes."""
    if text is None:
        page.unlink()
        return
    page.parent.mkdir(exist_ok=True)
    page.write_text(text, encoding="utf-8")


def made(text: str) -> str:
    """Give a page with its generated parts made again."""
    return _REGION.sub(lambda part: f"{part[1]}\n{PARTS[part[2]]().strip()}\n\n{part[3]}", text)


def read_only_policy() -> dict[str, Any]:
    """Give what ``trueup policy --for plan`` prints: auditing and planning with all of trueup's own rules."""
    host = Host()
    return policy(planning_grants(tuple(rule.bind({}) for rule in shipped_rules(host)), host, Selection()))


def shipped_editor_schema() -> dict[str, Any]:
    """Give what ``trueup rules schema`` prints where nothing but trueup's own services is installed."""
    files = sorted(ROOT.glob("plugins/*/facts/*.schema.json"))
    return editor_schema({schema.type: schema for schema in map(FactSchema.load, files)})


def support() -> str:
    """Give a row a resource type: its rules, and what is fixed."""
    rules = shipped_rules(Host())
    rows = []
    for name, schema in sorted(Host().fact_schemas().items()):
        about = [rule for rule in rules if rule.resource == name]
        fixes = ", ".join(f"`{action}`" for action in schema.actions) or "-"
        rows.append((f"`{name}`", str(len(about)), fixes))
    return table(("resource type", "rules", "fixes"), rows)


def facts() -> str:
    """Give a table of facts a resource type."""
    parts = []
    for name, schema in sorted(Host().fact_schemas().items()):
        rows = [(f"`{f.path}`", " or ".join(f.types), _unit(f), f.kind, _description(f)) for f in schema.facts()]
        parts.append(f"## {name}\n\n{table(('path', 'type', 'unit', 'kind', 'meaning'), rows)}")
    return "\n\n".join(parts)


def actions() -> str:
    """Give a row a fix: what it writes, its risk and whether it comes back."""
    host, rows = Host(), []
    for name in _types(host):
        for each in host.resource_type(name).actions.values():
            writes = ", ".join(f"`{operation}`" for operation in each.writes)
            kind = "yes" if each.capacity else "-"
            rows.append((f"`{name}`", f"`{each.name}`", writes, str(each.risk), str(each.reversible), kind))
    return table(("resource type", "fix", "calls", "risk, at least", "reversible", "lowers capacity"), rows)


def settings() -> str:
    """Give a row a setting, its default and its meaning."""
    rows: list[tuple[str, str, str]] = []
    for section in dataclasses.fields(settings_module.Settings):
        kind = section.default_factory
        if not dataclasses.is_dataclass(kind):
            continue
        meanings = dict(_arguments(inspect.getdoc(kind) or ""))
        for each in dataclasses.fields(kind):
            default = list(each.default) if isinstance(each.default, tuple) else each.default
            rows.append((f"`{section.name}.{each.name}`", f"`{json.dumps(default)}`", meanings[each.name]))
    return table(("setting", "default", "meaning"), rows)


def commands() -> str:
    """Give the help of every command: what it does, its options, an example."""
    context = click.Context(trueup, info_name="trueup")
    return "\n\n".join(_command(trueup, context, "trueup"))


def _command(command: click.Command, context: click.Context, name: str) -> Iterator[str]:
    arguments = [p.make_metavar(context) for p in command.params if isinstance(p, click.Argument)]
    lines = [f"## {name}", "", inspect.cleandoc(command.help or ""), ""]
    if not isinstance(command, click.Group):
        lines += [f"`{' '.join([name, '[OPTIONS]', *arguments])}`", ""]
    lines += [_codes(command.epilog or ""), ""] if command.epilog else []
    rows = [(_flags(p, context), _help(p)) for p in command.params if isinstance(p, click.Option)]
    lines += [table(("option", "meaning"), rows)] if rows else []
    yield "\n".join(lines).strip()
    if isinstance(command, click.Group):
        for child in command.list_commands(context):
            found = command.get_command(context, child)
            if found is not None:
                yield from _command(found, click.Context(found, context, child), f"{name} {child}")


def _codes(epilog: str) -> str:
    return re.sub(
        r"^Example: (.*?)(   \(.*\))?$", lambda m: f"Example: `{m[1]}`{(m[2] or '').replace('   ', ' ')}", epilog
    )


def _flags(option: click.Option, context: click.Context) -> str:
    value = "" if option.is_flag else f" {option.make_metavar(context)}"
    return f"`{', '.join(option.opts)}{value}`"


def _help(option: click.Option) -> str:
    text = option.help or "-"
    shown = option.default if option.show_default else None
    return f"{text} Default: `{shown}`." if shown is not None else text


def hooks() -> str:
    """Give each hook with its exact signature and its documentation."""
    return "\n\n".join(_hook(name, getattr(hookspecs, name)) for name in hookspecs.__all__)


def _hook(name: str, function: Callable[..., Any]) -> str:
    signature = str(inspect.signature(function)).replace("'", "")
    body, _, example = (inspect.getdoc(function) or "").partition("Example::")
    text = f"## {name}\n\n```python\ndef {name}{signature}: ...\n```\n\n{_markdown(body)}"
    return f"{text}\n\n```python\n{inspect.cleandoc(example)}\n```"


def _markdown(doc: str) -> str:
    """Give a docstring's sections as Markdown."""
    text, _, rest = doc.partition("\nArgs:\n")
    lines = [text.strip()]
    if rest:
        lines += ["", *(f"- `{name}`: {meaning}" for name, meaning in _arguments(doc))]
    if returns := re.search(r"\nReturns:\n((?:    .*\n?)+)", doc):
        lines += ["", f"It returns: {' '.join(returns[1].split())}"]
    return re.sub(r"``(.+?)``", r"`\1`", "\n".join(lines))


def corrections() -> str:
    """Give a row a correction of moto that is shipped."""
    rows = [(each.service, each.says, each.source) for each in sorted(discover_corrections(), key=lambda c: c.name)]
    return table(("service", "what AWS does and moto does not", "source"), rows)


def contract() -> str:
    """Give a row a check of the plugin contract: what must hold, and why."""
    named = {id(each): name for module in _CHECKS for name, each in vars(module).items() if isinstance(each, Invariant)}
    rows = [(f"`test_{named[id(each)]}`", each.says, each.why) for each in INVARIANTS]
    return table(("test", "what must hold", "why"), rows)


def events() -> str:
    """Give a row an event of the log: when it happens, its level, what it may carry."""
    rows = [
        (f"`{name}`", kind.level, kind.says, ", ".join(f"`{field}`" for field in kind.fields))
        for name, kind in sorted(EVENTS.items())
    ]
    return table(("event", "level", "when", "fields"), rows)


def errors() -> str:
    """Give the exit codes of the code: the errors' and those that a command works out."""
    source = ast.parse((ROOT / "core" / "errors.py").read_text("utf-8"))
    classes = [each for each in source.body if isinstance(each, ast.ClassDef)]
    module = sys.modules["trueup.errors"]
    rows = []
    for each in classes[1:]:
        said = (ast.get_docstring(each) or "").split("\n\n")[0].replace("\n", " ")
        rows.append((f"`{each.name}`", str(getattr(module, each.name).exit_code), said))
    return table(("error", "exit code", "meaning"), rows)


def _types(host: Host) -> list[str]:
    return sorted(host.fact_schemas())


def _unit(fact: Fact) -> str:
    return str(fact.schema.get("x-unit", "-"))


def _description(fact: Fact) -> str:
    return str(fact.schema.get("description", "-"))


def _arguments(doc: str) -> Iterable[tuple[str, str]]:
    """Yield the names and meanings of a docstring's ``Args``."""
    section = doc.partition("Args:\n")[2].partition("\n\n")[0]
    for entry in re.split(r"\n(?=    \S)", f"\n{section}"):
        name, colon, meaning = " ".join(entry.split()).partition(": ")
        if colon:
            yield name, re.sub(r"``(.+?)``", r"`\1`", meaning)


PARTS: dict[str, Callable[[], str]] = {
    "actions": actions,
    "commands": commands,
    "contract": contract,
    "corrections": corrections,
    "errors": errors,
    "events": events,
    "facts": facts,
    "hooks": hooks,
    "rules": index,
    "settings": settings,
    "support": support,
}

if __name__ == "__main__":
    main()
