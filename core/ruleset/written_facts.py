"""Facts as people and ``trueup facts`` write them: JSON, in which ``{"$unknown": reason}`` is what is not known.

Cases, saved facts and explanations read and write this one form. Looser than the journal's own
(``trueup.facts.encode``), since a person writes it: a reason is enough.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from trueup.facts.unknown import Reason, Unknown
from trueup.facts.validation import fact_problems
from trueup.ruleset.problem import Pointer, Problem
from trueup.ruleset.suggest import did_you_mean

if TYPE_CHECKING:
    from trueup.facts.schema import FactSchema

__all__ = ["RESERVED_NAMES", "read_facts", "write_facts", "written_problems"]

_UNKNOWN = "$unknown"
_DETAIL = "detail"
_SECRET = "$secret"  # noqa: S105 - a name, not a password
_DIGEST = "sha256:"

RESERVED_NAMES = (_UNKNOWN, _SECRET)
"""Names that mean something in written facts, so that no fact can be called so in them."""

_REASONS = tuple(str(reason) for reason in Reason)


def read_facts(schema: FactSchema, written: Mapping[str, Any]) -> dict[str, Any]:
    """Give the aspects that were written, normalised, as a rule judges them.

    A digest of what must not be shown tells nothing, and is ``Unknown``, too.

    Args:
        schema: the facts that are declared.
        written: aspect name to its facts, in which ``written_problems`` finds nothing wrong.
    """
    return {name: schema.normalise(name, _read(value)) for name, value in written.items()}


def written_problems(schema: FactSchema, written: Mapping[str, Any]) -> tuple[Problem, ...]:
    """Give what is wrong with facts as they were written: reasons that are none, and facts that AWS never gives."""
    wrong = tuple(_unknown_problems(written, ()))
    return wrong or fact_problems(schema, _read(written))


def write_facts(value: Any, *, detail: bool = False) -> Any:
    """Give facts as JSON, plain dicts and lists.

    Args:
        value: a JSON-shaped value, ``Unknown`` anywhere in it.
        detail: whether an unknown says what failed, beside its reason.
    """
    if isinstance(value, Unknown):
        return {_UNKNOWN: str(value.reason), **({_DETAIL: value.sentence()} if detail else {})}
    if isinstance(value, Mapping):
        return {name: write_facts(item, detail=detail) for name, item in value.items()}
    return [write_facts(item, detail=detail) for item in value] if isinstance(value, list | tuple) else value


def _read(value: Any) -> Any:
    if isinstance(value, dict):
        if _UNKNOWN in value:
            return Unknown(Reason(value[_UNKNOWN]), str(value.get(_DETAIL, "so the case says")))
        if value.keys() == {_SECRET} and str(value[_SECRET]).startswith(_DIGEST):
            return Unknown(Reason.NOT_READ, "it must not be shown")
        return {name: _read(item) for name, item in value.items()}
    return [_read(item) for item in value] if isinstance(value, list) else value


def _unknown_problems(value: Any, at: Pointer) -> Iterator[Problem]:
    if isinstance(value, dict):
        if _UNKNOWN in value and (value.keys() - {_UNKNOWN, _DETAIL} or value[_UNKNOWN] not in _REASONS):
            found = value[_UNKNOWN]
            near = did_you_mean(str(found), _REASONS) or f"; reasons are {', '.join(_REASONS)}"
            message = f'expected {{"$unknown": reason}} alone with a known reason, found {found!r}{near}'
            yield Problem((*at, _UNKNOWN), message)
            return
        for name, item in value.items():
            yield from _unknown_problems(item, (*at, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _unknown_problems(item, (*at, index))
