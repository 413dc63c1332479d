"""Which node types a group may change to: asked from AWS, and what is not on the list is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.plugins.elasticache.node_types import node_type, node_types
from trueup.plugins.elasticache.simulation.groups import group_of
from trueup.testing.correction import Correction

if TYPE_CHECKING:
    from trueup.testing.correction import Proceed, Simulation, Undo
    from trueup.testing.exchange import Answer, ApiRequest

__all__ = ["ALLOWED", "allowed"]


def allowed(name: str) -> tuple[list[str], list[str]]:
    """The node types that a node type can be scaled up and down to.

    Which ones AWS gives is not documented; here they are all others of the known ones, by memory.
    """
    present = node_type(name)
    if present is None:
        return [], []
    others = [each for each in node_types().values() if each.name != name]
    up = [each.name for each in others if each.memory_bytes >= present.memory_bytes]
    down = [each.name for each in others if each.memory_bytes <= present.memory_bytes]
    return sorted(up), sorted(down)


def _install(aws: Simulation) -> Undo:
    def answer(request: ApiRequest, proceed: Proceed) -> Answer:
        if "ReplicationGroupId" not in request.parameters:
            return proceed(request)
        up, down = allowed(group_of(request).cache_node_type)
        return request.answer({"ScaleUpModifications": up, "ScaleDownModifications": down})

    return aws.answer("elasticache:ListAllowedNodeTypeModifications", answer)


ALLOWED = Correction(
    name="elasticache-allowed-node-types",
    service="elasticache",
    says="the node types that a group can be scaled to are listed; moto has no such call",
    source="botocore model elasticache:ListAllowedNodeTypeModifications, AllowedNodeTypeModificationsMessage",
    install=_install,
)
