"""The capacity of a cluster in one form, which kind of capacity it has, and what a range of it allows.

Serverless v1, Serverless v2 and provisioned clusters answer alike and take different parameters: they are told apart
here, once, for rules and fixes.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trueup.facts.snapshot import Snapshot

__all__ = [
    "ACU_GIB",
    "MYSQL",
    "POSTGRESQL",
    "PROVISIONED",
    "V1",
    "V2",
    "acu_for_connections",
    "capacity",
    "half_up",
    "max_connections",
]

V1 = "serverless-v1"
V2 = "serverless-v2"
PROVISIONED = "provisioned"

MYSQL = "aurora-mysql"
POSTGRESQL = "aurora-postgresql"

ACU_GIB = 2
"""Memory of an Aurora capacity unit. Source: Aurora user guide, how Aurora Serverless v2 works."""

_STEP = 0.5
_DIGITS = 6

_CONNECTIONS = {
    MYSQL: {1: 90, 4: 135, 8: 1000, 16: 2000, 32: 3000, 64: 4000, 128: 5000},
    POSTGRESQL: {1: 189, 4: 823, 8: 1669, 16: 3360, 32: 5000, 64: 5000, 128: 5000},
}
"""Default ``max_connections`` by maximum ACU.

Source: Aurora user guide, performance and scaling for Aurora Serverless v2, maximum connections.
"""

_CAPPED_CONNECTIONS = 2000
_CAPPED_BELOW = 0.5
"""Aurora PostgreSQL has no more connections when its minimum is not above this. Source: as above."""


def capacity(cluster: Snapshot) -> dict[str, Any]:
    """Give kind and range of a cluster's capacity.

    EngineMode is ``provisioned`` for Serverless v2 too, and a range may be set although no member uses it: what makes
    a cluster Serverless v2 is a member of the class db.serverless.

    Returns:
        ``{"generation", "min", "max", "seconds_until_auto_pause", "pending_reboot"}``; the range in ACU and null for
        what is not Serverless v2, the seconds null unless the minimum is 0, ``pending_reboot`` the members whose
        parameters wait for a reboot.

    Source: RDS API, DBCluster (EngineMode, ServerlessV2ScalingConfiguration), DBClusterMember.
    """
    generation, scaling = _generation(cluster), None
    if generation == V2:
        scaling = cluster["cluster.ServerlessV2ScalingConfiguration"]
    waiting = [
        each["DBInstanceIdentifier"]
        for each in cluster["cluster.DBClusterMembers"]
        if each.get("DBClusterParameterGroupStatus") == "pending-reboot"
    ]
    return {
        "generation": generation,
        "min": float(scaling["MinCapacity"]) if scaling else None,
        "max": float(scaling["MaxCapacity"]) if scaling else None,
        "seconds_until_auto_pause": scaling.get("SecondsUntilAutoPause") if scaling else None,
        "pending_reboot": sorted(waiting),
    }


def half_up(acu: float) -> float:
    """Give the next half step that is at least as much: AWS takes no others.

    Source: RDS API, ServerlessV2ScalingConfiguration.
    """
    return ceil(round(acu / _STEP, _DIGITS)) * _STEP


def max_connections(engine: str, least: float, most: float) -> int:
    """Give the default ``max_connections`` of a range, or fewer: between two known sizes that of the smaller one.

    Args:
        engine: ``aurora-mysql`` or ``aurora-postgresql``.
        least: the minimum in ACU.
        most: the maximum in ACU, at least 1.
    """
    known = max(connections for acu, connections in _CONNECTIONS[engine].items() if acu <= most)
    return min(known, _CAPPED_CONNECTIONS) if engine == POSTGRESQL and least <= _CAPPED_BELOW else known


def acu_for_connections(engine: str, peak: float) -> float:
    """Give the smallest known maximum of which a peak of connections is at most half; infinite when none is enough."""
    fitting = (acu for acu, connections in sorted(_CONNECTIONS[engine].items()) if peak <= connections / 2)
    return float(next(fitting, float("inf")))


def _generation(cluster: Snapshot) -> str:
    if cluster["cluster.EngineMode"] == "serverless":
        return V1
    scaled = cluster["cluster.ServerlessV2ScalingConfiguration"] is not None
    return V2 if scaled and cluster["topology.serverless"] else PROVISIONED
