"""The fenced blocks of a page, and what each is there for: run, written to a file, made by a tool, or only shown.

A block says so itself: ``console`` blocks are run; a comment right above says ``file: PATH``, ``edit: PATH`` (a
``diff``), ``terminal: NAME`` (run there) or ``not run: REASON``; what stands between ``generated`` comments is made by
``tools/docs_tables.py``. There is no other kind.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["PAGES", "ROOT", "TUTORIAL", "Block", "blocks", "name_of"]

ROOT = Path(__file__).parents[2]

PAGES = (
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "examples").glob("*/README.md")),
)

TUTORIAL = ROOT / "docs" / "tutorial.md"
"""Run by itself, in a fresh environment: it installs packages from the index."""

_FENCE = re.compile(r"^(`{3,})(\w*)\s*$")
_MARKER = re.compile(r"^<!-- (file|edit|terminal|not run): (.+) -->$")


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block.

    Args:
        page: the page's path below the root of the repository.
        line: the line of its fence, from 1.
        language: what stands behind the fence.
        text: what is in it.
        kind: ``run``, ``file``, ``edit``, ``not run``, ``generated``, or empty when it says nothing of itself.
        argument: the file's path, the terminal's name, or the reason.
    """

    page: str
    line: int
    language: str
    text: str
    kind: str
    argument: str


def name_of(page: Path) -> str:
    """Give a page's path below the root of the repository."""
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> Iterator[Block]:
    """Yield the blocks of a page, in order."""
    lines = page.read_text("utf-8").splitlines()
    generated, at = False, 0
    while at < len(lines):
        line = lines[at]
        if line.startswith("<!-- generated: "):
            generated = True
        elif line == "<!-- end of generated -->":
            generated = False
        elif fence := _FENCE.match(line):
            end = lines.index(fence[1], at + 1)
            kind, argument = _kind(fence[2], lines[at - 1] if at else "", generated=generated)
            yield Block(name_of(page), at + 1, fence[2], "\n".join(lines[at + 1 : end]) + "\n", kind, argument)
            at = end
        at += 1


def _kind(language: str, above: str, *, generated: bool) -> tuple[str, str]:
    if generated:
        return "generated", ""
    if marker := _MARKER.match(above):
        return "run" if marker[1] == "terminal" else marker[1], marker[2]
    return ("run", "") if language == "console" else ("", "")
