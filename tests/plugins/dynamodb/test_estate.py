"""Tests of the plugin over the demo's estate: listed, read, measured and judged through the simulated AWS."""

from __future__ import annotations

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
from trueup.plugins.dynamodb.estate import TABLES, build
from trueup.resource import Resource
from trueup.ruleset.load import load_rules
from trueup.ruleset.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.testing import SimulatedAws

IDLE = "dynamodb-table-on-demand-when-idle"
PITR = "dynamodb-table-pitr-enabled"
PROTECTED = "dynamodb-table-deletion-protection-enabled"
RULES = (IDLE, PITR, PROTECTED)


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
        self.host = Host(["no:awslambda", "no:s3", "no:cloudwatch", "no:reports"])
        self.clock = RemoteClock(aws.environment()["TRUEUP_SIMULATED_CLOCK"])
        self.connection = connect(endpoint_url=aws.endpoint_url)

    def audit(self) -> Mapping[str, Mapping[str, Finding]]:
        """Give the findings by rule and table."""
        sources = [source for source in self.host.rule_sources() if source.service == "dynamodb"]
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

    def facts(self, table: str, *aspects: str) -> Any:
        """Give a snapshot of one table."""
        scope = self.connection.scope("us-east-1")
        arn = f"arn:aws:dynamodb:us-east-1:{scope.account}:table/{table}"
        resource = Resource("dynamodb.table", arn, table, scope.account, "us-east-1")
        reader = ResourceReader(self.host, self.connection, self.clock, [scope])
        return reader.read(self.host.resource_type("dynamodb.table"), resource, aspects)


@pytest.fixture
def account(simulated_aws: SimulatedAws, monkeypatch: pytest.MonkeyPatch) -> Account:
    """The estate's account."""
    return Account(simulated_aws, monkeypatch)


def _verdicts(found: Mapping[str, Finding]) -> dict[str, Verdict]:
    return {table: finding.judgement.verdict for table, finding in found.items()}


def test_the_idle_tables_fail_and_the_busy_one_passes(account: Account) -> None:
    """Judged by a month of metrics, with and without a billing mode summary, with and without an index."""
    found = account.audit()
    fail, good = Verdict.FAIL, Verdict.PASS
    assert {"orders": fail, "inventory": fail, "catalogue": fail, "sessions": good} == _verdicts(found[IDLE])
    for rule in (PITR, PROTECTED):
        assert {table.name: good if table.protected else fail for table in TABLES} == _verdicts(found[rule])


def test_each_read_is_made_once_a_table_and_tags_only_when_asked(account: Account) -> None:
    """Three rules share one description; nothing is read that no rule looks at."""
    account.audit()
    made: dict[str, int] = {}
    for call in account.aws.calls:
        made[call.name] = made.get(call.name, 0) + 1
    made.pop("sts:GetCallerIdentity", None)
    assert {
        "dynamodb:ListTables": 1,
        "dynamodb:DescribeTable": 4,
        "dynamodb:DescribeContinuousBackups": 4,
        "cloudwatch:GetMetricData": 1,
    } == made


def test_every_aspect_is_read(account: Account) -> None:
    """The table with an index shows each fact, the quiet index as measured and unused."""
    declared = account.host.resource_type("dynamodb.table").aspects
    snapshot = account.facts("orders", *declared)
    assert [] == [name for name in declared if isinstance(snapshot.aspects[name], Unknown)]
    assert {"team": "shop"} == snapshot["tags"]
    assert snapshot["table.BillingModeSummary"] is None
    assert {"by-customer": {"read_units": 100, "write_units": 100}} == snapshot["capacity.by_index"]
    assert ("by-customer", 0.0) == (snapshot["indexes"][0]["name"], snapshot["indexes"][0]["utilization"]["peak"])
    assert (8.0, 40.0, 15.0) == tuple(snapshot[f"minute_use.{name}"] for name in ("peak", "read_rate", "write_rate"))
    assert {"read_events": 0.0, "write_events": 0.0} == snapshot["throttling"]


def test_a_table_that_was_on_demand_says_so(account: Account) -> None:
    """AWS keeps the summary of a table that is provisioned again; its capacity reads like any other's."""
    snapshot = account.facts("catalogue", "capacity")
    assert snapshot["table.BillingModeSummary.BillingMode"] == "PROVISIONED"
    assert (snapshot["capacity.mode"], snapshot["capacity.read_units"]) == ("PROVISIONED", 200)


@pytest.mark.parametrize(
    ("operation", "rules"),
    [
        ("dynamodb:DescribeTable", {IDLE, PITR, PROTECTED}),
        ("dynamodb:DescribeContinuousBackups", {PITR}),
        ("cloudwatch:GetMetricData", {IDLE}),
    ],
)
def test_a_denied_read_is_unknown_and_names_its_permission(account: Account, operation: str, rules: set[str]) -> None:
    """What one missing permission hides is unknown; the other rules judge as ever."""
    account.aws.faults.inject(operation, "denied")
    found = account.audit()
    unknown = {rule for rule, tables in found.items() if Verdict.UNKNOWN in _verdicts(tables).values()}
    assert rules == unknown
    for rule in rules:
        for finding in found[rule].values():
            assert finding.judgement.unknown is not None
            assert (Reason.ACCESS_DENIED, operation) == (
                finding.judgement.unknown.reason,
                finding.judgement.unknown.missing_action,
            )


def test_a_table_that_is_too_young_is_unknown(account: Account) -> None:
    """A new table has no month of metrics to be judged by, whatever they show."""
    throughput = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
    account.aws.client("dynamodb").create_table(
        TableName="new-table",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        ProvisionedThroughput=throughput,
    )
    judgement = account.audit()[IDLE]["new-table"].judgement
    assert judgement.verdict is Verdict.UNKNOWN
    assert judgement.unknown is not None
    assert judgement.unknown.reason is Reason.INSUFFICIENT_HISTORY
