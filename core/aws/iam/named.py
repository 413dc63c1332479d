"""Which resources a call names: from its parameters to the ARNs that IAM asks about.

Parameters have other names than the same thing in an ARN (``DBInstanceIdentifier``, ``${DbInstanceName}``), and no data
says which is which; they are matched by what is left without the words that only say "name".

Source: the forms of the Service Authorization Reference and the parameters of botocore's models. For some services
every named resource counts, for instance a parameter group that an instance is made with (Amazon RDS User Guide,
"Policy examples for creating, modifying, and deleting resources").
"""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING, Any

from trueup.aws.iam.arn_forms import bind, fill, names_in
from trueup.aws.iam.resources import kinds_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trueup.aws.iam.resources import Kind

__all__ = ["named_resources"]

_ONLY_SAY_NAME = re.compile(r"(arns?|names?|identifiers?|ids?|s)$")

_SHORTEST = 3
"""Letters that two words must have in common at least."""


def named_resources(action: str, parameters: Mapping[str, Any], place: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """Give the resources that a call names.

    Args:
        action: the IAM action that the call needs.
        parameters: the call's parameters; only texts and lists of texts at the top can name anything.
        place: ``Partition``, ``Region`` and ``Account`` of the call.

    Returns:
        The name of each kind that the call names to ARNs, with ``*`` for the parts of them that it leaves open.
    """
    kinds = kinds_of(action)
    found: dict[str, set[str]] = {}
    texts: dict[str, list[str]] = {}
    for name, value in ((name, text) for name, given in parameters.items() for text in _texts(given)):
        kind = next((each for each in kinds if value.startswith("arn:") and bind(each.arn, value)), None)
        if kind is None:
            texts.setdefault(name, []).append(value)
        else:
            found.setdefault(kind.name, set()).add(value)
    told = _told(kinds, texts)
    for kind in kinds:
        names = [name for name in names_in(kind.arn) if name in told]
        # What is told of half of an ARN, beside another that is whole, is where that one is.
        if names and (kind.name not in found or len(names) == len(names_in(kind.arn))):
            choices = product(*(told[name] for name in names))
            arns = {fill(kind.arn, {**place, **dict(zip(names, each, strict=True))}) for each in choices}
            found.setdefault(kind.name, set()).update(arns)
    return {name: frozenset(arns) for name, arns in found.items()}


def _told(kinds: Sequence[Kind], texts: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    """Give each name of the kinds' forms what the parameter that is most like it says; each parameter is used once."""
    alike = sorted(
        (difference, name, parameter)
        for kind in kinds
        for name in names_in(kind.arn)
        for parameter in texts
        if (difference := _difference(name, kind.name, parameter)) is not None
    )
    told: dict[str, Sequence[str]] = {}
    used: set[str] = set()
    for _, name, parameter in alike:
        if name not in told and parameter not in used:
            told[name] = [_last_part(value) for value in texts[parameter]]
            used.add(parameter)
    return told


def _difference(name: str, kind: str, parameter: str) -> int | None:
    """Give how much a name and a parameter differ, None when they are about different things.

    The last name of a kind is often less like the parameter than the kind's own is: ``DBClusterIdentifier`` is told
    from an endpoint of a cluster by the kind ``cluster``.
    """
    word, other = _word(name), _word(parameter)
    if not _alike(word, other):
        return None
    named = _word(re.sub(r"\W", "", kind))
    return min(abs(len(each) - len(other)) for each in (word, named) if each is word or _alike(each, other))


def _alike(word: str, other: str) -> bool:
    # A parameter that begins like the name and goes on says something about the thing, not which one it is.
    return min(len(word), len(other)) >= _SHORTEST and (
        word.endswith(other) or other.endswith(word) or word.startswith(other)
    )


def _word(name: str) -> str:
    word = name.lower()
    while (shorter := _ONLY_SAY_NAME.sub("", word)) != word:
        word = shorter
    return word


def _last_part(value: str) -> str:
    return re.split("[:/]", value)[-1] if value.startswith("arn:") else value


def _texts(value: Any) -> Sequence[str]:
    if isinstance(value, str):
        return (value,)
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list | tuple) else ()
