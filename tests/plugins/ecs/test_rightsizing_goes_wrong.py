"""What becomes of a right-sized service when something else happens: scaling, other deployments, tasks that fail."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from trueup.applying.options import ApplyOptions
from trueup.plugins.ecs.estate import build
from trueup.plugins.ecs.simulation.deployments import FAILING
from trueup.testing.shapes import DailyWave

if TYPE_CHECKING:
    from trueup.planning.plan_file import Plan

RULE = "ecs-service-fargate-right-sized"
WEB = "arn:aws:ecs:us-east-1:123456789012:service/shop/web"
NAMED = {"cluster": "shop", "service": "web"}
OF = {"ClusterName": "shop", "ServiceName": "web"}
SECRET = "not-to-be-shown"
TARGET = {
    "ServiceNamespace": "ecs",
    "ResourceId": "service/shop/web",
    "ScalableDimension": "ecs:service:DesiredCount",
}


@pytest.fixture
def estate(operator: Any) -> Any:
    """The operator of an account with the demo's services, old enough to be judged; disruptive changes are allowed."""
    operator.options = ApplyOptions(allow=("disruptive",))
    operator.aws.reset(start=datetime.now(UTC) - timedelta(days=40))
    build(operator.aws)
    operator.aws.clock.advance(timedelta(days=39).total_seconds())
    operator.aws.calls.clear()
    return operator


def planned(estate: Any) -> Plan:
    """Plan the fix of the service; there must be one."""
    made = estate.plan(RULE, WEB)
    assert made.plan is not None, estate.findings(made.run)
    plan: Plan = made.plan
    return plan


def outcome(estate: Any, run: str) -> tuple[str, str | None]:
    """Give what became of the one change of a run."""
    (record,) = estate.changes(run)
    return str(record.status), record.reason


def described(estate: Any) -> Any:
    """Give the service as ECS tells it."""
    return estate.aws.client("ecs").describe_services(cluster="shop", services=["web"])["services"][0]


def definition(estate: Any, name: str) -> Any:
    """Give a task definition with its tags."""
    return estate.aws.client("ecs").describe_task_definition(taskDefinition=name, include=["TAGS"])


def minimum(estate: Any) -> int:
    """Give the minimum of the scalable target."""
    client = estate.aws.client("application-autoscaling")
    return int(client.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"][0]["MinCapacity"])


def test_the_new_revision_is_the_old_one_but_for_its_size(estate: Any) -> None:
    """Containers with their secrets, roles, platform and tags are kept; the run's id is a tag."""
    run = estate.apply(planned(estate))
    old, new = definition(estate, "web:1"), definition(estate, "web:2")
    assert ("512", "1024") == (new["taskDefinition"]["cpu"], new["taskDefinition"]["memory"])
    for name in ("containerDefinitions", "executionRoleArn", "taskRoleArn", "networkMode", "runtimePlatform"):
        assert old["taskDefinition"][name] == new["taskDefinition"][name]
    tags = {each["key"]: each["value"] for each in new["tags"]}
    assert {"team": "shop", "trueup:run": run} == tags


def test_no_secret_is_written_anywhere(estate: Any, tmp_path: Any) -> None:
    """Neither the plan nor the journal holds a value of the environment."""
    plan = planned(estate)
    (change,) = plan.changes()
    assert SECRET not in str(change.to_json())
    estate.apply(plan)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert [] == [path.name for path in files if SECRET.encode() in path.read_bytes()]


def test_the_desired_count_follows_and_a_rollback_raises_it_again(estate: Any) -> None:
    """After the minimum fell a policy scales in; the undo brings eight tasks of the old size back, then the minimum."""
    run = estate.apply(planned(estate))
    assert ("applied", None) == outcome(estate, run)
    assert (8, 3) == (described(estate)["desiredCount"], minimum(estate))
    estate.aws.client("ecs").update_service(**NAMED, desiredCount=3)
    estate.aws.clock.advance(3600)
    estate.aws.calls.clear()
    estate.rollback(run)
    assert "rolled_back" == outcome(estate, run)[0]
    assert (8, 8, "web:1") == (
        described(estate)["desiredCount"],
        minimum(estate),
        described(estate)["taskDefinition"].rpartition("/")[2],
    )
    assert ["ecs:UpdateService", "application-autoscaling:RegisterScalableTarget"] == [
        call.name for call in estate.writes()
    ]
    assert "ACTIVE" == definition(estate, "web:2")["taskDefinition"]["status"]


def test_a_rollback_never_takes_tasks_from_a_busy_service(estate: Any) -> None:
    """Scaled out to twelve meanwhile, it keeps twelve."""
    run = estate.apply(planned(estate))
    estate.aws.client("ecs").update_service(**NAMED, desiredCount=12)
    estate.aws.clock.advance(3600)
    estate.rollback(run)
    assert ("rolled_back", 12) == (outcome(estate, run)[0], described(estate)["desiredCount"])


def test_a_load_that_needs_more_is_verified_too(estate: Any) -> None:
    """Where the projection ends above the targets, the rule passes with what was planned."""
    wave = DailyWave(2.0, 15.0, count=8)
    estate.aws.metrics.put("AWS/ECS", "CPUUtilization", OF, wave, since=estate.clock.now() - timedelta(days=39))
    run = estate.apply(planned(estate))
    assert ("applied", None) == outcome(estate, run)
    assert 4 == minimum(estate)
    assert {"shop/web": "pass"} == estate.verdicts(RULE, WEB)


def deploy(estate: Any, **more: Any) -> str:
    """Let somebody else deploy a revision, and wait until it has settled; give its ARN."""
    client = estate.aws.client("ecs")
    old = client.describe_services(cluster="shop", services=["web"])["services"][0]["taskDefinition"]
    told = definition(estate, old)["taskDefinition"]
    kept = ("family", "cpu", "memory", "containerDefinitions", "requiresCompatibilities", "networkMode")
    arn = client.register_task_definition(**{name: told[name] for name in kept} | more)["taskDefinition"]
    client.update_service(**NAMED, taskDefinition=arn["taskDefinitionArn"])
    estate.aws.clock.advance(7200)
    return str(arn["taskDefinitionArn"])


def test_another_revision_since_the_plan_makes_it_stale(estate: Any) -> None:
    """New code was deployed: what was approved is not what runs."""
    plan = planned(estate)
    deploy(estate)
    estate.aws.calls.clear()
    assert "stale" == outcome(estate, estate.apply(plan))[0]
    assert [] == estate.writes()


def test_another_revision_since_the_apply_is_not_rolled_back(estate: Any) -> None:
    """An undo would deploy old code: it is refused and says what changed."""
    run = estate.apply(planned(estate))
    newer = deploy(estate)
    estate.rollback(run)
    assert "applied" == outcome(estate, run)[0]
    assert newer == described(estate)["taskDefinition"]


def test_a_deployment_that_ecs_gives_up_is_undone(estate: Any) -> None:
    """Tasks of the new size do not start and ECS deploys the old ones again: the minimum goes back, too."""
    breaker = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
    estate.aws.client("ecs").update_service(**NAMED, deploymentConfiguration=breaker)
    plan = planned(estate)
    estate.aws.settings[FAILING] = {"web": 1024}
    status, reason = outcome(estate, estate.apply(plan))
    assert "rolled_back" == status, reason
    assert ("web:1", 8) == (described(estate)["taskDefinition"].rpartition("/")[2], minimum(estate))


def test_a_deployment_that_never_ends_is_never_called_applied(estate: Any) -> None:
    """Without the circuit breaker ECS tries for ever: after an hour the change is left open."""
    plan = planned(estate)
    estate.aws.settings[FAILING] = {"web": 1024}
    began = estate.clock.now()
    status, _ = outcome(estate, estate.apply(plan))
    assert "settling" == status
    assert timedelta(hours=1) <= estate.clock.now() - began


def test_a_lost_answer_registers_again(estate: Any) -> None:
    """Nobody knows whether the revision is there: it is registered once more, which does no harm."""
    estate.aws.faults.inject("ecs:RegisterTaskDefinition", "response_lost", times=1)
    run = estate.apply(planned(estate))
    assert ("applied", None) == outcome(estate, run)
    assert "web:3" == described(estate)["taskDefinition"].rpartition("/")[2]


def test_a_service_just_deployed_is_busy(estate: Any) -> None:
    """Within an hour of a deployment nothing is changed."""
    plan = planned(estate)
    estate.aws.client("ecs").update_service(**NAMED, forceNewDeployment=True)
    estate.aws.clock.advance(600)
    status, reason = outcome(estate, estate.apply(plan))
    assert status == "skipped"
    assert "busy" in str(reason)


def test_an_alarm_is_busy_and_one_that_scales_in_is_not(estate: Any) -> None:
    """The low alarm of target tracking rings at every idle service; any other one means that somebody is looking."""
    plan = planned(estate)
    cloudwatch = estate.aws.client("cloudwatch")
    names = [each["AlarmName"] for each in cloudwatch.describe_alarms()["MetricAlarms"] if "web" in each["AlarmName"]]
    (low,) = (name for name in names if "-AlarmLow-" in name)
    (high,) = (name for name in names if "-AlarmHigh-" in name)
    for name in (low, high):
        cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="a test")
    status, reason = outcome(estate, estate.apply(plan))
    assert (status, "busy") == ("skipped", str(reason)[:4]), reason
    cloudwatch.set_alarm_state(AlarmName=high, StateValue="OK", StateReason="a test")
    assert ("applied", None) == outcome(estate, estate.apply(planned(estate)))


@pytest.mark.parametrize(
    "operation",
    [
        "application-autoscaling:DescribeScalableTargets",
        "application-autoscaling:DescribeScheduledActions",
        "ecs:ListServiceDeployments",
        "ec2:DescribeSubnets",
        "ecs:DescribeTaskDefinition",
    ],
)
def test_nothing_is_planned_when_a_needed_read_is_denied(estate: Any, operation: str) -> None:
    """The service is neither fixed nor called fine: the finding is unknown and names the permission."""
    estate.aws.faults.inject(operation, "denied")
    made = estate.plan(RULE, WEB)
    assert made.plan is None
    (finding,) = estate.findings(made.run)
    assert ("unknown", operation) == (finding["verdict"], finding["missing_action"])
    assert [] == estate.writes()
