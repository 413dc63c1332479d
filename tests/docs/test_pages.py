"""The README and docs/ are run, command by command, from the first line of a page to its last."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.docs.blocks import PAGES, TUTORIAL, blocks, name_of
from tests.docs.sandbox import SERVE, Sandbox, Served
from tests.docs.transcript import commands, prints

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.docs.blocks import Block

RUN = tuple(page for page in PAGES if page != TUTORIAL and any(block.kind == "run" for block in blocks(page)))


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The simulated AWS of all pages that only read."""
    sandbox = Sandbox(tmp_path_factory.mktemp("shared"))
    served = Served(sandbox.folder, sandbox.environment)
    yield served
    served.stop()


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    """A page's own folder."""
    made = Sandbox(tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize("page", RUN, ids=name_of)
def test_page_runs(page: Path, sandbox: Sandbox, request: pytest.FixtureRequest) -> None:
    """Each command of a page ends and prints as the page shows."""
    found = list(blocks(page))
    if not any(SERVE in block.text for block in found if block.kind == "run"):
        sandbox.use(request.getfixturevalue("shared"))
    for block in found:
        if block.kind == "file":
            sandbox.write(block.argument, block.text)
        elif installs := re.fullmatch(r"pip install -e ([\w-]+)\n", block.text):
            sandbox.install(installs[1])
        elif block.kind == "run":
            _run(block, sandbox)


def _run(block: Block, sandbox: Sandbox) -> None:
    for command in commands(block.text):
        code, output = sandbox.run(command.text)
        shown = f"{block.page}:{block.line}: $ {command.text}\n{output}"
        assert command.code == code, shown
        assert prints(command.output, output), f"{shown}\nexpected:\n" + "\n".join(command.output)
