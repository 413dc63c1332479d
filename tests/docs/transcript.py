"""A console block as commands with what they must print and how they must end.

``$`` begins a command, ``>`` carries it on; other lines are what it prints, where ``…`` stands for anything: alone on
its line for any lines, else for any text of the line. ``# exits with N`` behind a command is how it ends, else 0.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

__all__ = ["Command", "commands", "edited", "prints"]

_EXIT = re.compile(r"#.* exits with (\d+)\s*$")
ANYTHING = "…"


@dataclass(slots=True)
class Command:
    """One command of a console block.

    Args:
        text: what the shell is given.
        code: the exit code that it must have.
        output: the lines that it must print; none when the page shows none.
    """

    text: str
    code: int = 0
    output: list[str] = field(default_factory=list)


def commands(block: str) -> list[Command]:
    """Give the commands of a block.

    Raises:
        ValueError: the block does not begin with a command.
    """
    found: list[Command] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            ends = _EXIT.search(line)
            found.append(Command(line[2:], int(ends[1]) if ends else 0))
        elif not found:
            message = f"expected a command that begins with '$ ', found {line!r}"
            raise ValueError(message)
        elif line.startswith("> ") and not found[-1].output:
            found[-1].text += "\n" + line[2:]
        else:
            found[-1].output.append(line)
    return found


def prints(expected: list[str], output: str) -> bool:
    """Tell whether output is as a page shows it."""
    if not expected:
        return True
    parts = [r"(?:.*\n)*?" if line.strip() == ANYTHING else _line(line) for line in expected]
    lines = "".join(f"{line.rstrip()}\n" for line in output.strip("\n").splitlines())
    return re.fullmatch("".join(parts), lines) is not None


def edited(text: str, change: str) -> str:
    """Give a file's text after an edit that a page shows as a diff: lines that go, that come, that stay around them.

    Raises:
        ValueError: what the page says was there is not, or is there more than once.
    """
    lines = change.splitlines()
    before = "".join(f"{line[1:]}\n" for line in lines if line[:1] != "+")
    after = "".join(f"{line[1:]}\n" for line in lines if line[:1] != "-")
    found = f"\n{text}".count(f"\n{before}")
    if found != 1:
        message = f"expected these lines once, found them {found} times:\n{before}"
        raise ValueError(message)
    return f"\n{text}".replace(f"\n{before}", f"\n{after}")[1:]


def _line(line: str) -> str:
    return ".*?".join(re.escape(part) for part in line.rstrip().split(ANYTHING)) + r"\n"
