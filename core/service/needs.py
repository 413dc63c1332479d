"""What an aspect needs, and in which order the aspects of a type can be made.

Needs are few and declared, so the order is worked out once for a selection and not for each resource.
"""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from trueup.service.declarations import MetricsAspect, ReadAspect

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

    from trueup.service.declarations import AspectDeclaration

__all__ = ["find_cycle", "needs_of", "of_metrics", "reading_order"]


def needs_of(aspect: AspectDeclaration) -> tuple[str, ...]:
    """Give the names of the aspects that must be known before this one."""
    return () if isinstance(aspect, ReadAspect) else aspect.needs


def reading_order(
    aspects: Mapping[str, AspectDeclaration], wanted: Iterable[str], known: Container[str] = ()
) -> tuple[AspectDeclaration, ...]:
    """Give the wanted aspects and all that they need, each after what it needs; without those that are known.

    Raises:
        KeyError: a wanted aspect is not declared.
    """
    sorter: TopologicalSorter[str] = TopologicalSorter()
    left = sorted(set(wanted), reverse=True)
    seen: set[str] = set()
    while left:
        name = left.pop()
        if name not in seen and name not in known:
            seen.add(name)
            needs = [each for each in needs_of(aspects[name]) if each not in known]
            sorter.add(name, *needs)
            left += needs
    return tuple(aspects[name] for name in sorter.static_order())


def find_cycle(aspects: Mapping[str, AspectDeclaration]) -> tuple[str, ...]:
    """Give the names of aspects that need each other in a circle, ending with the first one; empty when none do."""
    try:
        TopologicalSorter({name: needs_of(aspect) for name, aspect in aspects.items()}).prepare()
    except CycleError as error:
        return tuple(reversed(error.args[1]))
    return ()


def of_metrics(aspects: Mapping[str, AspectDeclaration], name: str) -> bool:
    """Say whether an aspect is one of metrics, or comes of one."""
    return any(isinstance(aspect, MetricsAspect) for aspect in reading_order(aspects, [name]))
