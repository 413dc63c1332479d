"""What ``plugins list`` says of an installed entry point: who brings it and what became of it.

A record of its own, so that a list needs nothing imported.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["PluginInfo", "Status"]

Status = Literal["available", "loaded", "blocked", "disabled", "broken"]


@dataclass(frozen=True, slots=True)
class PluginInfo:
    """One installed entry point, for ``plugins list``.

    Args:
        name: the service.
        kind: ``plugin`` or ``rules``.
        distribution: the distribution that brings it.
        version: the distribution's version.
        origin: the module.
        status: ``available`` is not imported, since nothing needed it.
        problem: why it is broken; empty unless it is.
    """

    name: str
    kind: Literal["plugin", "rules"]
    distribution: str
    version: str
    origin: str
    status: Status
    problem: str = ""
