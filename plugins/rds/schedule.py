"""Whether a cluster is left alone by AWS for as long as a change may take: no backup, no maintenance.

A change that AWS's own work cuts into settles late or not at all, and nobody could tell which of the two did what.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from trueup.plugins.rds.history import moment
from trueup.plugins.rds.members import instance_arn

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trueup.facts.snapshot import Snapshot

__all__ = ["SETTLE_SECONDS", "schedule", "window_near"]

SETTLE_SECONDS = 7200
"""How long a change of a cluster may take to settle."""

_SWITCHED = "SWITCHOVER_COMPLETED"
"""A deployment with this status is over, and stays listed until somebody deletes it."""

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MINUTES_A_DAY = 1440


def schedule(cluster: Snapshot) -> dict[str, Any]:
    """Give ``{"quiet", "next"}``: whether nothing of AWS's own is near, and what is; null when nothing.

    Args:
        cluster: with ``cluster``, ``members``, ``region_maintenance``, ``region_blue_green``.

    A change of either side of a blue/green deployment would not reach the other, or be lost with the switchover.

    Source: RDS API, DBCluster (PreferredBackupWindow, PreferredMaintenanceWindow), PendingMaintenanceAction
    (CurrentApplyDate: when the action is applied, whoever opted in), BlueGreenDeployment (Source, Target, Status).
    """
    near = next(_near(cluster), None)
    return {"quiet": near is None, "next": near}


def window_near(window: str, now: datetime, within: timedelta) -> bool:
    """Tell whether a window is open, or opens within a time.

    Args:
        window: ``hh:mm-hh:mm`` of every day, or ``ddd:hh:mm-ddd:hh:mm`` of every week, UTC.
        now: aware.
        within: how far ahead is looked.
    """
    begin_text, _, end_text = window.partition("-")
    weekly = begin_text.count(":") > 1
    cycle = 7 * _MINUTES_A_DAY if weekly else _MINUTES_A_DAY
    begin, end = _minute(begin_text), _minute(end_text)
    now = now.astimezone(UTC)
    minute = (now.weekday() * _MINUTES_A_DAY if weekly else 0) + now.hour * 60 + now.minute
    since = (minute - begin) % cycle
    return since < (end - begin) % cycle or cycle - since <= within.total_seconds() / 60


def _near(cluster: Snapshot) -> Iterator[str]:
    now, within = cluster.read_at, timedelta(seconds=SETTLE_SECONDS)
    if (window := cluster["cluster.PreferredBackupWindow"]) and window_near(window, now, within):
        yield f"backup window {window}"
    windows = {"": cluster["cluster.PreferredMaintenanceWindow"]}
    windows |= {each["DBInstanceIdentifier"]: each.get("PreferredMaintenanceWindow") for each in cluster["members"]}
    for name, window in windows.items():
        if window and window_near(window, now, within):
            yield f"maintenance window {window}{f' of {name}' if name else ''}"
    arns = {cluster.resource.arn, *(instance_arn(cluster, name) for name in windows if name)}
    for each in cluster["region_blue_green"]:
        if each["Status"] != _SWITCHED and cluster.resource.arn in {each.get("Source"), each.get("Target")}:
            yield f"blue/green deployment {each['BlueGreenDeploymentIdentifier']}, {each['Status']}"
    for pending in cluster["region_maintenance"]:
        if pending["ResourceIdentifier"] in arns:
            yield from _due(pending, now + within)


def _due(pending: Mapping[str, Any], until: datetime) -> Iterator[str]:
    for action in pending.get("PendingMaintenanceActionDetails") or ():
        at = action.get("CurrentApplyDate")
        if at is not None and moment(at) <= until:
            yield f"maintenance {action['Action']} of {pending['ResourceIdentifier'].rpartition(':')[2]} at {at}"


def _minute(text: str) -> int:
    *day, hour, minute = text.strip().lower().split(":")
    return (_DAYS.index(day[0]) * _MINUTES_A_DAY if day else 0) + int(hour) * 60 + int(minute)
