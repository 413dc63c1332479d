"""JSON files that people write, read strictly, with the place of everything that is wrong.

``json.loads`` lets a name stand twice and accepts NaN; in a rule both hide a mistake.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trueup.ruleset.positions import Positions, scan

if TYPE_CHECKING:
    from collections.abc import Iterable
    from importlib.resources.abc import Traversable
    from pathlib import Path

    from trueup.ruleset.problem import Problem

__all__ = ["JsonFile"]


class _DuplicateNameError(ValueError):
    """Raised inside the parser, only to end it: the positions tell where."""


class _ConstantError(ValueError):
    """Raised inside the parser for NaN and Infinity, which are not JSON."""


@dataclass(slots=True)
class JsonFile:
    """One JSON file.

    Args:
        name: the file, for messages.
        text: its content; empty when it cannot be read.
        document: what it says; not to be used when there are ``problems``.
        problems: one line each: why it is no JSON document.
    """

    name: str
    text: str = ""
    document: Any = None
    problems: tuple[str, ...] = ()
    _positions: Positions | None = None

    @classmethod
    def read(cls, file: Path | Traversable) -> JsonFile:
        """Read a file; what is wrong with it is in ``problems``."""
        name = str(file)
        try:
            text = file.read_bytes().decode("utf-8")
        except OSError as error:
            return cls(name, problems=(f"{name}: expected a JSON file, found {error.strerror or error}",))
        except UnicodeDecodeError as error:
            return cls(name, problems=(f"{name}: expected UTF-8 text, found byte {error.object[error.start]:#04x}",))
        return cls.parse(text, name)

    @classmethod
    def parse(cls, text: str, name: str) -> JsonFile:
        """Parse a text; what is wrong with it is in ``problems``."""
        try:
            document = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
        except json.JSONDecodeError as error:
            message = f"expected JSON, found an error: {error.msg[:1].lower()}{error.msg[1:]}"
            return cls(name, text, problems=(f"{name}:{error.lineno}:{error.colno}: {message}",))
        except _DuplicateNameError:
            return cls(name, text, problems=tuple(_duplicates(text, name)))
        except _ConstantError as error:
            return cls(name, text, problems=(f"{name}: expected JSON, found {error}, which is no JSON number",))
        except RecursionError:
            return cls(name, text, problems=(f"{name}: expected JSON of a few levels, found one nested too deeply",))
        return cls(name, text, document)

    def lines(self, problems: Iterable[Problem]) -> list[str]:
        """Give problems as ``file:line:column: message``, in the order of the file, each once."""
        positions = self._places()
        placed = {
            (positions.place(problem.pointer, at_key=problem.at_key), problem.message): None for problem in problems
        }
        return [f"{self.name}:{place.line}:{place.column}: {message}" for place, message in sorted(placed)]

    def line_of(self, *pointer: str | int) -> int:
        """Give the line on which a value of the document begins."""
        return self._places().place(pointer).line

    def _places(self) -> Positions:
        if self._positions is None:
            self._positions = scan(self.text)
        return self._positions


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _DuplicateNameError
    return found


def _no_constant(name: str) -> Any:
    raise _ConstantError(name)


def _duplicates(text: str, name: str) -> Iterable[str]:
    for pointer, place in scan(text).duplicates:
        yield f"{name}:{place.line}:{place.column}: expected each name once, found {pointer[-1]!r} again"
