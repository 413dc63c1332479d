r"""AWS's regular expressions, which are Java's, as Python's.

botocore does not check them at all; a plan does, so that a call that AWS would refuse is refused before anything is
sent. What cannot be translated is not checked, and never refused for it.

Source: Java ``java.util.regex.Pattern``; Smithy's ``pattern`` trait. AWS matches the whole text (a DynamoDB table name
``a b`` is refused by ``[a-zA-Z0-9_.-]+``).
"""

from __future__ import annotations

import re
import sys
import unicodedata
import warnings
from functools import cache
from itertools import groupby

__all__ = ["compile_pattern"]

_FIXED_SETS = {
    "ASCII": r"\x00-\x7f",
    "Alnum": "0-9A-Za-z",
    "Alpha": "A-Za-z",
    "Blank": r" \t",
    "Cntrl": r"\x00-\x1f\x7f",
    "Digit": "0-9",
    "Graph": r"\x21-\x7e",
    "IsWhitespace": r" \t-\r\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000",
    "Lower": "a-z",
    "Print": r"\x20-\x7e",
    "Punct": r"!-/:-@\[-`{-~",
    "Space": r" \t\n\x0b\f\r",
    "Upper": "A-Z",
    "XDigit": "0-9A-Fa-f",
}
_CATEGORY_SETS = {
    "IsAlphabetic": ("L", "Nl"),
    "LD": ("L", "Nd"),
    "all": ("",),
}

# Java reads a surrogate pair as one character; some models write the pairs' range with its halves swapped.
_SUPPLEMENTARY = re.compile(
    r"\\u[dD]800(?:\\u[dD][cC]00-\\u[dD][bB]|\\u[dD][bB][fF]{2}-\\u[dD][cC]00)(?:[fF]{2})?\\u[dD][fF]{3}"
)
_ANY_CASE = re.compile(r"\A(\^|\\A)?\(\?i\)")
_PIECE = re.compile(r"\\[pP](?:\{(\w+)\}|([A-Z]))|\\x\{([0-9A-Fa-f]{1,6})\}|\\.|.", re.DOTALL)


@cache
def compile_pattern(pattern: str) -> re.Pattern[str] | None:
    """Give the expression for ``fullmatch``, None when it has no equal in Python."""
    flags = re.ASCII
    if _ANY_CASE.match(pattern):
        pattern, flags = _ANY_CASE.sub(r"\1", pattern), flags | re.IGNORECASE
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return re.compile(_translated(_SUPPLEMENTARY.sub(r"\\U00010000-\\U0010FFFF", pattern)), flags)
    except (re.error, _UntranslatableError, FutureWarning, DeprecationWarning, OverflowError):
        return None


class _UntranslatableError(Exception):
    """Raised for what Java has and Python has not."""


def _translated(pattern: str) -> str:
    pieces: list[str] = []
    within = False
    for match in _PIECE.finditer(pattern):
        piece = match[0]
        name = match[1] or match[2]
        if name:
            pieces.append(_set_of(name, negated=piece[1] == "P", within=within))
        elif match[3]:
            pieces.append(f"\\U{int(match[3], 16):08X}")
        elif piece in {"\\z", "\\Z"}:
            pieces.append("\\Z")
        elif within:
            pieces.append(_in_class(piece, pieces))
            within = piece != "]"
        else:
            within = piece == "["
            pieces.append(piece)
    return "".join(pieces)


def _in_class(piece: str, before: list[str]) -> str:
    """Give a character of a class as Python wants it."""
    if piece == "[":
        return "\\["
    if piece == "&" and before[-1] == "&":
        raise _UntranslatableError
    if piece == "-" and (
        before[-1] in {"\\w", "\\d", "\\s", "\\W", "\\D", "\\S", "-"} or len(before[-1]) > len("\\U00000000")
    ):
        return "\\-"
    if piece in {"~", "|"} and before[-1] == piece:
        return f"\\{piece}"
    return piece


def _set_of(name: str, *, negated: bool, within: bool) -> str:
    if name in _FIXED_SETS:
        ranges = _FIXED_SETS[name]
        if negated and within:
            raise _UntranslatableError
        return ranges if within else f"[{'^' if negated else ''}{ranges}]"
    ranges = _ranges_of(name, negated=negated)
    return ranges if within else f"[{ranges}]"


@cache
def _ranges_of(name: str, *, negated: bool) -> str:
    """Give the ranges of a Unicode property, with the categories of this Python."""
    starts = _CATEGORY_SETS.get(name, (name,))
    if name not in _CATEGORY_SETS and not re.fullmatch(r"[CLMNPSZ][a-z]?", name):
        raise _UntranslatableError
    return "".join(
        f"\\U{first:08X}-\\U{last:08X}"
        for first, last, category in _categories()
        if category.startswith(starts) is not negated
    )


@cache
def _categories() -> tuple[tuple[int, int, str], ...]:
    """Give runs of characters of one category: first, last, category."""
    runs: list[tuple[int, int, str]] = []
    first = 0
    for category, run in groupby(map(unicodedata.category, map(chr, range(sys.maxunicode + 1)))):
        following = first + sum(1 for _ in run)
        runs.append((first, following - 1, category))
        first = following
    return tuple(runs)
