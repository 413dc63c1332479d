"""Tests of the plugin over the demo's estate: listed, read, measured and judged through the simulated AWS."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING, Any

import pytest

from trueup.facts.unknown import Reason, Unknown
from trueup.plugins.elasticache.estate import GROUPS, build
from trueup.resource import Resource

if TYPE_CHECKING:
    from collections.abc import Mapping

FAIL, PASS, UNKNOWN, LEFT = "fail", "pass", "unknown", "not_applicable"
VERDICTS: Mapping[str, Mapping[str, str]] = {
    "elasticache-repl-grp-right-sized": {"carts": FAIL, "catalogue": PASS, "leaderboard": PASS, "drafts": UNKNOWN},
    "elasticache-repl-grp-replicas-right-sized": {
        "carts": LEFT,
        "catalogue": PASS,
        "leaderboard": FAIL,
        "drafts": PASS,
    },
    "elasticache-repl-grp-encrypted-at-rest": {"carts": PASS, "catalogue": PASS, "leaderboard": FAIL, "drafts": PASS},
    "elasticache-repl-grp-encrypted-in-transit": {
        "carts": PASS,
        "catalogue": PASS,
        "leaderboard": FAIL,
        "drafts": FAIL,
    },
    "elasticache-repl-grp-auto-failover-enabled": {
        "carts": PASS,
        "catalogue": PASS,
        "leaderboard": FAIL,
        "drafts": FAIL,
    },
    "elasticache-repl-grp-multi-az-enabled": {"carts": PASS, "catalogue": PASS, "leaderboard": FAIL, "drafts": LEFT},
    "elasticache-auto-minor-version-upgrade-check": {
        "carts": PASS,
        "catalogue": PASS,
        "leaderboard": FAIL,
        "drafts": PASS,
    },
    "elasticache-redis-cluster-automatic-backup-check": {
        "carts": PASS,
        "catalogue": PASS,
        "leaderboard": FAIL,
        "drafts": FAIL,
    },
    "elasticache-subnet-group-check": {"carts": PASS, "catalogue": PASS, "leaderboard": FAIL, "drafts": FAIL},
    "elasticache-repl-grp-logs-delivered": {"carts": PASS, "catalogue": PASS, "leaderboard": FAIL, "drafts": FAIL},
    "elasticache-repl-grp-redis-auth-enabled": dict.fromkeys(("carts", "catalogue", "leaderboard", "drafts"), LEFT),
}


@pytest.fixture
def estate(operator: Any) -> Any:
    """The operator of an account with the demo's groups, old enough to be judged."""
    operator.aws.reset(start=datetime.now(UTC) - timedelta(days=40))
    build(operator.aws)
    operator.aws.clock.advance(timedelta(days=39).total_seconds())
    operator.aws.calls.clear()
    return operator


def _made(estate: Any) -> dict[str, int]:
    made: dict[str, int] = {}
    for call in estate.aws.calls:
        made[call.name] = made.get(call.name, 0) + 1
    made.pop("sts:GetCallerIdentity", None)
    return made


def _snapshot(estate: Any, group: str, *aspects: str) -> Any:
    arn = f"arn:aws:elasticache:us-east-1:123456789012:replicationgroup:{group}"
    resource = Resource("elasticache.replication_group", arn, group, "123456789012", "us-east-1")
    declared = estate.host.resource_type(resource.type)
    return estate.account().reader().read(declared, resource, set(aspects) or set(declared.aspects))


def test_every_rule_judges_the_estate_as_it_is_meant(estate: Any) -> None:
    """One cluster is too large, one group has too many replicas, one is busy, of one nobody knows."""
    found = {rule: estate.verdicts(rule) for rule in VERDICTS}
    assert {rule: dict(verdicts) for rule, verdicts in VERDICTS.items()} == found


def test_each_read_is_made_once_and_metrics_are_packed(estate: Any) -> None:
    """The Region's nodes are listed once for all groups, and 85 series are at most two pages of metrics."""
    estate.verdicts("elasticache-repl-grp-right-sized")
    made = _made(estate)
    series = 5 * 17
    assert made.pop("cloudwatch:GetMetricData") <= ceil(series / 140) + 1
    assert {
        "elasticache:DescribeReplicationGroups": 1 + len(GROUPS),
        "elasticache:DescribeCacheClusters": 1,
    } == made


def test_every_aspect_is_read(estate: Any) -> None:
    """The cluster shows each fact."""
    snapshot = _snapshot(estate, "carts")
    assert [] == [name for name, value in snapshot.aspects.items() if isinstance(value, Unknown)]
    assert {"team": "shop"} == snapshot["tags"]
    assert ("default.redis7.cluster.on", 25.0, None) == tuple(
        snapshot[f"parameters.{name}"] for name in ("name", "reserved_memory_percent", "reserved_memory_bytes")
    )
    assert (9.0, 14.15) == (snapshot["utilization.peak_cpu"], round(snapshot["utilization.peak_memory"], 2))
    assert snapshot["calm.enough"] is True
    assert 3000.30 == pytest.approx(snapshot["cost.monthly.likely"])


def test_the_unknown_group_says_why(estate: Any) -> None:
    """Twenty days of metrics are no month, whatever they show; what is missing is said."""
    unknown = _snapshot(estate, "drafts", "utilization").get("utilization")
    assert isinstance(unknown, Unknown)
    assert Reason.INSUFFICIENT_HISTORY == unknown.reason
    assert "95%" in unknown.detail


@pytest.mark.parametrize(
    ("operation", "rule"),
    [
        ("elasticache:DescribeReplicationGroups", "elasticache-repl-grp-encrypted-at-rest"),
        ("elasticache:DescribeCacheClusters", "elasticache-repl-grp-encrypted-at-rest"),
        ("cloudwatch:GetMetricData", "elasticache-repl-grp-replicas-right-sized"),
    ],
)
def test_a_denied_read_is_unknown_and_names_its_permission(estate: Any, operation: str, rule: str) -> None:
    """Nothing passes that could not be seen."""
    estate.aws.faults.inject(operation, "denied")
    assert UNKNOWN in estate.verdicts(rule).values()
    (run,) = estate.journal.runs.listing()
    missing = {each["missing_action"] for each in estate.findings(run.id) if each["verdict"] == UNKNOWN}
    assert {operation} == missing
