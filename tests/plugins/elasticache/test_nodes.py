"""Tests of the nodes of a group, its capacity, and whether it is at rest."""

from __future__ import annotations

from typing import Any

import pytest

from trueup.facts.unknown import Reason, Unknown
from trueup.plugins.elasticache.nodes import version_of


def test_capacity_is_told_in_one_form(groups: Any) -> None:
    """Node type, shards by their ids, replicas, and what a node of the type has."""
    capacity = groups.idle(shards=3)["capacity"]
    assert ("cache.r6g.xlarge", "r6g", "xlarge", 4) == tuple(
        capacity[name] for name in ("node_type", "family", "size", "vcpus")
    )
    assert (3, 1, 6, ["0001", "0002", "0003"]) == tuple(
        capacity[name] for name in ("shards", "replicas", "nodes", "shard_ids")
    )


def test_members_have_what_the_group_does_not_tell(groups: Any) -> None:
    """Version, parameter group and windows come from the cache clusters."""
    first = groups.idle(cluster_mode=False, shards=1)["members"][0]
    assert ("carts-001", "0001", "primary", "7.1.0", "own") == tuple(
        first[name] for name in ("id", "shard", "role", "engine_version", "parameter_group")
    )


def test_a_member_that_is_not_listed_makes_them_unknown(groups: Any) -> None:
    """A list that is short by one node must not be taken for a group that is."""
    made = groups.measured(groups.made())
    gone = made.nodes.pop()["CacheClusterId"]
    snapshot = groups.snapshot(made)
    for aspect in ("members", "state", "utilization", "protection"):
        found = snapshot.get(aspect)
        assert isinstance(found, Unknown)
        assert Reason.NOT_FOUND == found.reason
        assert gone in found.detail


def test_a_group_at_rest_is_so(groups: Any) -> None:
    """Available, nothing pending, one node type; empty names of pending values are nothing."""
    made = groups.made(PendingModifiedValues={"LogDeliveryConfigurations": []})
    assert {"at_rest": True, "available": True, "pending": False, "uniform": True} == groups.snapshot(made)["state"]


@pytest.mark.parametrize(
    ("change", "fact"),
    [
        (lambda made: made.group.update(Status="modifying"), "available"),
        (lambda made: made.group.update(Status="snapshotting"), "available"),
        (lambda made: made.group["NodeGroups"][1].update(Status="modifying"), "available"),
        (lambda made: made.nodes[4].update(CacheClusterStatus="rebooting cluster nodes"), "available"),
        (lambda made: made.nodes[4].update(CacheNodeType="cache.r6g.large"), "uniform"),
        (lambda made: made.group.update(PendingModifiedValues={"AutomaticFailoverStatus": "disabled"}), "pending"),
        (lambda made: made.group.update(PendingModifiedValues={"TransitEncryptionEnabled": False}), "pending"),
        (
            lambda made: made.group.update(
                PendingModifiedValues={"Resharding": {"SlotMigration": {"ProgressPercentage": 0.0}}}
            ),
            "pending",
        ),
        (lambda made: made.nodes[4].update(PendingModifiedValues={"CacheNodeType": "cache.r6g.large"}), "pending"),
    ],
)
def test_whatever_moves_is_seen(groups: Any, change: Any, fact: str) -> None:
    """The group, a shard or a single node keeps it from rest."""
    made = groups.made()
    change(made)
    state = groups.snapshot(made)["state"]
    assert state["at_rest"] is False
    assert (fact == "pending") is state[fact]


@pytest.mark.parametrize(
    ("text", "numbers"), [("7.1", (7, 1)), ("5.0.5", (5, 0, 5)), ("3.2.10", (3, 2, 10)), ("6.x", (6, 0))]
)
def test_versions_compare_as_numbers(text: str, numbers: tuple[int, ...]) -> None:
    """3.2.10 is later than 3.2.9."""
    assert numbers == version_of(text)
