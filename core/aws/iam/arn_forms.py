"""The form of an ARN as the Service Authorization Reference writes it, held against ARNs and filled in.

``arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}`` is a form; what is not known becomes ``*``, which
is what a policy says for it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["PLACE", "bind", "fill", "names_in"]

PLACE = ("Partition", "Region", "Account")
"""What says where a resource is, and not which one."""

_NAME = re.compile(r"\$\{(\w+)\}")


def names_in(form: str) -> tuple[str, ...]:
    """Give the names that say which resource, in order."""
    return tuple(name for name in _NAME.findall(form) if name not in PLACE)


def bind(form: str, arn: str) -> dict[str, str] | None:
    """Give what stands for each name of a form in an ARN (or a pattern of ARNs), None when it has another form.

    The last name may hold slashes and colons where nothing else fits: ``/aws/lambda/orders`` is one log group.
    """
    found = _pattern(form, r"[^:/]+").fullmatch(arn) or _pattern(form, ".+").fullmatch(arn)
    return None if found is None else found.groupdict()


def fill(form: str, known: Mapping[str, str]) -> str:
    """Give the ARN of a form with what is known, and ``*`` for the rest."""
    return _NAME.sub(lambda name: known.get(name[1], "*"), form)


@lru_cache(maxsize=4096)
def _pattern(form: str, last: str) -> re.Pattern[str]:
    literals = _NAME.split(form)
    names = literals[1::2]
    parts = []
    for position, text in enumerate(literals):
        if position % 2 == 0:
            parts.append(re.escape(text))
        elif text in names[: position // 2]:
            parts.append(f"(?P={text})")
        else:
            whole = position == len(literals) - 2 and text not in PLACE
            parts.append(f"(?P<{text}>{last if whole else '[^:/]+'})")
    return re.compile("".join(parts), re.DOTALL)
