"""What AWS answered of a cluster and its members, with what it leaves out when it is off or none.

A password that is pending is among the pending values, so that only their names are kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["AURORA", "cluster", "member"]

AURORA = "DBClusters[?Engine=='aurora-mysql' || Engine=='aurora-postgresql'].DBClusterIdentifier"
"""The Aurora clusters of an answer, as JMESPath."""

_OFF = {
    "DeletionProtection": False,
    "CopyTagsToSnapshot": False,
    "IAMDatabaseAuthenticationEnabled": False,
    "EnabledCloudwatchLogsExports": [],
    "DBClusterMembers": [],
}


def cluster(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Give the one cluster of an answer.

    Source: RDS API, DBCluster: PendingModifiedValues is there only while something is pending.
    """
    (described,) = answer["DBClusters"]
    return {**_OFF, **described, "pending": sorted(described.get("PendingModifiedValues") or {})}


def member(described: Mapping[str, Any]) -> dict[str, Any]:
    """Give an instance. Source: RDS API, DBInstance."""
    return {**described, "pending": sorted(described.get("PendingModifiedValues") or {})}
