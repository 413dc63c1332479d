"""Tests of what protects a group, and of the alarms on its nodes."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("told", "fact", "expected"),
    [
        ({"AtRestEncryptionEnabled": True}, "encrypted_at_rest", True),
        ({"AtRestEncryptionEnabled": False}, "encrypted_at_rest", False),
        ({"AtRestEncryptionEnabled": False, "StorageEncryptionType": "sse-elasticache"}, "encrypted_at_rest", True),
        ({"AtRestEncryptionEnabled": False, "StorageEncryptionType": "none"}, "encrypted_at_rest", False),
        ({"TransitEncryptionEnabled": False}, "encrypted_in_transit", False),
        ({"TransitEncryptionEnabled": True}, "encrypted_in_transit", True),
        (
            {"TransitEncryptionEnabled": True, "TransitEncryptionMode": "required"},
            "encrypted_in_transit",
            True,
        ),
        (
            {"TransitEncryptionEnabled": True, "TransitEncryptionMode": "preferred"},
            "encrypted_in_transit",
            False,
        ),
        ({}, "authenticated", False),
        ({"AuthTokenEnabled": True}, "authenticated", True),
        ({"UserGroupIds": ["people"]}, "authenticated", True),
        ({}, "log_types", []),
        (
            {"LogDeliveryConfigurations": [{"LogType": "slow-log", "Status": "active"}]},
            "log_types",
            ["slow-log"],
        ),
        ({"LogDeliveryConfigurations": [{"LogType": "slow-log", "Status": "error"}]}, "log_types", []),
    ],
)
def test_protection_is_what_is_in_effect(groups: Any, told: dict[str, Any], fact: str, expected: object) -> None:
    """Whatever way AWS tells it; what only may be, or does not arrive, does not count."""
    assert expected == groups.snapshot(groups.made(**told))[f"protection.{fact}"]


@pytest.mark.parametrize(
    ("engine", "version", "possible"),
    [("redis", "5.0.6", False), ("redis", "6.0.5", True), ("redis", "7.1.0", True), ("valkey", "7.2.6", True)],
)
def test_users_are_possible_since_version_6(groups: Any, engine: str, version: str, *, possible: bool) -> None:
    """The oldest node decides."""
    made = groups.made(Engine=engine)
    made.nodes[-1]["EngineVersion"] = version
    assert possible is groups.snapshot(made)["protection.users_possible"]


def test_one_node_in_the_default_subnets_is_enough(groups: Any) -> None:
    """A group is where its nodes are."""
    made = groups.made()
    assert groups.snapshot(made)["protection.default_subnets"] is False
    made.nodes[2]["CacheSubnetGroupName"] = "default"
    assert groups.snapshot(made)["protection.default_subnets"] is True


def test_only_alarms_on_its_own_nodes_ring_for_a_group(groups: Any) -> None:
    """An alarm on another group's node, however alike its name, is none of its business."""
    made = groups.made()
    made.aspects["alarms"] = [
        {"name": "mine", "nodes": ["carts-0001-002"]},
        {"name": "theirs", "nodes": ["carts2-0001-002", "carts-0001"]},
    ]
    assert ["mine"] == groups.snapshot(made)["ringing"]
