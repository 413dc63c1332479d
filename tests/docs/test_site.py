"""What makes a site of the pages: no page is left out of its tables of contents."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.docs.blocks import PAGES, ROOT, name_of

if TYPE_CHECKING:
    from pathlib import Path

CONTENTS = ("docs/index.md", "docs/rules-reference.md")
ENTRY = re.compile(r"^- \[[^\]]+\]\(([^)#:]+\.md)\)", re.MULTILINE)


def listed() -> list[str]:
    """Give the pages that the tables of contents name, as often as they do."""
    found: list[str] = []
    for page in (ROOT / name for name in CONTENTS):
        found += [name_of((page.parent / entry).resolve()) for entry in ENTRY.findall(page.read_text("utf-8"))]
    return found


@pytest.mark.parametrize("page", [page for page in PAGES if name_of(page) != CONTENTS[0]], ids=name_of)
def test_page_is_in_the_contents_once(page: Path) -> None:
    """A reader of the site finds each page in one place of its navigation."""
    assert 1 == [ROOT / name for name in listed()].count(page)
