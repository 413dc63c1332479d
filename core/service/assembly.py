"""Puts a plugin class's marked methods together into resource types.

Apart from the checks of a finished resource type, since only here can two methods claim one name or a noun be missing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from trueup.change import Risk
from trueup.ruleset.suggest import did_you_mean
from trueup.service.marks import Mark, marks_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from trueup.service.declarations import ActionDeclaration, AspectDeclaration, ResourceType

__all__ = ["assemble", "mark_problems", "marked_methods"]


def marked_methods(owner: type) -> tuple[tuple[str, Mark], ...]:
    """Give the marked methods' names with their marks, base classes first, in the order of definition."""
    names = dict.fromkeys(name for base in reversed(owner.__mro__) for name in vars(base))
    return tuple((name, mark) for name in names for mark in marks_of(getattr(owner, name, None)))


def mark_problems(marked: Iterable[tuple[str, Mark]]) -> list[str]:
    """Name what keeps the marks from being put together: a name used twice, a noun that is no resource."""
    marked = tuple(marked)
    nouns = [mark.noun for _, mark in marked if mark.kind == "resource"]
    problems: list[str] = []
    seen: dict[tuple[str, str, str], str] = {}
    for method, mark in marked:
        first = seen.setdefault((mark.kind, mark.noun, mark.name), method)
        if first != method:
            problems.append(f"{mark.kind} {mark.name!r} of {mark.noun!r} is declared twice, by {first} and by {method}")
        if mark.noun not in nouns:
            problems.append(
                f"{mark.kind} {mark.name!r} is declared for {mark.noun!r}, expected a declared resource"
                f"{did_you_mean(mark.noun, nouns)}"
            )
    return problems


def assemble(
    service: str, marked: Iterable[tuple[str, Mark]], method: Callable[[str], Callable[..., Any]]
) -> tuple[ResourceType, ...]:
    """Make the resource types.

    Args:
        service: the plugin's name, the prefix of each type's.
        marked: method names and marks, without problems.
        method: gives the method of a name, bound or not.
    """
    types: list[ResourceType] = []
    aspects: dict[str, dict[str, AspectDeclaration]] = {}
    actions: dict[str, dict[str, ActionDeclaration]] = {}
    for name, mark in marked:
        declaration = mark.declare(method(name))
        if mark.kind == "resource":
            types.append(declaration)
        elif mark.kind == "aspect":
            aspects.setdefault(mark.noun, {})[mark.name] = declaration
        else:
            actions.setdefault(mark.noun, {})[mark.name] = replace(declaration, risk=_risk(declaration.risk))
    return tuple(_complete(service, each, aspects.get(each.name, {}), actions.get(each.name, {})) for each in types)


def _complete(
    service: str,
    resource_type: ResourceType,
    aspects: Mapping[str, AspectDeclaration],
    actions: Mapping[str, ActionDeclaration],
) -> ResourceType:
    return replace(resource_type, name=f"{service}.{resource_type.name}", aspects=aspects, actions=actions)


def _risk(risk: Any) -> Any:
    """Give the risk of a name; what is none is left for the check to name."""
    return Risk(risk) if risk in tuple(Risk) else risk
