"""The tutorial, from its first command to its last, in an empty folder with a virtual environment of its own.

Packages come from the package index, as they do for a reader; only trueup itself is the wheel that was just built: its
folder and version are told to pip, and what was installed is held against it. Run by ``tox -e tutorial``.
"""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.docs.blocks import TUTORIAL, blocks
from tests.docs.terminal import Terminal
from tests.docs.transcript import commands, edited, prints

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.docs.blocks import Block

pytestmark = pytest.mark.tutorial

WHEEL = Path(os.environ.get("TOX_PACKAGE", "trueup-0-none.whl")).resolve()
"""The wheel under test, as tox names it."""

KEPT = ("PIP_", "SSL_CERT", "REQUESTS_CA_BUNDLE", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy")
"""The variables that say how the package index is reached; nothing else of whoever runs this gets in."""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A home of its own, and the wheel under test for ``pip install trueup``."""
    home, constraint = tmp_path / "home", tmp_path / "constraint.txt"
    home.mkdir()
    constraint.write_text(f"trueup=={WHEEL.name.split('-')[1]}\n", encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if name.startswith(KEPT)}
    return kept | {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "PIP_CONSTRAINT": str(constraint),
        "PIP_FIND_LINKS": f"{os.environ.get('PIP_FIND_LINKS', '')} {WHEEL.parent}".strip(),
        "LANG": "C.UTF-8",
        "NO_COLOR": "1",
        "COLUMNS": "120",
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The empty folder."""
    made = tmp_path / "work"
    made.mkdir()
    return made


@pytest.fixture
def terminals(folder: Path, environment: dict[str, str]) -> Iterator[dict[str, Terminal]]:
    """The terminals by what the page calls them: the reader's, and the one beside it."""
    opened = {name: Terminal(folder, environment) for name in ("", "second")}
    yield opened
    for each in opened.values():
        each.close()


def test_tutorial_goes_as_it_says(folder: Path, terminals: dict[str, Terminal]) -> None:
    """Each command of the page ends and prints as the page shows, one after the other."""
    for block in blocks(TUTORIAL):
        file = folder / block.argument
        if block.kind == "file":
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block.text, encoding="utf-8")
        elif block.kind == "edit":
            file.write_text(edited(file.read_text("utf-8"), block.text), encoding="utf-8")
        else:
            assert block.kind == "run", f"{block.page}:{block.line}: expected a block that is run, found {block.kind}"
            _run(block, terminals[block.argument])
    assert _files_of_wheel() == _files_installed(folder / ".venv")


def _run(block: Block, terminal: Terminal) -> None:
    for command in commands(block.text):
        code, output = terminal.run(command)
        shown = f"{block.page}:{block.line}: $ {command.text}\n{output}"
        assert command.code == code, shown
        assert prints(command.output, output), f"{shown}\nexpected:\n" + "\n".join(command.output)


def _files_of_wheel() -> set[str]:
    """Give the modules and data of the wheel under test, with their hashes."""
    with zipfile.ZipFile(WHEEL) as wheel:
        (record,) = (name for name in wheel.namelist() if name.endswith(".dist-info/RECORD"))
        return _own(wheel.read(record).decode("utf-8"))


def _files_installed(environment: Path) -> set[str]:
    """Give what the page installed of trueup, with its hashes."""
    (record,) = environment.glob("lib/python*/site-packages/trueup-*.dist-info/RECORD")
    return _own(record.read_text("utf-8"))


def _own(record: str) -> set[str]:
    return {line for line in record.splitlines() if line.startswith("trueup/") and "__pycache__" not in line}
