"""Tests of the plugin over the demo's estate: listed, read, measured and judged through the simulated AWS."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.auditing import audit_rules
from trueup.auditing.resource_reader import ResourceReader
from trueup.aws.connection import connect
from trueup.clock import RemoteClock
from trueup.facts.unknown import Reason, Unknown
from trueup.finding import Finding, Verdict
from trueup.hosting.host import Host
from trueup.plugins.ecs.estate import CLUSTER, SERVICES, build
from trueup.resource import Resource
from trueup.ruleset.load import load_rules
from trueup.ruleset.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.testing import SimulatedAws

RIGHT_SIZED = "ecs-service-fargate-right-sized"
BREAKER = "ecs-service-deployment-circuit-breaker-enabled"
FAIL, GOOD, UNKNOWN = Verdict.FAIL, Verdict.PASS, Verdict.UNKNOWN


class Account:
    """The estate, 40 days old, and what trueup needs to look at it."""

    def __init__(self, aws: SimulatedAws, monkeypatch: pytest.MonkeyPatch) -> None:
        aws.reset(start=datetime.now(UTC) - timedelta(days=40))
        build(aws)
        aws.clock.advance(timedelta(days=39).total_seconds())
        aws.calls.clear()
        for name, value in aws.environment().items():
            monkeypatch.setenv(name, value)
        self.aws = aws
        self.host = Host()
        self.clock = RemoteClock(aws.environment()["TRUEUP_SIMULATED_CLOCK"])
        self.connection = connect(endpoint_url=aws.endpoint_url)

    def audit(self) -> Mapping[str, Mapping[str, Finding]]:
        """Give the findings by rule and service."""
        sources = [source for source in self.host.rule_sources() if source.service == "ecs"]
        rules = load_rules(sources, self.host.fact_schemas()).rules
        found: dict[str, dict[str, Finding]] = {}

        def sink(finding: Finding) -> None:
            found.setdefault(finding.rule, {})[finding.resource.id if finding.resource else ""] = finding

        audit_rules(
            self.host,
            [rule.bind() for rule in rules.values()],
            [self.connection.scope("us-east-1")],
            self.connection,
            sink=sink,
            clock=self.clock,
            selection=Selection(),
        )
        assert {} == self.host.broken
        return found

    def facts(self, name: str, *aspects: str) -> Any:
        """Give a snapshot of one service."""
        scope = self.connection.scope("us-east-1")
        key = f"{CLUSTER}/{name}"
        arn = f"arn:aws:ecs:us-east-1:{scope.account}:service/{key}"
        resource = Resource("ecs.service", arn, key, scope.account, "us-east-1")
        reader = ResourceReader(self.host, self.connection, self.clock, [scope])
        return reader.read(self.host.resource_type("ecs.service"), resource, aspects)


@pytest.fixture
def account(simulated_aws: SimulatedAws, monkeypatch: pytest.MonkeyPatch) -> Account:
    """The estate's account."""
    return Account(simulated_aws, monkeypatch)


def verdicts(found: Mapping[str, Finding]) -> dict[str, Verdict]:
    """Give the verdicts by the service's name within its cluster."""
    return {service.rpartition("/")[2]: finding.judgement.verdict for service, finding in found.items()}


def test_each_service_shows_what_it_is_there_for(account: Account) -> None:
    """One to be made smaller, one of a capacity provider that is busy, one that nobody measured for long."""
    found = account.audit()
    assert {"web": FAIL, "api": GOOD, "worker": UNKNOWN} == verdicts(found[RIGHT_SIZED])
    assert {"web": FAIL, "api": GOOD, "worker": FAIL} == verdicts(found[BREAKER])
    assert {"web": GOOD, "api": GOOD, "worker": FAIL} == verdicts(found["ecs-fargate-latest-platform-version"])
    assert {"web": FAIL, "api": GOOD, "worker": FAIL} == verdicts(found["ecs-containers-readonly-access"])
    assert {"web": GOOD, "api": GOOD, "worker": FAIL} == verdicts(found["ecs-service-assign-public-ip-disabled"])
    assert {service.name: GOOD for service in SERVICES} == verdicts(found["ecs-task-definition-log-configuration"])
    unknown = found[RIGHT_SIZED]["shop/worker"].judgement.unknown
    assert unknown is not None
    assert Reason.INSUFFICIENT_HISTORY is unknown.reason
    assert "hourly points" in unknown.detail


def test_reads_are_few(account: Account) -> None:
    """Services are described ten a call, scaling and subnets once a Region, and secrets for nobody."""
    account.audit()
    made = Counter(call.name for call in account.aws.calls)
    assert 2 == made["ecs:DescribeServices"]
    per_scope = ("ecs:ListClusters", "ecs:ListServices", "ec2:DescribeSubnets", "cloudwatch:GetMetricData")
    scaling = (
        "application-autoscaling:DescribeScalableTargets",
        "application-autoscaling:DescribeScalingPolicies",
        "application-autoscaling:DescribeScheduledActions",
    )
    assert dict.fromkeys((*per_scope, *scaling), 1) == {name: made[name] for name in (*per_scope, *scaling)}
    assert len(SERVICES) == made["ecs:ListServiceDeployments"]


def test_every_aspect_is_read(account: Account) -> None:
    """The scaled service shows each fact."""
    declared = account.host.resource_type("ecs.service").aspects
    snapshot = account.facts("web", *declared)
    assert [] == [name for name in declared if isinstance(snapshot.aspects[name], Unknown)]
    assert {"team": "shop"} == snapshot["tags"]
    assert (8, 1024, 2048, False) == tuple(
        snapshot[f"capacity.{name}"] for name in ("tasks", "cpu", "memory_mib", "resized")
    )
    assert (True, 8, 20, True) == tuple(
        snapshot[f"scaling.{name}"] for name in ("managed", "minimum", "maximum", "scales_in")
    )
    assert ["SHOP_TOKEN", "STAGE"] == list(snapshot["task_definition.containers"][0]["environment_names"])
    assert "not-to-be-shown" not in str({n: v for n, v in snapshot.aspects.items() if n != "container_definitions"})
    assert {"resting": True, "recent": False} == snapshot["rollout"]
    assert (8.0, 288.32) == (snapshot["usage.average_tasks"], snapshot["cost.monthly.likely"])


def test_a_capacity_provider_service_runs_on_fargate(account: Account) -> None:
    """It has no launch type, and is found all the same."""
    snapshot = account.facts("api", "launch", "service")
    assert {"fargate": True, "spot": False} == snapshot["launch"]
    assert snapshot["service.launchType"] is None


def test_what_is_not_there_is_not_found(account: Account) -> None:
    """A service that was deleted meanwhile is unknown, and named so."""
    service = account.facts("gone", "service").aspects["service"]
    assert isinstance(service, Unknown)
    assert Reason.NOT_FOUND is service.reason


@pytest.mark.parametrize(
    ("operation", "rules"),
    [
        ("ecs:DescribeTaskDefinition", {RIGHT_SIZED, "ecs-containers-readonly-access", "ecs-containers-nonprivileged"}),
        ("cloudwatch:GetMetricData", {RIGHT_SIZED}),
        ("application-autoscaling:DescribeScalableTargets", {RIGHT_SIZED}),
    ],
)
def test_a_denied_read_is_unknown_and_names_its_permission(account: Account, operation: str, rules: set[str]) -> None:
    """What one missing permission hides is unknown; the other rules judge as ever."""
    account.aws.faults.inject(operation, "denied")
    found = account.audit()
    for rule in rules:
        for service in ("shop/web", "shop/api"):
            judgement = found[rule][service].judgement
            assert judgement.unknown is not None, (rule, service)
            assert (Reason.ACCESS_DENIED, operation) == (judgement.unknown.reason, judgement.unknown.missing_action)
    assert {"web": FAIL, "api": GOOD, "worker": FAIL} == verdicts(found[BREAKER])
