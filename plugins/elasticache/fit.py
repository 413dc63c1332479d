"""Whether a group is as small as its observed use allows, so that a rule passes what a fix could not make smaller."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.plugins.elasticache.fitting import Load, Size, node_type_fits, shards_fit
from trueup.plugins.elasticache.nodes import known_type
from trueup.plugins.elasticache.replicas import replicas_fit
from trueup.plugins.elasticache.usage import loads

if TYPE_CHECKING:
    from trueup.facts.snapshot import Snapshot

__all__ = ["fit"]


def fit(group: Snapshot) -> dict[str, bool]:
    """Give ``{"node_type", "shards", "replicas"}``: whether each is as small as what was measured allows.

    Facts of the configuration, although they are seen by metrics: they are asked again right after a write, when the
    size is the new one and the metrics are those of the old one. Data in bytes and the engine's thread do not depend on
    the node type; the host's CPU does, and what was measured on larger nodes counts too little then. An end state for
    which that would matter is never planned (see ``fitting.smallest``). They do not ask for an unchanged group.

    Raises:
        UnknownFactError: a series could not be read, or has no data.
    """
    found = Load.of(loads(group))
    size = Size(known_type(group), int(group["capacity.shards"]))
    peak = max(each.engine_percent for each in found)
    return {
        "node_type": node_type_fits(found, size),
        "shards": not group["capacity.cluster_mode"] or shards_fit(found, size),
        "replicas": bool(group["capacity.cluster_mode"]) or replicas_fit(int(group["capacity.replicas"]), peak),
    }
