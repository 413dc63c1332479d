"""The page of promises: each names tests that are there, and no invariant is without its promise."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest

from tests.docs.blocks import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PAGE = ROOT / "docs" / "safety.md"
INVARIANTS = ROOT / "tests" / "safety" / "test_invariants.py"

PROMISE = re.compile(r"^- (.+?)\n\n  Held by\n((?:  \S[^\n]*\n)+)", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"\[`(test_\w+)`\]\(\.\./([\w/]+\.py)\)")

PROMISES = {" ".join(said.split()): held for said, held in PROMISE.findall(PAGE.read_text("utf-8"))}


def names_of_tests(file: Path) -> list[str]:
    """Give the names of a file's tests."""
    parsed = ast.parse(file.read_text("utf-8")).body
    return [each.name for each in parsed if isinstance(each, ast.FunctionDef) and each.name.startswith("test_")]


@pytest.mark.parametrize("promise", PROMISES)
def test_promise_names_tests_that_are_there(promise: str) -> None:
    """Each promise is held by at least one test, and each that it names is in the file that it names."""
    named = NAMED.findall(PROMISES[promise])
    absent = [name for name, file in named if not (ROOT / file).is_file() or name not in names_of_tests(ROOT / file)]

    assert named
    assert [] == absent
    assert ",\n".join(f"  [`{name}`](../{file})" for name, file in named) + ".\n" == PROMISES[promise]


def test_no_promise_stands_alone() -> None:
    """Each entry of the page's lists is followed by what holds it."""
    entries = re.findall(r"^- ", PAGE.read_text("utf-8"), re.MULTILINE)

    assert len(entries) == len(PROMISES)


def test_every_invariant_is_promised() -> None:
    """Each test of an invariant holds some promise of the page."""
    named = {name for tests in PROMISES.values() for name, _ in NAMED.findall(tests)}

    assert [] == sorted({*names_of_tests(INVARIANTS)} - named)
