"""JSON that people wrote is read strictly, and what is wrong is placed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from trueup.ruleset.json_file import JsonFile
from trueup.ruleset.problem import Problem

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        # Python 3.13 points at the comma, earlier ones at what comes after it.
        (
            b'{\n  "a": 1,\n}',
            f"x.json:{'2:9' if sys.version_info >= (3, 13) else '3:1'}: expected JSON, found an error: ",
        ),
        (b"", "x.json:1:1: expected JSON, found an error: expecting value"),
        (b'{"a": 1,\n "a": 2}', "x.json:2:2: expected each name once, found 'a' again"),
        (b'{"a": NaN}', "x.json: expected JSON, found NaN, which is no JSON number"),
        (b'{"a": "\xff"}', "x.json: expected UTF-8 text, found byte 0xff"),
        (b"[" * 100_000, "x.json: expected JSON of a few levels, found one nested too deeply"),
    ],
)
def test_what_is_no_json_is_told_with_its_place(tmp_path: Path, content: bytes, expected: str) -> None:
    """Each way to write bad JSON gets one line with file and place."""
    (tmp_path / "x.json").write_bytes(content)
    (problem,) = JsonFile.read(tmp_path / "x.json").problems

    assert problem.startswith(f"{tmp_path}/{expected}")


def test_every_repeated_name_is_told(tmp_path: Path) -> None:
    """Two mistakes are two lines."""
    (tmp_path / "x.json").write_text('{"a": 1, "a": 2, "b": {"c": 1, "c": 2}}', encoding="utf-8")

    assert 2 == len(JsonFile.read(tmp_path / "x.json").problems)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """A missing file is a problem, not a crash."""
    (problem,) = JsonFile.read(tmp_path / "x.json").problems

    assert "expected a JSON file, found No such file or directory" in problem


def test_problems_come_in_the_order_of_the_file_each_once() -> None:
    """A reader works from top to bottom."""
    file = JsonFile.parse('{"a": 1,\n "b": 2}', "x.json")
    second, first = Problem(("b",), "wrong"), Problem(("a",), "wrong", at_key=True)

    assert ["x.json:1:2: wrong", "x.json:2:7: wrong"] == file.lines([second, first, second])
