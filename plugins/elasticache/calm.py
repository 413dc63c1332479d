"""When AWS itself next disturbs a group: its backup window of every day and its maintenance window of every week.

A change that runs into one of them may be delayed by it, or be mixed up with what the window does.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trueup.facts.snapshot import Snapshot

__all__ = ["RESIZE_HOURS", "SHARD_HOURS", "calm", "hours_until"]

RESIZE_HOURS = 3
SHARD_HOURS = 8
"""The settle limits, in hours: of a group with one shard, and of one with several, whose shards may move."""

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)
_WINDOW = re.compile(r"(?:([a-z]{3}):)?(\d{1,2}):(\d{2})-(?:([a-z]{3}):)?(\d{1,2}):(\d{2})")


def calm(group: Snapshot) -> dict[str, Any]:
    """Give how long until the next backup or maintenance window, and whether a change would be over by then.

    Returns:
        ``{"hours", "enough"}``: 0 hours inside a window. A backup window counts only where backups are made.

    Source: ElastiCache API, ReplicationGroup (SnapshotWindow, daily, UTC), CacheCluster (PreferredMaintenanceWindow,
    weekly, UTC).
    """
    windows = {str(each["maintenance_window"]) for each in group["members"] if each["maintenance_window"]}
    if group["group.SnapshotRetentionLimit"] and group["group.SnapshotWindow"]:
        windows.add(str(group["group.SnapshotWindow"]))
    week = _WEEK / timedelta(hours=1)
    hours = min((hours_until(each, group.read_at) for each in windows), default=week)
    needed = SHARD_HOURS if group["capacity.shards"] > 1 else RESIZE_HOURS
    return {"hours": round(hours, 2), "enough": hours >= needed}


def hours_until(window: str, now: datetime) -> float:
    """Give the hours until a window begins, 0 inside it; one that cannot be read counts as begun.

    Args:
        window: ``05:00-06:00`` for every day, ``sun:23:00-mon:01:30`` for every week.
        now: aware UTC.
    """
    found = _WINDOW.fullmatch(window.strip().lower())
    if found is None or (found[1] or "mon") not in _DAYS or (found[4] or "mon") not in _DAYS:
        return 0.0
    every = _WEEK if found[1] else _DAY
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    monday = midnight - timedelta(days=now.weekday() if found[1] else 0)
    begin = monday + _offset(found[1], found[2], found[3])
    length = (monday + _offset(found[4] or found[1], found[5], found[6]) - begin) % every
    begin -= every * ((begin - now) // every + 1)
    if now < begin + length:
        return 0.0
    return (begin + every - now) / timedelta(hours=1)


def _offset(day: str | None, hour: str, minute: str) -> timedelta:
    return timedelta(days=_DAYS.index(day) if day else 0, hours=int(hour), minutes=int(minute))
