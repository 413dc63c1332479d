"""Whether a group is as small as its observed use allows, so that a rule passes what a fix could not make smaller."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.plugins.elasticache.fitting import Observed, Size, node_type_fits, shards_fit
from trueup.plugins.elasticache.nodes import known_type
from trueup.plugins.elasticache.replicas import Work, replicas_fit

if TYPE_CHECKING:
    from trueup.facts.snapshot import Snapshot

__all__ = ["fit"]


def fit(group: Snapshot) -> dict[str, bool]:
    """Give ``{"node_type", "shards", "replicas"}``: whether each is as small as the observed load allows.

    Facts of the configuration, held against the load and the size that it was observed with: right after a write the
    size is the new one, and both are those of before. Later the metrics of before say nothing any more, since no API
    tells which nodes and shards they were of: the history is too short then, and so the fit is not known.

    Raises:
        UnknownFactError: the history is too short, or a series has no data.
    """
    observed = Observed.of(group)
    size = Size(known_type(group), int(group["capacity.shards"]))
    by_mode = bool(group["capacity.cluster_mode"])
    return {
        "node_type": node_type_fits(observed, size),
        "shards": not by_mode or shards_fit(observed, size),
        "replicas": by_mode or replicas_fit(int(group["capacity.replicas"]), Work.of(group)),
    }
