"""Tests of whether AWS itself works on a cluster, or is about to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.plugins.rds.schedule import window_near

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
AHEAD = timedelta(hours=2)
SHOP = "arn:aws:rds:us-east-1:123456789012:cluster:shop"


@pytest.mark.parametrize(
    ("window", "near"),
    [
        ("09:45-10:15", True),
        ("09:30-10:00", False),
        ("12:00-12:30", True),
        ("12:01-12:31", False),
        ("23:45-10:15", True),
        ("mon:09:45-mon:10:15", True),
        ("mon:11:30-mon:12:00", True),
        ("tue:10:00-tue:10:30", False),
        ("Sun:23:30-Mon:10:30", True),
        ("sun:10:00-sun:10:30", False),
    ],
)
def test_a_window_is_near_while_open_and_two_hours_before(window: str, near: bool) -> None:
    """Of every day or of a week, also over midnight."""
    assert near == window_near(window, MONDAY, AHEAD)


@given(st.integers(0, 1439), st.integers(30, 1380), st.integers(0, 7 * 1440))
def test_a_weekly_window_is_near_no_more_often_than_a_daily_one(begin: int, length: int, minute: int) -> None:
    """The same hours on one day only."""
    end = (begin + length) % 1440
    day = ("mon", "tue")[(begin + length) // 1440]
    hours = f"{begin // 60:02}:{begin % 60:02}", f"{end // 60:02}:{end % 60:02}"
    now = MONDAY + timedelta(minutes=minute)
    if window_near(f"mon:{hours[0]}-{day}:{hours[1]}", now, AHEAD):
        assert window_near("-".join(hours), now, AHEAD)


def test_a_quiet_cluster_has_nothing_near(clusters: Any) -> None:
    """No window within two hours and no maintenance with a date."""
    arn, action = SHOP.replace(":cluster:shop", ":db:i2"), {"Action": "system-update"}
    undated = [{"ResourceIdentifier": arn, "PendingMaintenanceActionDetails": [action]}]
    assert {"quiet": True, "next": None} == clusters.idle(region_maintenance=undated)["schedule"]


@pytest.mark.parametrize(
    ("described", "words"),
    [
        ({"PreferredBackupWindow": "11:00-11:30"}, "backup window 11:00-11:30"),
        ({"PreferredMaintenanceWindow": "mon:12:00-mon:12:30"}, "maintenance window mon:12:00-mon:12:30"),
    ],
)
def test_the_windows_of_the_cluster_are_seen(clusters: Any, described: Any, words: str) -> None:
    """Backups and maintenance."""
    assert {"quiet": False, "next": words} == clusters.idle(clusters.described(**described))["schedule"]


def test_the_window_of_a_member_is_seen(clusters: Any) -> None:
    """Each instance has its own."""
    members = [clusters.member(1), clusters.member(2, PreferredMaintenanceWindow="mon:10:00-mon:10:30")]
    assert "of i2" in clusters.idle(members=members)["schedule.next"]


@pytest.mark.parametrize(
    ("side", "status", "quiet"),
    [
        ("Source", "AVAILABLE", False),
        ("Target", "PROVISIONING", False),
        ("Source", "SWITCHOVER_FAILED", False),
        ("Source", "SWITCHOVER_COMPLETED", True),
        ("Other", "AVAILABLE", True),
    ],
)
def test_a_blue_green_deployment_of_the_cluster_is_seen(clusters: Any, side: str, status: str, quiet: bool) -> None:
    """On either side of one a change is lost or missing after the switchover; one that is over does not matter."""
    sides = {name: SHOP if name == side else f"{SHOP}-{name}" for name in ("Source", "Target")}
    found = [{"BlueGreenDeploymentIdentifier": "bgd-1", "Status": status, **sides}]
    schedule = clusters.idle(region_blue_green=found)["schedule"]
    assert quiet == schedule["quiet"]
    assert (None if quiet else f"blue/green deployment bgd-1, {status}") == schedule["next"]


@pytest.mark.parametrize(
    ("name", "minutes", "quiet"), [("db:i2", 90, False), ("cluster:shop", 130, True), ("db:x", 5, True)]
)
def test_dated_maintenance_of_cluster_and_members_is_seen(clusters: Any, name: str, minutes: int, quiet: bool) -> None:
    """Within two hours, and of this cluster only."""
    details = [{"Action": "system-update", "CurrentApplyDate": clusters.now + timedelta(minutes=minutes)}]
    arn = SHOP.replace("cluster:shop", name)
    pending = [{"ResourceIdentifier": arn, "PendingMaintenanceActionDetails": details}]
    assert quiet == clusters.idle(region_maintenance=pending)["schedule.quiet"]
