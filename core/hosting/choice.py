"""Which of the installed plugins take part: ``-p NAME``, ``-p no:NAME`` and ``TRUEUP_DISABLE_PLUGIN_AUTOLOAD``.

As in pytest: what is installed takes part by itself; a plugin can be blocked by name; and a run that must not depend
on what else is installed switches strangers' plugins off and names the ones it wants. What trueup itself brings is no
stranger and only goes when it is blocked, as with pytest's own plugins.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from trueup.hosting.installed import EntryPoint

__all__ = ["AUTOLOAD_OFF", "PluginChoice"]

AUTOLOAD_OFF = "TRUEUP_DISABLE_PLUGIN_AUTOLOAD"

_BLOCK = "no:"


@dataclass(frozen=True, slots=True)
class PluginChoice:
    """What the user said about plugins.

    Args:
        blocked: names that take no part.
        requested: names that take part even when strangers do not by themselves.
        autoload: whether strangers' plugins take part by themselves.
    """

    blocked: frozenset[str] = frozenset()
    requested: frozenset[str] = frozenset()
    autoload: bool = True

    @classmethod
    def parse(cls, options: Iterable[str], environment: Mapping[str, str]) -> PluginChoice:
        """Read the values of the ``-p`` options, in their order: the last word on a name counts."""
        blocked: set[str] = set()
        requested: set[str] = set()
        for option in options:
            name = option.removeprefix(_BLOCK)
            wanted, other = (blocked, requested) if option.startswith(_BLOCK) else (requested, blocked)
            wanted.add(name)
            other.discard(name)
        return cls(frozenset(blocked), frozenset(requested), not environment.get(AUTOLOAD_OFF))

    def status(self, entry: EntryPoint) -> Literal["available", "blocked", "disabled"]:
        """Say whether an entry point takes part, and why not."""
        if entry.name in self.blocked:
            return "blocked"
        if entry.strange and not self.autoload and entry.name not in self.requested:
            return "disabled"
        return "available"
