"""Reading a console block, and holding its output against what was printed."""

from __future__ import annotations

import pytest

from tests.docs.transcript import Command, commands, edited, prints


def test_commands_are_told_from_their_output() -> None:
    """A block is read as commands, each with its lines and its exit code."""
    block = "$ one \\\n>   two\nout\n\nput\n$ three   # something fails: exits with 3\n"

    expected = [Command("one \\\n  two", 0, ["out", "", "put"]), Command("three   # something fails: exits with 3", 3)]
    assert expected == commands(block)


def test_block_without_a_command_is_refused() -> None:
    """A console block that begins with output is a mistake of the page."""
    with pytest.raises(ValueError, match="expected a command that begins with"):
        commands("output\n")


@pytest.mark.parametrize(
    ("fits", "expected"),
    [
        (True, []),
        (True, ["a", "run 7: 3 applied", "z"]),
        (True, ["a", "run …: 3 applied", "z"]),
        (True, ["…", "z"]),
        (True, ["a", "…"]),
        (False, ["a", "z"]),
        (False, ["a"]),
        (False, ["run …: 3 applied"]),
        (False, ["a", "run …: 4 applied", "z"]),
        (False, ["z", "…", "a"]),
    ],
)
def test_output_is_held_against_the_page(fits: bool, expected: list[str]) -> None:
    """Lines must be there as shown, in order, with nothing between them but where dots stand."""
    assert fits is prints(expected, "a\nrun 7: 3 applied  \nz\n")


def test_an_edit_is_made_where_the_page_says() -> None:
    """Lines go, come and stay as a diff has them; the rest of the file stays."""
    assert "a\nb\nx\ny\nd\n" == edited("a\nb\nc\nd\n", " b\n-c\n+x\n+y\n")


@pytest.mark.parametrize(("times", "text"), [(0, "a\nbc\n"), (2, "c\na\nc\n")])
def test_an_edit_of_what_is_not_there_once_is_refused(times: int, text: str) -> None:
    """A page that is older than the file that it edits is found out."""
    with pytest.raises(ValueError, match=f"found them {times} times"):
        edited(text, "-c\n+x\n")
