"""Finds and builds the demo's estate: every installed plugin's part of it.

A plugin's part stands beside its module, in ``acme.sqs.estate`` as a function ``build(aws)``; a stranger's service
joins the demo exactly as a built-in one. Beside it may stand ``trouble(aws)``, which makes a fixed resource suffer, so
that a watch has something to see, and gives a sentence that says what it did. ``further(aws)`` and ``PARAMETERS`` are
for the plugin contract alone: resources that the demo does not show, and rule parameters with which a fix is due.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec
from typing import TYPE_CHECKING, TypeAlias

from trueup.testing.discovery import GROUP

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from importlib.metadata import EntryPoint
    from types import ModuleType

    from trueup.testing.server import SimulatedAws

Build: TypeAlias = "Callable[[SimulatedAws], None]"

Trouble: TypeAlias = "Callable[[SimulatedAws], str]"

__all__ = ["BEFORE", "build_estate", "discover_estates", "make_trouble"]

BEFORE = timedelta(days=45)
"""How long before now the clock starts: nothing is judged that is younger than its look-back of 30 days."""


def discover_estates(points: Iterable[EntryPoint] | None = None) -> Iterator[tuple[str, Build]]:
    """Yield the name and the ``build`` of every installed plugin that has an estate, sorted by name."""
    yield from ((name, module.build) for name, module in _modules(points))


def build_estate(aws: SimulatedAws, said: Callable[[str], None] = lambda _name: None) -> None:
    """Build every plugin's part as if ``BEFORE`` ago, and let the time go by until now.

    Args:
        aws: a running simulated AWS whose clock starts ``BEFORE`` ago.
        said: told the name of each part that is being built.
    """
    for name, build in discover_estates():
        said(name)
        build(aws)
    left = (datetime.now(UTC) - aws.clock.now()).total_seconds()
    if left > 0:
        aws.clock.advance(left)


def make_trouble(aws: SimulatedAws, points: Iterable[EntryPoint] | None = None) -> list[str]:
    """Let every estate that can make trouble, from now on; give what each did, for people."""
    makers: list[Trouble] = [module.trouble for _, module in _modules(points) if hasattr(module, "trouble")]
    return [make(aws) for make in makers]


def _modules(points: Iterable[EntryPoint] | None) -> Iterator[tuple[str, ModuleType]]:
    for point in sorted(entry_points(group=GROUP) if points is None else points, key=lambda each: each.name):
        package = point.module.rpartition(".")[0]
        name = f"{package}.estate"
        if package and find_spec(package) is not None and find_spec(name) is not None:
            yield point.name, import_module(name)
