"""Where each value of a JSON text stands: JSON pointer to line and column.

The standard parser forgets positions, and a rule's author needs them. Built only when there is something to
complain about, so that loading good rules stays fast.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from json import JSONDecoder
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.ruleset.problem import Pointer

__all__ = ["Place", "Positions", "scan"]

_DECODER = JSONDecoder()
_SPACE = re.compile(r"[ \t\n\r]*")
# Numbers and words; the text is known to be valid, so that the end is all that is looked for.
_ATOM = re.compile(r"[^\s,\]}]+")


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in a text; both numbers count from 1, the column in characters."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Positions:
    """Where the values and names of a JSON text stand.

    Args:
        values: pointer of a value to where it begins.
        names: pointer of a property's value to where its name begins.
        duplicates: pointer and place of each name that its object had already.
    """

    values: Mapping[Pointer, Place]
    names: Mapping[Pointer, Place]
    duplicates: tuple[tuple[Pointer, Place], ...]

    def place(self, pointer: Pointer, *, at_key: bool = False) -> Place:
        """Give the place of a value, or of its name; of the nearest one around it when it is not there."""
        if at_key and pointer in self.names:
            return self.names[pointer]
        while pointer not in self.values and pointer:
            pointer = pointer[:-1]
        return self.values[pointer]


def scan(text: str) -> Positions:
    """Give the positions of a text that ``json.loads`` accepts.

    Where an object has a name twice, the last one counts, as it does for ``json.loads``.
    """
    scanner = _Scanner(text)
    scanner.value(_skip(text, 0), ())
    return Positions(scanner.values, scanner.names, tuple(scanner.duplicates))


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [0, *(match.end() for match in re.finditer(r"\n", text))]
        self.values: dict[Pointer, Place] = {}
        self.names: dict[Pointer, Place] = {}
        self.duplicates: list[tuple[Pointer, Place]] = []

    def value(self, at: int, pointer: Pointer) -> int:
        """Note the value that begins at ``at``; give where it ends."""
        self.values[pointer] = self._place(at)
        match self.text[at]:
            case "{":
                return self._object(at, pointer)
            case "[":
                return self._array(at, pointer)
            case '"':
                return self._string(at)[1]
            case _:
                atom = _ATOM.match(self.text, at)
                return atom.end() if atom else len(self.text)

    def _object(self, at: int, pointer: Pointer) -> int:
        seen: set[str] = set()
        at = _skip(self.text, at + 1)
        while self.text[at] != "}":
            name, end = self._string(at)
            child = (*pointer, name)
            if name in seen:
                self.duplicates.append((child, self._place(at)))
                self._forget(child)
            seen.add(name)
            self.names[child] = self._place(at)
            colon = _skip(self.text, end)
            at = self._next(self.value(_skip(self.text, colon + 1), child))
        return at + 1

    def _array(self, at: int, pointer: Pointer) -> int:
        at = _skip(self.text, at + 1)
        index = 0
        while self.text[at] != "]":
            at = self._next(self.value(at, (*pointer, index)))
            index += 1
        return at + 1

    def _string(self, at: int) -> tuple[str, int]:
        return _DECODER.raw_decode(self.text, at)

    def _next(self, at: int) -> int:
        """Give where the next item begins, or the closing bracket."""
        at = _skip(self.text, at)
        return _skip(self.text, at + 1) if self.text[at] == "," else at

    def _forget(self, pointer: Pointer) -> None:
        for noted in (self.values, self.names):
            for other in [other for other in noted if other[: len(pointer)] == pointer]:
                del noted[other]

    def _place(self, at: int) -> Place:
        line = bisect_right(self.starts, at)
        return Place(line, at - self.starts[line - 1] + 1)


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at
