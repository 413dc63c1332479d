"""What the pages must say: every block accounts for itself, every link leads somewhere, nothing is left out."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import click
import pytest

from tests.docs.blocks import PAGES, ROOT, blocks, name_of
from trueup.aws.iam.operations import actions_for
from trueup.cli import exits
from trueup.cli.main import trueup
from trueup.events import EVENTS
from trueup.facts.unknown import Reason
from trueup.hosting import hookspecs
from trueup.hosting.host import Host
from trueup.journal.changes import ChangeStatus
from trueup.settings import Settings
from trueup.testing.faults import KINDS

if TYPE_CHECKING:
    from pathlib import Path

TOOL = ROOT / "tools" / "docs_tables.py"

LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)")


def text_of(name: str) -> str:
    """Give a page's text."""
    return (ROOT / name).read_text("utf-8")


def anchors(page: Path) -> set[str]:
    """Give the names of a page's headings, as links write them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def leaves(command: click.Command, context: click.Context, name: str) -> list[str]:
    """Give the names of all commands that do something."""
    if not isinstance(command, click.Group):
        return [name]
    found: list[str] = []
    for child in command.list_commands(context):
        below = command.get_command(context, child)
        assert below is not None
        found += leaves(below, context, f"{name} {child}".strip())
    return found


def settings() -> list[str]:
    """Give the names of all settings."""
    found: list[str] = []
    for section in dataclasses.fields(Settings):
        kind = section.default_factory
        if dataclasses.is_dataclass(kind):
            found += [f"{section.name}.{each.name}" for each in dataclasses.fields(kind)]
    return found


COMMANDS = leaves(trueup, click.Context(trueup), "")


@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "CONTRIBUTING.md"], ids=name_of)
def test_each_block_is_run_or_says_why_not(page: Path) -> None:
    """No command, snippet or output stands on a page by hand without being tested."""
    silent = [f"{block.page}:{block.line}" for block in blocks(page) if not block.kind]

    assert [] == silent


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    """A link inside the repository names a file that is there, and a heading that it has."""
    broken = []
    for path, anchor in LINK.findall(page.read_text("utf-8")):
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(f"{path}#{anchor}" if anchor else path)

    assert [] == broken


def test_generated_parts_are_as_the_code_says() -> None:
    """Tables of commands, settings, rules, facts, hooks and permissions were made from this code."""
    done = subprocess.run([sys.executable, str(TOOL), "--check"], check=False, capture_output=True, text=True)

    assert (0, "") == (done.returncode, done.stdout + done.stderr)


def test_readme_begins_with_the_two_commands() -> None:
    """The first block of the README is all the set-up there is, and what CI runs on a clean clone."""
    first = next(blocks(ROOT / "README.md"))

    assert 'pip install -e ".[demo]" && trueup demo\npip install tox && tox\n' == first.text


@pytest.mark.parametrize("hook", hookspecs.__all__)
def test_hook_is_documented_with_its_signature(hook: str) -> None:
    """An author finds each hook with exactly the arguments that it is called with."""
    signature = str(inspect.signature(getattr(hookspecs, hook))).replace("'", "")

    assert f"def {hook}{signature}: ..." in text_of("docs/hooks.md")


@pytest.mark.parametrize("setting", settings())
def test_setting_is_documented(setting: str) -> None:
    """Each setting stands in the table with its default and meaning."""
    assert re.search(rf"^\| `{setting}` \| `.+` \| \S.+ \|$", text_of("docs/settings.md"), re.MULTILINE)


@pytest.mark.parametrize("event", EVENTS)
def test_event_is_documented(event: str) -> None:
    """Whoever reads a log finds each event with its level, when it happens, and its fields."""
    kind = EVENTS[event]
    fields = ", ".join(f"`{field}`" for field in kind.fields)

    assert f"| `{event}` | {kind.level} | {kind.says} | {fields} |\n" in text_of("docs/observability.md")


@pytest.mark.parametrize("command", COMMANDS)
def test_command_is_documented_and_run(command: str) -> None:
    """Each command has its section, and some page runs it."""
    ran = "\n".join(block.text for page in PAGES for block in blocks(page) if block.kind == "run")

    assert f"## trueup {command}\n" in text_of("docs/commands.md")
    assert re.search(rf"trueup( --?\S+( \S+)?)* {command}\b", ran)


@pytest.mark.parametrize("page", ["README.md", "docs/exit-codes.md"])
def test_exit_codes_are_all_documented(page: str) -> None:
    """The table has the codes that the code has, and no others."""
    names = ast.parse(inspect.getsource(exits)).body
    codes = {
        each.value.value for each in names if isinstance(each, ast.Assign) and isinstance(each.value, ast.Constant)
    }

    documented = {int(code) for code in re.findall(r"^\| (\d+) \|", text_of(page), re.MULTILINE)}
    assert {0, 1, 2} | codes == documented


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("docs/applying.md", tuple(ChangeStatus)),
        ("docs/concepts.md", tuple(Reason)),
        ("docs/simulated-aws.md", KINDS),
    ],
)
def test_words_are_all_explained(page: str, words: tuple[str, ...]) -> None:
    """Statuses, reasons and kinds of faults stand on the page about them."""
    text = " ".join(text_of(page).split())

    assert [] == [str(word) for word in words if f"`{word}`" not in text]


def test_read_only_policy_covers_what_aspects_read() -> None:
    """Every operation that lists or reads for an audit or a plan is allowed by the shipped policy."""
    host = Host()
    operations: set[str] = {"cloudwatch:GetMetricData"}
    for name in host.fact_schemas():
        declared = host.resource_type(name)
        operations |= {*declared.lists, *(each for a in declared.aspects.values() for each in getattr(a, "reads", ()))}
    needed = {action for operation in operations for action in actions_for(operation)}

    assert set() == needed - set(_allowed())


def test_read_only_policy_only_reads() -> None:
    """No action of the shipped policy can change anything: each is of access level Read or List."""
    from trueup.aws.iam.levels import access_level

    assert {"Read", "List"} >= {access_level(action) for action in _allowed()}


def _allowed() -> list[str]:
    import json

    document = json.loads((ROOT / "docs" / "read-only-policy.json").read_text("utf-8"))
    (statement,) = document["Statement"]
    actions: list[str] = statement["Action"]
    return actions
