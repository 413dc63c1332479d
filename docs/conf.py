"""How Sphinx makes the pages: the same Markdown that is read on a forge, as a site that needs no network.

The source folder is the root of the repository, so that a link from any page to any file is written once, relative,
and leads somewhere in both. The lists of links on `docs/index.md` and `docs/rules-reference.md` are the contents: they
become the tables of contents here, which Markdown has no words for.
"""

from __future__ import annotations

import posixpath
import re
from importlib.metadata import version as version_of
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx

project = "trueup"
author = "the trueup authors"
copyright = "the trueup authors, Apache License 2.0"  # noqa: A001 - Sphinx reads it by this name
version = release = version_of("trueup")

extensions = ["myst_parser"]
root_doc = "docs/index"
include_patterns = [
    "docs/**.md",
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "benchmarks/README.md",
    "examples/*/README.md",
]
# What a clone holds besides is not walked through for pages.
exclude_patterns = [".*", "build", "dist", "core", "plugins", "reports", "rules", "tests", "tools"]

nitpicky = True
# Four levels have an address, written as forges write it.
myst_heading_anchors = 4

# Quotes on these pages are values, and dashes options.
smartquotes = False

html_theme = "furo"
html_title = f"trueup {release}"
html_extra_path = ["site"]
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
html_theme_options = {"navigation_with_keys": True, "top_of_page_buttons": []}

CONTENTS = ("docs/index", "docs/rules-reference")
"""The pages whose lists of links are tables of contents."""

_SECTION = re.compile(r"^## (.+)$", re.MULTILINE)
_ENTRY = re.compile(r"^- \[`?([^\]`]+)`?\]\(([^)#:]+)\.md\)", re.MULTILINE)


def setup(app: Sphinx) -> None:
    """Tell Sphinx to look at each page before it is parsed."""
    app.connect("source-read", _add_contents)


def _add_contents(app: Sphinx, page: str, source: list[str]) -> None:
    del app
    if page in CONTENTS:
        source[0] += "\n\n" + "\n\n".join(_tables(page, source[0])) + "\n"


def _tables(page: str, text: str) -> Iterator[str]:
    """Give a hidden table of contents for each section with a list of links to pages."""
    parts = _SECTION.split(text)
    for caption, section in zip(["", *parts[1::2]], parts[::2], strict=True):
        entries = [
            f"{title} </{posixpath.normpath(posixpath.join(posixpath.dirname(page), target))}>"
            for title, target in _ENTRY.findall(section)
        ]
        if entries:
            yield "\n".join(["```{toctree}", ":hidden:", f":caption: {caption}", "", *entries, "```"])
