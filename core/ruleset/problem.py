"""One thing that is wrong in a file: where, and what.

Collected instead of raised, so that all problems of all files are told in one pass.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Pointer", "Problem"]

Pointer = tuple[str | int, ...]
"""The way into a JSON document: property names and list positions, outermost first."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    Args:
        pointer: the value in the document that is wrong.
        message: what was expected, what was found, what to do next; without the place.
        at_key: whether the name of the property is what is wrong, rather than its value.
    """

    pointer: Pointer
    message: str
    at_key: bool = False

    def inside(self, *outer: str | int) -> Problem:
        """Give the same problem seen from further out."""
        return Problem((*outer, *self.pointer), self.message, self.at_key)
