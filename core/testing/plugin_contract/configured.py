"""The settings of a resource: its configuration facts one by one, without what AWS merely observes.

A fix is held against all of them, so that what it changes besides is seen even where no rule looks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from trueup.facts.unknown import Unknown

if TYPE_CHECKING:
    from trueup.facts.schema import Fact

__all__ = ["configured"]


def configured(fact: Fact, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield the configuration facts of a value, each with its path; a list is one of them, without what is observed.

    Args:
        fact: what the value is declared as.
        value: normalised; what is unknown in it is left out.
    """
    if isinstance(value, Mapping):
        for name, item in value.items():
            part = fact.part(name)
            if part is not None:
                yield from configured(part, item)
    elif isinstance(value, list | tuple):
        kept = [_of_element(fact.element(), each) for each in value]
        yield fact.path, [each for each in kept if each != {}]
    elif fact.kind == "configuration" and not isinstance(value, Unknown):
        yield fact.path, value


def _of_element(element: Fact, value: Any) -> Any:
    return dict(configured(element, value)) if isinstance(value, Mapping | list | tuple) else value
