"""Tests of the kind of capacity that a cluster has, and of what a range of it allows."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.plugins.rds.capacity import acu_for_connections, half_up, max_connections

PLAIN = {"ServerlessV2ScalingConfiguration": None}
PAUSED = {"MinCapacity": 0.0, "MaxCapacity": 8.0, "SecondsUntilAutoPause": 900}


@pytest.mark.parametrize(
    ("described", "size", "expected"),
    [
        ({}, "db.serverless", "serverless-v2"),
        ({}, "db.r7g.large", "provisioned"),
        (PLAIN, "db.r7g.large", "provisioned"),
        ({**PLAIN, "EngineMode": "serverless"}, None, "serverless-v1"),
    ],
)
def test_the_three_kinds_are_told_apart(clusters: Any, described: Any, size: str | None, expected: str) -> None:
    """EngineMode is provisioned for v2 too, and a range that no member uses does not make a cluster one."""
    members = [] if size is None else [clusters.member(1, DBInstanceClass=size)]
    snapshot = clusters.snapshot(clusters.described(len(members), **described), members, {})
    assert expected == snapshot["capacity.generation"]
    assert (expected == "serverless-v2") == (snapshot["capacity.min"] is not None)


def test_the_pause_and_waiting_members_are_told(clusters: Any) -> None:
    """The pause is there while the minimum is 0, and members that wait for a reboot are named."""
    described = clusters.described(2, ServerlessV2ScalingConfiguration=PAUSED)
    described["DBClusterMembers"][1]["DBClusterParameterGroupStatus"] = "pending-reboot"
    snapshot = clusters.idle(described, count=2)
    assert (0.0, 8.0, 900) == tuple(snapshot[f"capacity.{name}"] for name in ("min", "max", "seconds_until_auto_pause"))
    assert ["i2"] == list(snapshot["capacity.pending_reboot"])


@given(st.floats(0, 256))
def test_half_steps_are_rounded_up_by_less_than_one_step(acu: float) -> None:
    """The next half step is never less, and never a whole step more."""
    rounded = half_up(acu)
    assert rounded % 0.5 == 0
    assert -1e-6 < rounded - acu < 0.5 + 1e-6


def test_connections_follow_the_maximum() -> None:
    """The documented defaults; between them the smaller one; PostgreSQL is capped with a minimum of 0.5."""
    assert [90, 135, 135, 2000] == [max_connections("aurora-mysql", 1, most) for most in (1, 4, 7.5, 16)]
    assert [3360, 2000] == [max_connections("aurora-postgresql", least, 16) for least in (1, 0.5)]


@given(st.floats(0, 2500))
def test_the_maximum_for_connections_carries_twice_as_many(peak: float) -> None:
    """A peak is at most half of what the maximum allows by default."""
    for engine in ("aurora-mysql", "aurora-postgresql"):
        assert peak <= max_connections(engine, 1, acu_for_connections(engine, peak)) / 2


def test_no_maximum_carries_more_than_there_is() -> None:
    """More connections than the largest half are carried by none."""
    assert float("inf") == acu_for_connections("aurora-mysql", 2501)
