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
from trueup.plugins.rds.estate import CLUSTERS, build
from trueup.resource import Resource
from trueup.ruleset.load import load_rules
from trueup.ruleset.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.testing import SimulatedAws

CAPACITY = "rds-aurora-serverless-capacity-right-sized"
READERS = "rds-aurora-idle-readers-removed"
RETENTION = "rds-aurora-backup-retention-limited"
UNKNOWN = {CAPACITY}
RULES = (
    CAPACITY,
    READERS,
    RETENTION,
    "rds-aurora-mysql-audit-logging-enabled",
    "rds-aurora-postgresql-logs-to-cloudwatch",
    "rds-cluster-auto-minor-version-upgrade-enable",
    "rds-cluster-copy-tags-to-snapshots-enabled",
    "rds-cluster-deletion-protection-enabled",
    "rds-cluster-encrypted-at-rest",
    "rds-cluster-iam-authentication-enabled",
    "rds-cluster-instance-public-access-check",
    "rds-cluster-multi-az-enabled",
)


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
        self.host = Host(["no:awslambda", "no:dynamodb", "no:s3", "no:cloudwatch", "no:reports"])
        self.clock = RemoteClock(aws.environment()["TRUEUP_SIMULATED_CLOCK"])
        self.connection = connect(endpoint_url=aws.endpoint_url)

    def audit(self) -> Mapping[str, Mapping[str, Finding]]:
        """Give the findings by rule and cluster."""
        sources = [source for source in self.host.rule_sources() if source.service == "rds"]
        rules = load_rules(sources, self.host.fact_schemas()).rules
        found: dict[str, dict[str, Finding]] = {}

        def sink(finding: Finding) -> None:
            found.setdefault(finding.rule, {})[finding.resource.id if finding.resource else ""] = finding

        audit_rules(
            self.host,
            [rules[name].bind() for name in RULES],
            [self.connection.scope("us-east-1")],
            self.connection,
            sink=sink,
            clock=self.clock,
            selection=Selection(),
        )
        assert {} == self.host.broken
        return found

    def facts(self, cluster: str, *aspects: str, **window: Any) -> Any:
        """Give a snapshot of one cluster, metrics of the look-back or of a window."""
        scope = self.connection.scope("us-east-1")
        arn = f"arn:aws:rds:us-east-1:{scope.account}:cluster:{cluster}"
        resource = Resource("rds.db_cluster", arn, cluster, scope.account, "us-east-1")
        reader = ResourceReader(self.host, self.connection, self.clock, [scope])
        return reader.read(self.host.resource_type("rds.db_cluster"), resource, aspects, **window)


@pytest.fixture
def account(simulated_aws: SimulatedAws, monkeypatch: pytest.MonkeyPatch) -> Account:
    """The estate's account."""
    return Account(simulated_aws, monkeypatch)


def _verdicts(found: Mapping[str, Finding]) -> dict[str, Verdict]:
    return {cluster: finding.judgement.verdict for cluster, finding in found.items()}


def test_the_large_cluster_fails_and_the_good_one_passes(account: Account) -> None:
    """Everything that can be right-sized is found, the good cluster is left, and the unmeasured one is unknown."""
    found = account.audit()
    judged = {rule: _verdicts(clusters) for rule, clusters in found.items()}
    applicable = {rule for rule in judged if judged[rule]["ledger"] is not Verdict.NOT_APPLICABLE}
    assert {Verdict.PASS} == {judged[rule]["ledger"] for rule in applicable}
    assert {Verdict.FAIL} == {judged[rule]["shop"] for rule in (CAPACITY, READERS, RETENTION)}
    assert UNKNOWN == {rule for rule in judged if judged[rule]["staging"] is Verdict.UNKNOWN}
    unknown = found[CAPACITY]["staging"].judgement.unknown
    assert unknown is not None
    assert (Reason.INSUFFICIENT_HISTORY, True) == (unknown.reason, "0.0%" in unknown.detail)


def test_each_read_is_made_once_a_cluster_and_the_rest_only_when_asked(account: Account) -> None:
    """All rules share one description; nothing is read that no rule looks at."""
    account.audit()
    made = Counter(call.name for call in account.aws.calls)
    del made["sts:GetCallerIdentity"]
    assert {
        "rds:DescribeDBClusters": 1 + len(CLUSTERS),
        "rds:DescribeDBInstances": len(CLUSTERS),
        "cloudwatch:GetMetricData": 1,
    } == made


def test_every_aspect_is_read(account: Account) -> None:
    """The large cluster shows each fact."""
    declared = account.host.resource_type("rds.db_cluster").aspects
    snapshot = account.facts("shop", *declared)
    assert [] == [name for name in declared if isinstance(snapshot.aspects[name], Unknown)]
    assert {"team": "shop"} == snapshot["tags"]
    assert ("serverless-v2", 4.0, 16.0) == tuple(snapshot[f"capacity.{name}"] for name in ("generation", "min", "max"))
    members = ("members", "readers", "zones", "writer")
    assert (3, 2, 3, "shop-1") == tuple(snapshot[f"topology.{name}"] for name in members)
    assert {"peak_cpu": 6.0, "peak_connections": 8.0, "busiest": "shop-1"} == snapshot["usage"]
    assert {"peak_cpu": 6.0, "peak_acu_utilization": 25.0} == snapshot["load"]
    assert {"quiet": True, "next": None} == snapshot["schedule"]
    assert 12.0 == snapshot["running.acu_average"]
    assert (120.0, 400.0, 280.0) == tuple(snapshot[f"storage.{name}_gib"] for name in ("volume", "backup", "billed"))
    assert snapshot["cost.monthly.likely"] > 1051.2


def test_load_is_told_of_a_few_minutes(account: Account) -> None:
    """A window of five minutes, with points of five minutes, is enough for the regression condition."""
    snapshot = account.facts("shop", "load", window=timedelta(minutes=5), period=300)
    assert 25.0 == snapshot["load.peak_acu_utilization"]
    assert 0 < snapshot["load.peak_cpu"] <= 6.0


@pytest.mark.parametrize(
    ("operation", "known"),
    [
        ("rds:DescribeDBInstances", {"rds-cluster-encrypted-at-rest", "rds-cluster-deletion-protection-enabled"}),
        ("cloudwatch:GetMetricData", {"rds-cluster-encrypted-at-rest", "rds-cluster-multi-az-enabled"}),
    ],
)
def test_a_denied_read_is_unknown_and_names_its_permission(account: Account, operation: str, known: set[str]) -> None:
    """What one missing permission hides is unknown; the other rules judge as ever."""
    account.aws.faults.inject(operation, "denied")
    found = account.audit()
    assert Verdict.UNKNOWN is found[CAPACITY]["shop"].judgement.verdict
    unknown = found[CAPACITY]["shop"].judgement.unknown
    assert unknown is not None
    assert (Reason.ACCESS_DENIED, operation) == (unknown.reason, unknown.missing_action)
    for rule in known:
        assert Verdict.UNKNOWN not in _verdicts(found[rule]).values(), rule


def test_other_engines_are_not_listed(account: Account) -> None:
    """The same call answers Neptune's clusters."""
    account.aws.client("rds").create_db_cluster(DBClusterIdentifier="graph", Engine="neptune")
    assert {"shop", "ledger", "staging"} == set(account.audit()[CAPACITY])


def test_serverless_v1_and_provisioned_clusters_are_no_matter_of_the_range(account: Account) -> None:
    """They are told apart by what AWS answers of them, a provisioned one with a range that no member uses included."""
    client = account.aws.client("rds")
    user = {"MasterUsername": "admin", "MasterUserPassword": "not-a-secret"}
    client.create_db_cluster(DBClusterIdentifier="v1", Engine="aurora-mysql", EngineMode="serverless", **user)
    scaling = {"MinCapacity": 8, "MaxCapacity": 64}
    client.create_db_cluster(
        DBClusterIdentifier="large", Engine="aurora-postgresql", ServerlessV2ScalingConfiguration=scaling, **user
    )
    client.create_db_instance(
        DBInstanceIdentifier="large-1",
        DBInstanceClass="db.r7g.large",
        Engine="aurora-postgresql",
        DBClusterIdentifier="large",
    )
    verdicts = _verdicts(account.audit()[CAPACITY])
    assert [Verdict.NOT_APPLICABLE] * 2 == [verdicts["v1"], verdicts["large"]]
    kinds = {name: account.facts(name, "capacity")["capacity.generation"] for name in ("v1", "large", "shop")}
    assert {"v1": "serverless-v1", "large": "provisioned", "shop": "serverless-v2"} == kinds
