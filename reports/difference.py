"""Before and after of a change, as lines that went, came and stayed.

A scalar is a line that went and one that came; a document is compared line by line, so that the one statement
that was added to a bucket policy stands out among those that were kept.
"""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trueup.display import clean
from trueup.reports.wording import value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Difference", "differences", "document_lines"]

# Comparing takes time that grows with the square of the lines; longer ones are shown whole, first before, then after.
_MOST_LINES = 2000

_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Difference:
    """What becomes of one fact.

    Args:
        path: the fact.
        lines: each with its sign: ``-`` went, ``+`` came, blank stayed.
    """

    path: str
    lines: tuple[tuple[str, str], ...]

    @property
    def short(self) -> bool:
        """Whether each side is a line at most, so that both fit beside each other."""
        signs = [sign for sign, _ in self.lines]
        return signs in ([" "], ["-"], ["+"], ["-", "+"])

    @property
    def before(self) -> str:
        """The lines that were there."""
        return "\n".join(line for sign, line in self.lines if sign != "+")

    @property
    def after(self) -> str:
        """The lines that will be there."""
        return "\n".join(line for sign, line in self.lines if sign != "-")

    @property
    def changed(self) -> bool:
        """Whether anything went or came."""
        return any(sign != " " for sign, _ in self.lines)


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    """Yield the difference of every fact, those of ``before`` first, each in its order."""
    for path in dict.fromkeys((*before, *after)):
        old, new = (_lines(side.get(path, _ABSENT)) for side in (before, after))
        yield Difference(path, tuple(_compared(old, new)))


def document_lines(document: Any) -> list[str]:
    """Give a JSON document as indented lines, each safe to show."""
    text = json.dumps(document, indent=2, ensure_ascii=False, default=str)
    return [clean(line) for line in text.split("\n")]


def _lines(fact: Any) -> list[str]:
    if fact is _ABSENT:
        return []
    if isinstance(fact, dict | list | tuple) and fact:
        return document_lines(fact)
    return [clean(value(fact))]


def _compared(old: list[str], new: list[str]) -> Iterator[tuple[str, str]]:
    if len(old) + len(new) > _MOST_LINES:
        yield from (("-", line) for line in old)
        yield from (("+", line) for line in new)
        return
    for tag, old_start, old_end, new_start, new_end in difflib.SequenceMatcher(
        None, old, new, autojunk=False
    ).get_opcodes():
        if tag == "equal":
            yield from ((" ", line) for line in old[old_start:old_end])
            continue
        yield from (("-", line) for line in old[old_start:old_end])
        yield from (("+", line) for line in new[new_start:new_end])
