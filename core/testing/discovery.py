"""Finds the corrections of every installed plugin.

A plugin's entry point names a module (``acme.sqs.plugin``); the corrections of its services stand beside it, in
``acme.sqs.simulated`` as ``CORRECTIONS``. Built-in services are found exactly as strangers are.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec
from typing import TYPE_CHECKING

from trueup.testing.correction import Correction

if TYPE_CHECKING:
    from collections.abc import Iterable
    from importlib.metadata import EntryPoint

__all__ = ["GROUP", "discover_corrections"]

GROUP = "trueup.plugins"


def discover_corrections(points: Iterable[EntryPoint] | None = None) -> tuple[Correction, ...]:
    """All corrections of the plugins that these entry points name, by default all that are installed.

    Raises:
        TypeError: a ``simulated`` module's ``CORRECTIONS`` holds something else.
        ValueError: two corrections have one name.
    """
    found: dict[str, Correction] = {}
    for point in sorted(entry_points(group=GROUP) if points is None else points, key=lambda each: each.name):
        for correction in _corrections_beside(point.module):
            if correction.name in found and found[correction.name] is not correction:
                raise ValueError(
                    f"correction {correction.name!r}: expected a name of its own, found it twice; rename one"
                )
            found[correction.name] = correction
    return tuple(found.values())


def _corrections_beside(module: str) -> tuple[Correction, ...]:
    """The corrections in the ``simulated`` module beside a plugin's module; none when there is no such module."""
    package = module.rpartition(".")[0]
    name = f"{package}.simulated"
    if not package or find_spec(package) is None or find_spec(name) is None:
        return ()
    corrections = tuple(import_module(name).CORRECTIONS)
    for each in corrections:
        if not isinstance(each, Correction):
            raise TypeError(f"{name}.CORRECTIONS: expected Correction objects, found {each!r}")
    return corrections
