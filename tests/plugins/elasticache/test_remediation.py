"""What is special about each fix; that it works, once, and can be undone, the contract of every plugin shows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from trueup.applying.options import ApplyOptions
from trueup.plugins.elasticache.estate import GROUPS, build
from trueup.plugins.elasticache.simulation import moving, resharding

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.planning.plan_file import Plan

MODIFY = "elasticache:ModifyReplicationGroup"
RESHARD = "elasticache:ModifyReplicationGroupShardConfiguration"
RIGHT_SIZED = "elasticache-repl-grp-right-sized"
FAILOVER = "elasticache-repl-grp-auto-failover-enabled"
_CHANGED_MINUTES = round((2 * moving.SHARD_SECONDS + moving.NODE_TYPE_SECONDS) / 60) + 3


@dataclass(frozen=True)
class Fix:
    """One rule's fix of one group.

    Args:
        rule: the rule.
        group: the group of the demo that needs it.
        writes: the calls that it takes.
        prepared: what the group is changed to first.
    """

    rule: str
    group: str
    writes: tuple[str, ...] = (MODIFY,)
    prepared: Mapping[str, Any] = field(default_factory=dict)

    @property
    def arn(self) -> str:
        """Give the group's ARN."""
        return f"arn:aws:elasticache:us-east-1:123456789012:replicationgroup:{self.group}"


SIZE = Fix(RIGHT_SIZED, "carts", (RESHARD, MODIFY))
REPLICAS = Fix("elasticache-repl-grp-replicas-right-sized", "leaderboard", ("elasticache:DecreaseReplicaCount",))
FIXES = (
    SIZE,
    REPLICAS,
    Fix(FAILOVER, "leaderboard"),
    Fix("elasticache-repl-grp-multi-az-enabled", "leaderboard", prepared={"AutomaticFailoverEnabled": True}),
    Fix("elasticache-auto-minor-version-upgrade-check", "leaderboard"),
    Fix("elasticache-redis-cluster-automatic-backup-check", "leaderboard"),
)


@pytest.fixture(params=FIXES, ids=lambda fix: fix.rule)
def fix(request: pytest.FixtureRequest) -> Any:
    """One of the fixes."""
    return request.param


@pytest.fixture
def estate(operator: Any) -> Any:
    """The operator of an account with the demo's groups, old enough to be judged, who allows what the fixes need."""
    operator.options = ApplyOptions(allow=("disruptive",), allow_irreversible=True)
    operator.aws.reset(start=datetime.now(UTC) - timedelta(days=40))
    build(operator.aws)
    operator.aws.clock.advance(timedelta(days=39).total_seconds())
    operator.aws.calls.clear()
    return operator


def _prepared(estate: Any, fix: Fix) -> None:
    if fix.prepared:
        client = estate.aws.client("elasticache")
        client.modify_replication_group(ReplicationGroupId=fix.group, ApplyImmediately=True, **fix.prepared)
        estate.aws.clock.advance(600)
        estate.aws.calls.clear()


def _plan(estate: Any, fix: Fix) -> Plan:
    _prepared(estate, fix)
    planned = estate.plan(fix.rule, fix.arn)
    assert planned.plan is not None, estate.findings(planned.run)
    assert [] == planned.over_limits
    plan: Plan = planned.plan
    return plan


def _statuses(estate: Any, run: str) -> list[tuple[str, str | None]]:
    return [(str(record.status), record.reason) for record in estate.changes(run)]


def test_a_plan_writes_nothing(estate: Any, fix: Fix) -> None:
    """Planning reads, and reads only; each call says that it applies at once."""
    steps = [step for change in _plan(estate, fix).changes() for step in change.steps]
    assert fix.writes == tuple(step.call.name for step in steps)
    assert {True} == {call.parameters["ApplyImmediately"] for step in steps for call in (step.call, *step.undo)}
    assert [] == estate.writes()


def test_shards_are_named_by_ids_that_were_read(estate: Any) -> None:
    """Ids have gaps after an earlier change; the plan names shards that are there, and the undo no id at all."""
    client = estate.aws.client("elasticache")
    change = {"ReplicationGroupId": "carts", "ApplyImmediately": True}
    client.modify_replication_group_shard_configuration(NodeGroupCount=4, NodeGroupsToRemove=["0002"], **change)
    estate.aws.clock.advance(timedelta(days=35).total_seconds())
    (planned,) = _plan(estate, SIZE).changes()
    assert {"NodeGroupCount": 3, "NodeGroupsToRemove": ["0005"], **change} == planned.steps[0].call.parameters
    assert {"NodeGroupCount": 4, **change} == planned.steps[0].undo[0].parameters


def test_the_projection_is_of_the_end_state(estate: Any) -> None:
    """Smaller nodes and fewer shards together stay within the limits, and the saving is that of both."""
    (change,) = _plan(estate, SIZE).changes()
    assert 47.49 == pytest.approx(change.projection["projected_peak_memory"], abs=0.01)
    assert 33.33 == pytest.approx(change.projection["projected_peak_cpu"], abs=0.01)
    assert change.savings_monthly is not None
    assert 730 * (10 * 0.411 - 6 * 0.206) == pytest.approx(change.savings_monthly["likely"])
    assert "partly" == change.reversible


def test_a_scale_in_that_ends_early_is_undone_and_said(estate: Any) -> None:
    """A group that is available with four shards is not the three that were planned: it gets its five back."""
    estate.aws.settings[resharding.STOPS_AFTER] = 1
    plan = _plan(estate, SIZE)
    run = estate.apply(plan)
    ((status, reason),) = _statuses(estate, run)
    assert "rolled_back" == status
    assert "capacity.shards: expected 3, found 4" in str(reason)
    (change,) = plan.changes()
    assert change.before == estate.facts(change.resource, *change.before)
    assert [RESHARD, RESHARD] == [call.name for call in estate.writes()]


@pytest.mark.parametrize("pending", [{"CacheNodeType": "cache.r6g.2xlarge"}, {"EngineVersion": "7.2.0"}])
def test_a_group_with_pending_changes_of_nodes_is_left_alone(estate: Any, pending: dict[str, str]) -> None:
    """Any immediate change would apply what somebody put off until maintenance."""
    plan = _plan(estate, SIZE)
    client = estate.aws.client("elasticache")
    client.modify_replication_group(ReplicationGroupId="carts", **pending)
    estate.aws.clock.advance(600)
    estate.aws.calls.clear()
    run = estate.apply(plan)
    ((status, reason),) = _statuses(estate, run)
    assert ("skipped", True) == (status, str(reason).startswith("busy"))
    assert [] == estate.writes()


def test_a_group_near_its_backup_window_is_left_alone(estate: Any) -> None:
    """Shards may move for eight hours; a backup window in six is too near."""
    plan = _plan(estate, SIZE)
    soon = estate.aws.clock.now() + timedelta(hours=6)
    window = f"{soon:%H}:00-{soon + timedelta(hours=1):%H}:00"
    client = estate.aws.client("elasticache")
    client.modify_replication_group(ReplicationGroupId="carts", SnapshotWindow=window, ApplyImmediately=True)
    estate.aws.clock.advance(600)
    estate.aws.calls.clear()
    ((status, reason),) = _statuses(estate, estate.apply(plan))
    assert ("skipped", True) == (status, str(reason).startswith("busy"))
    assert [] == estate.writes()


def test_a_group_with_a_ringing_alarm_on_a_node_is_left_alone(estate: Any) -> None:
    """Somebody is looking at a node already; alarms on other nodes do not matter."""
    plan = _plan(estate, Fix(FAILOVER, "leaderboard"))
    cloudwatch = estate.aws.client("cloudwatch")
    for name, node in (("cpu", "leaderboard-002"), ("other", "carts-0001-001")):
        cloudwatch.put_metric_alarm(
            AlarmName=name,
            Namespace="AWS/ElastiCache",
            MetricName="CPUUtilization",
            Dimensions=[{"Name": "CacheClusterId", "Value": node}],
            ComparisonOperator="GreaterThanThreshold",
            EvaluationPeriods=1,
            Period=60,
            Statistic="Maximum",
            Threshold=80,
        )
    cloudwatch.set_alarm_state(AlarmName="cpu", StateValue="ALARM", StateReason="test")
    estate.aws.calls.clear()
    ((status, reason),) = _statuses(estate, estate.apply(plan))
    assert ("skipped", True) == (status, str(reason).startswith("busy"))
    assert [] == estate.writes()


def test_a_canary_that_is_worse_afterwards_is_rolled_back(estate: Any) -> None:
    """A node that evicts keys in the half hour after the first change undoes it, and the next group is left alone."""
    _add_another(estate)
    plan = estate.plan(RIGHT_SIZED).plan
    first, second = plan.changes()
    begin = estate.clock.now() + timedelta(minutes=_CHANGED_MINUTES)
    points = [(begin + timedelta(minutes=minute), 3.0) for minute in range(30)]
    node = {"CacheClusterId": f"{first.resource.id}-0001-001"}
    estate.aws.metrics.put("AWS/ElastiCache", "Evictions", node, points)
    run = estate.apply(plan)
    assert ["rolled_back", "skipped"] == sorted(status for status, _ in _statuses(estate, run)), _statuses(estate, run)
    for change in (first, second):
        assert change.before == estate.facts(change.resource, *change.before)
    assert {first.resource.id} == {call.parameters["ReplicationGroupId"] for call in estate.writes()}


def _add_another(estate: Any) -> None:
    """Make the account's second over-provisioned cluster, as old as the first."""
    estate.aws.reset(start=datetime.now(UTC) - timedelta(days=40))
    carts = next(group for group in GROUPS if group.name == "carts")
    build(estate.aws, (carts, replace(carts, name="wishes")))
    estate.aws.clock.advance(timedelta(days=39).total_seconds())
    estate.aws.calls.clear()


@pytest.mark.parametrize(
    "operation",
    [
        "elasticache:DescribeCacheClusters",
        "elasticache:ListAllowedNodeTypeModifications",
        "application-autoscaling:DescribeScalableTargets",
    ],
)
def test_nothing_is_resized_when_a_needed_read_is_denied(estate: Any, operation: str) -> None:
    """The group is neither fixed nor called fine: the finding is unknown and names the permission."""
    estate.aws.faults.inject(operation, "denied")
    planned = estate.plan(SIZE.rule)
    assert planned.plan is None
    findings = [each for each in estate.findings(planned.run) if each["verdict"] == "unknown"]
    assert operation in {each["missing_action"] for each in findings}
    assert [] == estate.writes()


def test_a_group_whose_shards_scale_automatically_is_not_resized(estate: Any) -> None:
    """Application Auto Scaling would undo it, and its bounds are what somebody decided on."""
    estate.aws.client("application-autoscaling").register_scalable_target(
        ServiceNamespace="elasticache",
        ResourceId="replication-group/carts",
        ScalableDimension="elasticache:replication-group:NodeGroups",
        MinCapacity=5,
        MaxCapacity=10,
    )
    planned = estate.plan(SIZE.rule, SIZE.arn)
    assert planned.plan is None
