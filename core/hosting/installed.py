"""What is installed: the entry points of both groups, read from distributions' metadata without running any code.

One name is one service, so that a rule's resource type says which plugin it needs before anything is imported.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata
from typing import TYPE_CHECKING

from trueup.errors import PluginError

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["OWN_DISTRIBUTION", "PLUGINS", "RULES", "EntryPoint", "installed_entry_points"]

PLUGINS = "trueup.plugins"
RULES = "trueup.rules"

OWN_DISTRIBUTION = "trueup"


@dataclass(frozen=True, slots=True)
class EntryPoint:
    """One line of a distribution's ``entry_points.txt``.

    Args:
        group: ``trueup.plugins`` or ``trueup.rules``.
        name: the service.
        value: the module, perhaps with ``:attribute``.
        distribution: the distribution's name.
        version: the distribution's version.
    """

    group: str
    name: str
    value: str
    distribution: str
    version: str

    @property
    def module(self) -> str:
        """The dotted name of the module."""
        return self.value.partition(":")[0].strip()

    @property
    def attribute(self) -> str:
        """The dotted name inside the module; empty for the module itself."""
        return self.value.partition(":")[2].partition("[")[0].strip()

    @property
    def strange(self) -> bool:
        """Whether it comes from another distribution than trueup."""
        return self.distribution.lower() != OWN_DISTRIBUTION

    def title(self) -> str:
        """Name it in a message: plugin, distribution and version."""
        return f"plugin {self.name} ({self.distribution} {self.version})"


def installed_entry_points(blocked: Collection[str] = ()) -> tuple[EntryPoint, ...]:
    """Read the entry points of both groups, sorted by group and name.

    Args:
        blocked: names whose entry points may collide, since none of them is used.

    Raises:
        PluginError: two distributions, or two lines of one, claim a name in a group; both are named.
    """
    found: dict[tuple[str, str], EntryPoint] = {}
    installed = metadata.entry_points()
    for group in (PLUGINS, RULES):
        for each in installed.select(group=group):
            entry = EntryPoint(group, each.name, each.value, *_distribution(each.dist))
            first = found.setdefault((group, entry.name), entry)
            if first is not entry and entry.name not in blocked:
                message = (
                    f"entry point {entry.name!r} of {group}: expected one distribution to have it, found "
                    f"{first.distribution} {first.version} ({first.value}) and "
                    f"{entry.distribution} {entry.version} ({entry.value}); "
                    f"uninstall one of them or block the name with -p no:{entry.name}"
                )
                raise PluginError(message)
    return tuple(found[key] for key in sorted(found))


@lru_cache(maxsize=64)
def _distribution(distribution: metadata.Distribution | None) -> tuple[str, str]:
    # A half-removed distribution may have entry points and no METADATA any more; to ask for what is missing warns.
    known = distribution.metadata.json if distribution is not None else {}
    return str(known.get("name", "unknown distribution")), str(known.get("version", "without version"))
