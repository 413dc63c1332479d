"""Tests of the fix of an idle reader too many: which one goes, which never does, and how it comes back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.change import Reversible, Risk
from trueup.facts.snapshot import Snapshot
from trueup.plugins.rds.members import instances
from trueup.plugins.rds.removal import creation
from trueup.resource import Resource
from trueup.ruleset.condition import compile_condition

ACTION = "remove-reader"
ROLE = "arn:aws:iam::123456789012:role/monitoring"
KEY = "arn:aws:kms:us-east-1:123456789012:key/1"
MADE: dict[str, Any] = {
    "DBInstanceClass": "db.r7g.large",
    "AvailabilityZone": "us-east-1c",
    "PromotionTier": 15,
    "PubliclyAccessible": True,
    "AutoMinorVersionUpgrade": False,
    "PreferredMaintenanceWindow": "mon:01:00-mon:01:30",
    "MonitoringInterval": 30,
    "MonitoringRoleArn": ROLE,
    "PerformanceInsightsEnabled": True,
    "PerformanceInsightsKMSKeyId": KEY,
    "PerformanceInsightsRetentionPeriod": 31,
    "DatabaseInsightsMode": "advanced",
    "CACertificateIdentifier": "rds-ca-ecc384-g1",
    "DBParameterGroups": [{"DBParameterGroupName": "shop", "ParameterApplyStatus": "in-sync"}],
    "TagList": [{"Key": "team", "Value": "shop"}, {"Key": "aws:cloudformation:stack-name", "Value": "s"}],
}

ALWAYS_SET: dict[str, st.SearchStrategy[Any]] = {
    "PromotionTier": st.integers(0, 15),
    "PubliclyAccessible": st.booleans(),
    "AutoMinorVersionUpgrade": st.booleans(),
    "MonitoringInterval": st.sampled_from([0, 1, 60]),
    "PerformanceInsightsEnabled": st.booleans(),
}
SOMETIMES_SET: dict[str, st.SearchStrategy[Any]] = {
    "AvailabilityZone": st.sampled_from(["us-east-1a", "us-east-1b"]),
    "DatabaseInsightsMode": st.sampled_from(["standard", "advanced"]),
    "CACertificateIdentifier": st.sampled_from(["rds-ca-rsa2048-g1", "rds-ca-ecc384-g1"]),
    "TagList": st.dictionaries(st.text("xyz", min_size=1, max_size=5), st.text(max_size=5), max_size=4).map(
        lambda tags: [{"Key": key, "Value": value} for key, value in tags.items()]
    ),
}
RENAMED = {"PerformanceInsightsEnabled", "DBParameterGroups", "TagList"}


def _gone(change: Any) -> Any:
    return change.steps[0].call.parameters["DBInstanceIdentifier"]


def test_the_reader_that_is_last_in_line_goes(clusters: Any) -> None:
    """Deleted without a final snapshot; destructive, partly reversible, and said why."""
    change = clusters.change(ACTION, clusters.idle())
    assert {"DBInstanceIdentifier": "i3", "SkipFinalSnapshot": True} == dict(change.steps[0].call.parameters)
    assert (Risk.DESTRUCTIVE, Reversible.PARTLY) == (change.risk, change.reversible)
    assert {"instances.i3": None} == dict(change.steps[0].effect)
    assert (10.0, 5.0) == (change.projection["projected_peak_cpu"], change.projection["observed_peak_cpu"])
    assert ("arn:aws:rds:us-east-1:123456789012:db:i3", "arn:aws:rds:us-east-1:123456789012:cluster:shop") == (
        change.steps[0].acts_on
    )
    assert 350.4 == change.savings_monthly["likely"]


def test_the_undo_recreates_every_setting(clusters: Any) -> None:
    """Renamed as CreateDBInstance names them, without AWS's own tags; the role needs to be passed."""
    provisioned = {"DBInstanceClass": "db.r7g.large"}
    members = [clusters.member(1, **provisioned), clusters.member(2, **provisioned), clusters.member(3, **MADE)]
    change = clusters.change(ACTION, clusters.idle(members=members))
    (undo,) = change.steps[0].undo
    assert {
        "DBInstanceIdentifier": "i3",
        "DBClusterIdentifier": "shop",
        "Engine": "aurora-mysql",
        **{
            name: MADE[name]
            for name in MADE
            if name not in {"PerformanceInsightsEnabled", "DBParameterGroups", "TagList"}
        },
        "EnablePerformanceInsights": True,
        "DBParameterGroupName": "shop",
        "Tags": [{"Key": "team", "Value": "shop"}],
    } == dict(undo.parameters)
    member = "arn:aws:rds:us-east-1:123456789012:db:i3"
    assert {"iam:PassRole": (ROLE,), "rds:AddTagsToResource": (member,)} == dict(change.depends)
    assert 201.48 == change.savings_monthly["likely"]


@given(st.fixed_dictionaries(ALWAYS_SET, optional=SOMETIMES_SET))
def test_what_the_undo_makes_is_what_was_there(clusters: Any, made: Any) -> None:
    """Describing what CreateDBInstance was given gives the facts of before."""
    before = _made(clusters, {**clusters.member(2), **made})
    asked = creation("shop", "i2", before)
    groups = [{"DBParameterGroupName": asked["DBParameterGroupName"]}]
    told = {**asked, "PerformanceInsightsEnabled": asked.get("EnablePerformanceInsights", False)}
    assert before == _made(clusters, {**told, "DBParameterGroups": groups, "TagList": asked.get("Tags", [])})


def _made(clusters: Any, member: Any) -> Any:
    """Give a member as the facts have it, without any metric."""
    shop = Resource("rds.db_cluster", "arn:aws:rds:us-east-1:123456789012:cluster:shop", "shop", "123456789012", "")
    return instances(Snapshot(shop, {"members": clusters.schema.normalise("members", [member])}, clusters.now))["i2"]


@pytest.mark.parametrize(
    ("used", "expected"),
    [
        ({"i2": {"connections": 2.0}}, None),
        ({"i2": {"cpu": 10.0}}, None),
        ({"i1": {"connections": 90.0, "cpu": 50.0}}, "i3"),
    ],
)
def test_idle_is_at_most_one_connection_and_little_cpu(clusters: Any, used: Any, expected: str | None) -> None:
    """Of two readers at least; what the writer does is not asked."""
    if expected is None:
        assert clusters.refusal(ACTION, clusters.idle(**used)).passes
    else:
        assert expected == _gone(clusters.change(ACTION, clusters.idle(**used)))


def test_a_busy_third_reader_stays_and_has_room(clusters: Any) -> None:
    """One of the two idle ones goes; the busy one must be able to take its load."""
    assert "i4" == _gone(clusters.change(ACTION, clusters.idle(count=4, i2={"cpu": 50.0, "connections": 30.0})))
    refusal = clusters.refusal(ACTION, clusters.idle(count=4, i2={"cpu": 58.0, "connections": 30.0}))
    assert "above 60 % CPU" in refusal.reason


def test_two_zones_remain(clusters: Any) -> None:
    """The reader in the only other zone stays, even when it is last in line."""
    members = [clusters.member(1), clusters.member(2, AvailabilityZone="us-east-1a"), clusters.member(3)]
    assert "i2" == _gone(clusters.change(ACTION, clusters.idle(members=members)))
    alone = [clusters.member(n, AvailabilityZone="us-east-1a") for n in (1, 2, 3)]
    assert "1 Availability Zone" in clusters.refusal(ACTION, clusters.idle(members=alone)).reason


@pytest.mark.parametrize("kind", ["StaticMembers", "ExcludedMembers"])
def test_members_of_custom_endpoints_stay(clusters: Any, kind: str) -> None:
    """A recreated reader would not be in, or out of, the endpoint again."""
    endpoint = {"DBClusterEndpointIdentifier": "reports", kind: ["i3"]}
    assert "i2" == _gone(clusters.change(ACTION, clusters.idle(endpoints=[endpoint])))
    both = {**endpoint, kind: ["i2", "i3"]}
    assert "custom endpoint reports" in clusters.refusal(ACTION, clusters.idle(endpoints=[both])).reason


def test_the_readers_of_a_secondary_cluster_stay(clusters: Any) -> None:
    """Without a writer, one of them is to become it."""
    described = clusters.described()
    for member in described["DBClusterMembers"]:
        member["IsClusterWriter"] = False
    assert "no writer" in clusters.refusal(ACTION, clusters.idle(described)).reason


def test_the_minimum_of_auto_scaling_is_kept(clusters: Any) -> None:
    """Auto scaling would bring the reader back."""
    for least, allowed in ((1, True), (2, False)):
        target = {"ScalableDimension": "rds:cluster:ReadReplicaCount", "MinCapacity": least, "MaxCapacity": 5}
        snapshot = clusters.idle(autoscaling={"targets": [target]})
        if allowed:
            assert "i3" == _gone(clusters.change(ACTION, snapshot))
        else:
            assert "keeps at least 2" in clusters.refusal(ACTION, snapshot).reason


def test_readers_of_auto_scaling_are_left_to_it(clusters: Any) -> None:
    """It removes what it made."""
    described = clusters.described(2)
    name = "application-autoscaling-1"
    described["DBClusterMembers"].append({"DBInstanceIdentifier": name, "IsClusterWriter": False, "PromotionTier": 15})
    members = [clusters.member(1), clusters.member(2), clusters.member(3, DBInstanceIdentifier=name)]
    assert "i2" == _gone(clusters.change(ACTION, clusters.idle(described, members=members)))


def test_readers_of_other_classes_cannot_take_over(clusters: Any) -> None:
    """A load in percent of one class says nothing of another."""
    members = [clusters.member(1), clusters.member(2), clusters.member(3, DBInstanceClass="db.r7g.large")]
    assert "another class" in clusters.refusal(ACTION, clusters.idle(members=members)).reason


def test_the_writer_is_asked_for_again_right_before_the_call(clusters: Any) -> None:
    """Ready only while another member writes, another one reads, and all are available."""
    ready = compile_condition(clusters.change(ACTION, clusters.idle()).steps[0].ready, schema=clusters.schema)
    assert ready.holds(clusters.idle().aspects) is True
    failed_over = clusters.described()
    for member in failed_over["DBClusterMembers"]:
        member["IsClusterWriter"] = member["DBInstanceIdentifier"] == "i3"
    assert ready.holds(clusters.idle(failed_over).aspects) is False
    assert ready.holds(clusters.idle(count=1).aspects) is False
    moving = [clusters.member(1), clusters.member(2, DBInstanceStatus="modifying"), clusters.member(3)]
    assert ready.holds(clusters.idle(members=moving).aspects) is False
