"""What is special about each fix; that it works, once, and can be undone, the contract of every plugin shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from trueup.applying.options import ApplyOptions
from trueup.plugins.rds.estate import build
from trueup.plugins.rds.simulation import maintenance, phases
from trueup.testing.shapes import Constant, PerMinute

if TYPE_CHECKING:
    from trueup.planning.plan_file import Plan

SHOP = "arn:aws:rds:us-east-1:123456789012:cluster:shop"
MODIFY = ("rds:ModifyDBCluster",)


@dataclass(frozen=True)
class Fix:
    """One rule's fix of one cluster.

    Args:
        rule: the rule.
        writes: the calls that it takes.
        public: whether the instances are made public first.
    """

    rule: str
    writes: tuple[str, ...] = MODIFY
    public: bool = False


CAPACITY = Fix("rds-aurora-serverless-capacity-right-sized")
READERS = Fix("rds-aurora-idle-readers-removed", ("rds:DeleteDBInstance",))
RETENTION = Fix("rds-aurora-backup-retention-limited")
UPGRADES = Fix("rds-cluster-auto-minor-version-upgrade-enable", ("rds:ModifyDBInstance",) * 2)
PRIVATE = Fix("rds-cluster-instance-public-access-check", ("rds:ModifyDBInstance",), public=True)
PROTECTION = Fix("rds-cluster-deletion-protection-enabled")
FIXES = (
    CAPACITY,
    READERS,
    RETENTION,
    UPGRADES,
    PRIVATE,
    PROTECTION,
    Fix("rds-cluster-copy-tags-to-snapshots-enabled"),
    Fix("rds-cluster-iam-authentication-enabled"),
)


@pytest.fixture(params=FIXES, ids=lambda fix: fix.rule)
def fix(request: pytest.FixtureRequest) -> Any:
    """One of the fixes."""
    return request.param


@pytest.fixture
def estate(operator: Any) -> Any:
    """The operator of an account with the demo's clusters, old enough to be judged, who is allowed everything."""
    operator.aws.reset(start=datetime.now(UTC) - timedelta(days=40))
    build(operator.aws)
    operator.aws.clock.advance(timedelta(days=39).total_seconds())
    operator.aws.calls.clear()
    operator.options = ApplyOptions(allow=("disruptive", "destructive"), allow_irreversible=True)
    return operator


def _prepared(estate: Any, fix: Fix) -> Any:
    if fix.public:
        estate.aws.client("rds").modify_db_instance(DBInstanceIdentifier="shop-2", PubliclyAccessible=True)
        estate.aws.clock.advance(phases.MODIFYING_SECONDS)
        estate.aws.calls.clear()
    return estate


def _plan(estate: Any, fix: Fix) -> Plan:
    planned = _prepared(estate, fix).plan(fix.rule, SHOP)
    assert planned.plan is not None, planned
    assert [] == planned.over_limits
    plan: Plan = planned.plan
    return plan


def _statuses(estate: Any, run: str) -> list[tuple[str, str | None]]:
    return [(str(record.status), record.reason) for record in estate.changes(run)]


def test_a_plan_writes_nothing(estate: Any, fix: Fix) -> None:
    """Planning reads, and reads only."""
    assert fix.writes == tuple(step.call.name for change in _plan(estate, fix).changes() for step in change.steps)
    assert [] == estate.writes()


def test_the_range_goes_down_by_half_with_both_bounds(estate: Any) -> None:
    """The minimum by half, the maximum to what the use needs; the saving is of the hours at the minimum."""
    (change,) = _plan(estate, CAPACITY).changes()
    scaling = {"MinCapacity": 2.0, "MaxCapacity": 4.0}
    assert scaling == change.steps[0].call.parameters["ServerlessV2ScalingConfiguration"]
    assert "pending-reboot" in change.summary
    assert (24.0, 50.0) == tuple(change.projection[f"projected_peak_{name}"] for name in ("cpu", "memory"))
    assert change.savings_monthly is not None
    assert (0.0, 525.6, 525.6) == tuple(change.savings_monthly[name] for name in ("low", "likely", "high"))


def test_a_cluster_that_got_busy_is_left_alone(estate: Any) -> None:
    """Load of the last minutes, which no full hour shows yet, breaches the regression condition before the write."""
    plan = _plan(estate, CAPACITY)
    begin, since = estate.clock.now(), estate.clock.now() - timedelta(days=39)
    busy = PerMinute(lambda minute: 97.0 if minute >= begin.timestamp() else 5.0)
    estate.aws.metrics.put("AWS/RDS", "CPUUtilization", {"DBInstanceIdentifier": "shop-1"}, busy, since=since)
    estate.aws.clock.advance(timedelta(minutes=5).total_seconds())
    run = estate.apply(plan)
    assert [] == estate.writes()
    assert {"skipped", "stale"} >= {status for status, _ in _statuses(estate, run)}


def test_the_recreated_reader_has_everything_but_its_identity(estate: Any) -> None:
    """Class, zone, tier, insights, monitoring, certificate, tags: as before; the resource id is another."""
    client = estate.aws.client("rds")
    before = client.describe_db_instances(DBInstanceIdentifier="shop-3")["DBInstances"][0]
    run = estate.apply(_plan(estate, READERS))
    estate.rollback(run)
    after = client.describe_db_instances(DBInstanceIdentifier="shop-3")["DBInstances"][0]
    other = {name for name in before if before[name] != after.get(name)}
    assert {"DbiResourceId", "InstanceCreateTime", "LatestRestorableTime"} >= other
    assert before["DbiResourceId"] != after["DbiResourceId"]
    assert after["PerformanceInsightsEnabled"] is True


def test_a_reader_that_became_the_writer_is_left(estate: Any) -> None:
    """A failover between plan and apply: nothing is deleted."""
    plan = _plan(estate, READERS)
    estate.aws.client("rds").failover_db_cluster(
        DBClusterIdentifier="shop",
        TargetDBInstanceIdentifier=plan.changes()[0].steps[0].call.parameters["DBInstanceIdentifier"],
    )
    estate.aws.calls.clear()
    run = estate.apply(plan)
    assert [] == estate.writes()
    assert {"stale", "skipped"} >= {status for status, _ in _statuses(estate, run)}


def test_capacity_and_reader_removal_are_never_in_one_plan(estate: Any) -> None:
    """One reduction of capacity a resource and plan."""
    planned = estate.plan("rds-aurora-*", SHOP)
    capacity = [change.action for change in planned.plan.changes() if change.capacity]
    assert len(capacity) == 1


@pytest.mark.parametrize(
    ("rule", "operation"),
    [
        (CAPACITY, "rds:DescribeDBInstances"),
        (CAPACITY, "cloudwatch:GetMetricData"),
        (READERS, "rds:DescribeDBClusterEndpoints"),
        (READERS, "application-autoscaling:DescribeScalableTargets"),
        (UPGRADES, "rds:DescribeDBInstances"),
    ],
)
def test_nothing_is_planned_when_a_needed_read_is_denied(estate: Any, rule: Fix, operation: str) -> None:
    """The finding is unknown and names the permission."""
    estate.aws.faults.inject(operation, "denied")
    planned = estate.plan(rule.rule, SHOP)
    assert planned.plan is None
    (finding,) = estate.findings(planned.run)
    assert ("unknown", operation) == (finding["verdict"], finding["missing_action"])
    assert [] == estate.writes()


def test_a_cluster_with_maintenance_ahead_is_busy(estate: Any) -> None:
    """AWS's own work comes first: the change is skipped, and nothing is sent."""
    soon = (estate.clock.now() + timedelta(minutes=30)).isoformat()
    details = [{"Action": "system-update", "CurrentApplyDate": soon}]
    plan = _plan(estate, PROTECTION)
    estate.aws.settings[maintenance.SETTING] = [
        {"ResourceIdentifier": SHOP, "PendingMaintenanceActionDetails": details}
    ]
    run = estate.apply(plan)
    ((status, reason),) = _statuses(estate, run)
    assert ("skipped", True) == (status, "busy" in str(reason))
    assert [] == estate.writes()


def test_a_cluster_with_an_alarm_on_a_member_is_busy(estate: Any) -> None:
    """Somebody is looking at it already, and a change would blur the cause."""
    plan = _plan(estate, PROTECTION)
    alarms = estate.aws.client("cloudwatch")
    alarms.put_metric_alarm(
        AlarmName="reader-cpu",
        Namespace="AWS/RDS",
        MetricName="CPUUtilization",
        Dimensions=[{"Name": "DBInstanceIdentifier", "Value": "shop-2"}],
        Statistic="Average",
        Period=60,
        EvaluationPeriods=1,
        Threshold=80,
        ComparisonOperator="GreaterThanThreshold",
    )
    alarms.set_alarm_state(AlarmName="reader-cpu", StateValue="ALARM", StateReason="test")
    estate.aws.calls.clear()
    run = estate.apply(plan)
    ((status, reason),) = _statuses(estate, run)
    assert ("skipped", True) == (status, "reader-cpu" in str(reason))
    assert [] == estate.writes()


def test_a_cluster_that_is_being_changed_is_busy(estate: Any) -> None:
    """Somebody else's change is let finish."""
    plan = _plan(estate, PROTECTION)
    estate.aws.client("rds").modify_db_instance(DBInstanceIdentifier="shop-2", PromotionTier=3)
    estate.aws.calls.clear()
    run = estate.apply(plan)
    assert [] == estate.writes()
    assert {"skipped", "stale"} >= {status for status, _ in _statuses(estate, run)}


@pytest.mark.parametrize("fix", [CAPACITY, READERS, UPGRADES], ids=lambda fix: fix.rule)
def test_a_lost_answer_is_decided_by_reading(estate: Any, fix: Fix) -> None:
    """The call took effect and its answer was lost: it is found in effect, and not sent again."""
    plan = _plan(estate, fix)
    estate.aws.faults.inject(fix.writes[0], "response_lost", times=1)
    run = estate.apply(plan)
    assert [("applied", None)] == _statuses(estate, run)
    assert len(fix.writes) == len(estate.writes())


def test_a_recreation_whose_answer_was_lost_is_found(estate: Any) -> None:
    """The undo of a removal makes one reader, not two, and none is refused as being there already."""
    run = estate.apply(_plan(estate, READERS))
    estate.aws.faults.inject("rds:CreateDBInstance", "response_lost", times=1)
    rollback = estate.rollback(run)
    assert ["rolled_back"] == [status for status, _ in _statuses(estate, run)], _statuses(estate, rollback)
    assert 1 == sum(call.name == "rds:CreateDBInstance" for call in estate.writes())


def _second_cluster(aws: Any) -> None:
    """Make one more idle cluster, so that there is a wave after the canary."""
    client, member = aws.client("rds"), {"DBInstanceIdentifier": "archive-1"}
    shop = client.describe_db_clusters(DBClusterIdentifier="shop")["DBClusters"][0]
    client.create_db_cluster(
        DBClusterIdentifier="archive",
        Engine="aurora-mysql",
        MasterUsername="admin",
        MasterUserPassword="not-a-secret",
        ServerlessV2ScalingConfiguration={"MinCapacity": 4, "MaxCapacity": 16},
        PreferredBackupWindow=shop["PreferredBackupWindow"],
        PreferredMaintenanceWindow=shop["PreferredMaintenanceWindow"],
    )
    client.create_db_instance(
        DBInstanceClass="db.serverless",
        Engine="aurora-mysql",
        DBClusterIdentifier="archive",
        PreferredMaintenanceWindow=shop["PreferredMaintenanceWindow"],
        **member,
    )
    values = {
        "CPUUtilization": 3.0,
        "DatabaseConnections": 1.0,
        "ServerlessDatabaseCapacity": 4.0,
        "ACUUtilization": 25.0,
        "FreeableMemory": 28.0 * 2**30,
    }
    for metric, value in values.items():
        aws.metrics.put("AWS/RDS", metric, member, Constant(value), since=aws.clock.now())


def test_load_after_the_canary_brings_its_range_back_and_ends_the_run(operator: Any) -> None:
    """The soak sees the CPU of one instance; the other cluster is not touched."""
    operator.aws.reset(start=datetime.now(UTC) - timedelta(days=40))
    build(operator.aws)
    _second_cluster(operator.aws)
    operator.aws.clock.advance(timedelta(days=39).total_seconds())
    operator.options = ApplyOptions(allow=("disruptive",))
    plan = operator.plan(CAPACITY.rule).plan
    first, second = plan.changes()
    busy, since = operator.clock.now() + timedelta(minutes=10), operator.clock.now() - timedelta(days=38)
    spike = PerMinute(lambda minute: 97.0 if minute >= busy.timestamp() else 3.0)
    member = {"DBInstanceIdentifier": f"{first.resource.id}-1"}
    operator.aws.metrics.put("AWS/RDS", "CPUUtilization", member, spike, since=since)
    operator.aws.calls.clear()
    run = operator.apply(plan)
    assert ["rolled_back", "skipped"] == [status for status, _ in _statuses(operator, run)], _statuses(operator, run)
    assert [first.resource.id] * 2 == [call.parameters["DBClusterIdentifier"] for call in operator.writes()]
    for change in (first, second):
        assert change.before == operator.facts(change.resource, *change.before)
