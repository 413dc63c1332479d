"""Globs of exemptions: ``*`` for any text, ``?`` for one character, nothing else, and always the whole text.

Not ``fnmatch``: its ``[...]`` would give a bracket in a name another meaning, and an exemption must never match more
than the person who signed it reads in it.
"""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["is_literal", "matches", "matches_arn"]

# arn:partition:service:region:account:resource; what comes after the fifth colon is the service's own.
_ARN_PARTS = 6

# A file has a glob an entry; who has more entries than this only waits a little longer.
_REMEMBERED = 8192


def matches(glob: str, text: str) -> bool:
    """Say whether a glob matches the whole of a text; upper and lower case differ."""
    return _compiled(glob).fullmatch(text) is not None


def matches_arn(glob: str, arn: str) -> bool:
    """Say whether a glob matches the whole of an ARN, part by part.

    The first five colons of both are held against each other, so that a wildcard for the Region stands for a Region
    and for nothing more; in the last part, the resource, ``*`` stands for anything, ``/`` and ``:`` included.
    """
    wanted, found = (text.split(":", _ARN_PARTS - 1) for text in (glob, arn))
    return len(wanted) == len(found) == _ARN_PARTS and all(map(matches, wanted, found))


def is_literal(glob: str) -> bool:
    """Say whether a glob has no wildcard, and so matches itself only."""
    return not {"*", "?"} & set(glob)


@lru_cache(maxsize=_REMEMBERED)
def _compiled(glob: str) -> re.Pattern[str]:
    first, *others = ("".join("." if each == "?" else re.escape(each) for each in part) for part in glob.split("*"))
    if not others:
        return re.compile(first, re.DOTALL)
    *inner, last = others
    # Between two stars the first place that fits is as good as any: an atomic group keeps what is slow with
    # backtracking linear, whatever a stranger calls a resource.
    return re.compile(f"{first}{''.join(f'(?>.*?{part})' for part in inner)}.*{last}", re.DOTALL)
