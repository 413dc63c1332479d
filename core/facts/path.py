r"""Dotted paths that address facts: ``table.BillingMode``, ``tags."cost-center"``.

One grammar for rules, actions, evidence and plans: names joined by dots; a name that is not a plain
word is written in double quotes, with ``\"`` and ``\\`` for a quote and a backslash inside.
"""

from __future__ import annotations

import re
from functools import lru_cache

from trueup.errors import UsageError

__all__ = ["join_path", "split_path"]

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_QUOTED = re.compile(r'"((?:[^"\\]|\\["\\])*)"')
_ESCAPE = re.compile(r'\\(["\\])')


@lru_cache(maxsize=4096)
def split_path(path: str) -> tuple[str, ...]:
    """Give the names of a path, outermost first.

    Raises:
        UsageError: the text is no path; the message says at which column.
    """
    names: list[str] = []
    at = 0
    while True:
        match = _PLAIN.match(path, at) or _QUOTED.match(path, at)
        if match is None:
            message = f"{path!r} is no fact path: expected a name or a quoted name at column {at + 1}"
            raise UsageError(message)
        names.append(_ESCAPE.sub(r"\1", match[1]) if match.re is _QUOTED else match[0])
        at = match.end()
        if at == len(path):
            return tuple(names)
        if path[at] != ".":
            message = f"{path!r} is no fact path: expected a dot at column {at + 1}, found {path[at]!r}"
            raise UsageError(message)
        at += 1


def join_path(names: tuple[str, ...]) -> str:
    """Give the path of the names; the inverse of ``split_path``."""
    return ".".join(
        name if _PLAIN.fullmatch(name) else '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"' for name in names
    )
