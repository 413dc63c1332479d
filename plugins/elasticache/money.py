"""What the nodes of a group cost, and what fewer or smaller ones save, from dated list prices.

Nodes are billed by the hour, whatever they do; Valkey costs less than Redis OSS on the same node.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.errors import UnknownFactError
from trueup.facts.unknown import Reason, Unknown
from trueup.service.money import HOURS_A_MONTH, cost, known_prices, saving

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.facts.snapshot import Snapshot

__all__ = ["group_cost", "monthly_saving", "node_hour"]


def node_hour(prices: Mapping[str, Any], engine: str, node_type: str) -> float | None:
    """Give what a node costs an hour, None when it is not known: never 0.

    Args:
        prices: the aspect ``prices``.
        engine: ``redis`` or ``valkey``.
        node_type: e.g. ``cache.r6g.large``.
    """
    price = prices["list"].get("node_hour", {}).get(engine, {}).get(node_type)
    return None if price is None else float(price)


def group_cost(group: Snapshot) -> dict[str, Any]:
    """Give what the group's nodes cost a month; backup storage is not known here and left out.

    Raises:
        UnknownFactError: no price is known.
    """
    engine, name = group["capacity.engine"], group["capacity.node_type"]
    price = node_hour(group["prices"], engine, name)
    if price is None:
        raise UnknownFactError("prices", Unknown(Reason.NO_PRICE, f"no price is known of {name} with {engine}"))
    return cost({"nodes": group["capacity.nodes"] * price * HOURS_A_MONTH})


def monthly_saving(group: Snapshot, *, node_type: str, nodes: int) -> dict[str, Any] | None:
    """Give what another node type or number of nodes saves a month, None when a price is not known.

    Args:
        group: with ``capacity``, ``prices``, ``reserved_nodes``.
        node_type: of every node after the change.
        nodes: how many there are after it.
    """
    prices, engine = known_prices(group), group["capacity.engine"]
    if prices is None:
        return None
    before, after = (node_hour(prices, engine, name) for name in (group["capacity.node_type"], node_type))
    if before is None or after is None:
        return None
    likely = HOURS_A_MONTH * (group["capacity.nodes"] * before - nodes * after)
    reserved = _reserved(group)
    return saving(
        prices,
        low=min(0.0, likely) if reserved else likely,
        likely=likely,
        high=likely,
        assumptions=(
            f"a month has {HOURS_A_MONTH} hours, in which every node runs",
            "backup storage, data transfer and extended support are left out",
            reserved or "no reserved node is active in the Region",
        ),
    )


def _reserved(group: Snapshot) -> str:
    """Give why nodes may be paid for already; empty when they surely are not."""
    nodes = group.get("reserved_nodes")
    if isinstance(nodes, Unknown):
        return f"whether reserved nodes cover the group is not known, so that low is 0: {nodes.sentence()}"
    count = sum(each["CacheNodeCount"] for each in nodes if each["State"] == "active")
    return f"{count} reserved nodes are active in the Region and may cover the group, so that low is 0" if count else ""
