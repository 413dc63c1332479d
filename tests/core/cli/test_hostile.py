"""Names, tags and descriptions that somebody else chose do no harm in terminal, log, HTML, JSON and plan."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

from tests.core.cli.conftest import PITR

if TYPE_CHECKING:
    from tests.core.cli.conftest import Shell

MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&"
CONTROL = "\x1b[2J\x1b]0;owned\x07\r\b\x9b31m"
BIDI = "\u202egnp.exe\u2066\u200b"
HOSTILE = {"markup": MARKUP, "control": CONTROL, "bidi": BIDI, "rich": "[red]owned[/red] [link=x]y[/link]"}
UNSEEN = ("\x1b", "\x07", "\x08", "\r", "\x9b", "\u202e", "\u2066", "\u200b")


class _Markup(HTMLParser):
    """Collects what a browser would take for elements and handlers."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.handlers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on")]


@pytest.fixture
def hostile(shell: Shell) -> Shell:
    """A table whose tags are hostile, and one whose denied read is told with such a text."""
    shell.aws.reset(start=datetime.now(UTC) - timedelta(days=2))
    client = shell.aws.client("dynamodb")
    for name in ("orders", "sessions"):
        client.create_table(
            TableName=name, BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            Tags=[{"Key": key, "Value": value} for key, value in HOSTILE.items()],
        )  # fmt: skip
    shell.aws.clock.advance(timedelta(days=1).total_seconds())
    return shell


def _unseen(text: str) -> list[str]:
    return [repr(each) for each in UNSEEN if each in text]


@pytest.mark.parametrize("log", ["console", "json"])
def test_hostile_tags_are_harmless_at_the_terminal(hostile: Shell, log: str) -> None:
    """Nothing that moves the cursor, turns the text or hides in it reaches stdout, stderr or the log."""
    selected = ("--rule", PITR, "--tag", f"markup={MARKUP}")
    commands = (("audit", *selected), ("plan", *selected), ("show", "plan.json"), ("apply", "plan.json", "--yes"))
    for arguments in commands:
        done = hostile.run("--verbose", "--log-format", log, *arguments)
        assert done.returncode in {0, 3}, done.stderr
        assert [] == _unseen(done.stdout + done.stderr)


def test_hostile_tags_are_harmless_in_the_page(hostile: Shell) -> None:
    """The HTML report has no element and no handler that a tag brought in."""
    selected = ("--rule", PITR, "--tag", f"markup={MARKUP}", "--format", "html")
    hostile.ok("audit", *selected, "--out", "hostile.html", code=3)
    hostile.ok("audit", "--rule", PITR, "--format", "html", "--out", "plain.html", code=3)
    pages = {name: (hostile.folder / name).read_text("utf-8") for name in ("hostile.html", "plain.html")}
    found: dict[str, _Markup] = {}
    for name, page in pages.items():
        found[name] = _Markup()
        found[name].feed(page)
    assert "img" not in found["hostile.html"].tags
    assert found["plain.html"].tags.count("script") == found["hostile.html"].tags.count("script")
    assert [] == found["hostile.html"].handlers
    assert [] == _unseen(pages["hostile.html"])


def test_hostile_tags_are_whole_in_json(hostile: Shell) -> None:
    """A program gets the tags as they are, in plain ASCII with escapes."""
    text = hostile.ok("audit", "--rule", PITR, "--tag", "markup", "--format", "json", code=3)
    assert text.isascii()
    tags: list[Any] = [finding["resource"]["tags"] for finding in json.loads(text)["findings"]]
    assert [HOSTILE, HOSTILE] == tags


def test_a_hostile_description_is_harmless_in_facts(shell: Shell) -> None:
    """What a function's author wrote is shown as what it is, and whole to a program."""
    from trueup.plugins.awslambda.estate import build

    shell.aws.reset(start=datetime.now(UTC) - timedelta(days=2))
    build(shell.aws)
    client = shell.aws.client("lambda")
    function = client.list_functions()["Functions"][0]
    client.update_function_configuration(FunctionName=function["FunctionName"], Description=MARKUP + CONTROL + BIDI)
    asked = ("facts", "--resource", function["FunctionArn"], "--aspect", "function")
    done = shell.run(*asked)
    assert 0 == done.returncode, done.stderr
    assert [] == _unseen(done.stdout + done.stderr)
    assert shell.ok(*asked, "--format", "json").isascii()
