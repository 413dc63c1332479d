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
from trueup.plugins.awslambda.estate import FUNCTIONS, build
from trueup.resource import Resource
from trueup.ruleset.load import load_rules
from trueup.ruleset.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.testing import SimulatedAws

SIZED = "lambda-function-memory-right-sized"
RESERVED = "lambda-function-reserved-concurrency-set"
RUNTIME = "lambda-function-runtime-supported"
RULES = (SIZED, RESERVED, RUNTIME)
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
        self.host = Host(["no:dynamodb", "no:s3", "no:cloudwatch", "no:reports"])
        self.clock = RemoteClock(aws.environment()["TRUEUP_SIMULATED_CLOCK"])
        self.connection = connect(endpoint_url=aws.endpoint_url)

    def audit(self) -> Mapping[str, Mapping[str, Finding]]:
        """Give the findings by rule and function."""
        sources = [source for source in self.host.rule_sources() if source.service == "awslambda"]
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

    def facts(self, function: str, *aspects: str) -> Any:
        """Give a snapshot of one function."""
        scope = self.connection.scope("us-east-1")
        arn = f"arn:aws:lambda:us-east-1:{scope.account}:function:{function}"
        resource = Resource("awslambda.function", arn, function, scope.account, "us-east-1")
        reader = ResourceReader(self.host, self.connection, self.clock, [scope])
        return reader.read(self.host.resource_type("awslambda.function"), resource, aspects)


@pytest.fixture
def account(simulated_aws: SimulatedAws, monkeypatch: pytest.MonkeyPatch) -> Account:
    """The estate's account."""
    return Account(simulated_aws, monkeypatch)


def _verdicts(found: Mapping[str, Finding]) -> dict[str, Verdict]:
    return {function: finding.judgement.verdict for function, finding in found.items()}


def test_each_function_gets_the_verdict_that_it_is_there_for(account: Account) -> None:
    """Measured, unmeasured, throttled, reserved, never invoked and versioned functions are told apart."""
    found = account.audit()
    assert {
        "thumbnails": FAIL,
        "importer": UNKNOWN,
        "webhooks": GOOD,
        "payments": FAIL,
        "legacy-report": UNKNOWN,
        "pricing": FAIL,
    } == _verdicts(found[SIZED])
    assert {each.name: GOOD if each.reserved else FAIL for each in FUNCTIONS} == _verdicts(found[RESERVED])
    assert {each.name: FAIL if each.runtime == "nodejs18.x" else GOOD for each in FUNCTIONS} == _verdicts(
        found[RUNTIME]
    )


@pytest.mark.parametrize(
    ("function", "says"), [("importer", "Lambda Insights has no data"), ("legacy-report", "was not invoked")]
)
def test_an_unknown_says_what_is_missing(account: Account, function: str, says: str) -> None:
    """Who reads the finding knows what to do about it."""
    unknown = account.audit()[SIZED][function].judgement.unknown
    assert unknown is not None
    assert Reason.NO_DATA is unknown.reason
    assert says in unknown.detail


def test_each_read_is_made_once_a_function_and_nothing_else_is_read(account: Account) -> None:
    """Three rules share one description; tags, aliases and settings are left to the fixes."""
    account.audit()
    made: dict[str, int] = {}
    for call in account.aws.calls:
        made[call.name] = made.get(call.name, 0) + 1
    made.pop("sts:GetCallerIdentity", None)
    assert {"lambda:ListFunctions": 1, "lambda:GetFunction": 6, "cloudwatch:GetMetricData": 1} == made


def test_every_aspect_is_read(account: Account) -> None:
    """The function with an alias shows each fact, in the units that the schema says."""
    declared = account.host.resource_type("awslambda.function").aspects
    snapshot = account.facts("pricing", *declared)
    assert [] == [name for name in declared if isinstance(snapshot.aspects[name], Unknown)]
    assert {"team": "shop"} == snapshot["tags"]
    assert [("live", "1")] == [(each["Name"], each["FunctionVersion"]) for each in snapshot["aliases"]]
    assert {"reserved": None} == snapshot["concurrency"]
    assert (1000, 900, 90) == tuple(snapshot[f"account.{name}"] for name in ("quota", "unreserved", "peak_unreserved"))
    assert 900 - 100 - 135 == snapshot["account.spare"]
    assert (260.0, 3008.0) == (snapshot["sizing.memory_peak_mib"], snapshot["insights.memory_configured"])
    assert (6000.0, 6.0) == (snapshot["metrics.duration_max"], snapshot["usage.max_duration_seconds"])
    assert {"throttles": 0.0, "error_percent": 0.0} == snapshot["health"]
    assert {"memory": False, "timeout": False} == snapshot["fit"]


def test_nothing_secret_is_in_any_fact(account: Account) -> None:
    """The value of an environment variable is in AWS's answer and in no fact."""
    client = account.aws.client("lambda")
    assert "not-to-be-shown" in str(client.get_function(FunctionName="thumbnails"))
    snapshot = account.facts("thumbnails", *account.host.resource_type("awslambda.function").aspects)
    assert "not-to-be-shown" not in str(snapshot)
    assert "API_TOKEN" not in str(snapshot)


def test_a_mapping_of_an_alias_is_the_functions_own(account: Account) -> None:
    """The Region's mappings are told apart by the whole name, an alias's are found, another function's are not."""
    client, sqs = account.aws.client("lambda"), account.aws.client("sqs")
    for name, limit in (("pricing:live", 7), ("importer", 9)):
        url = sqs.create_queue(QueueName=name.replace(":", "-"))["QueueUrl"]
        queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        client.create_event_source_mapping(
            EventSourceArn=queue, FunctionName=name, ScalingConfig={"MaximumConcurrency": limit}
        )
    sources = {name: account.facts(name, "event_sources")["event_sources"] for name in ("pricing", "importer")}
    assert [1, 1] == [len(each) for each in sources.values()], sources
    assert None is sources["importer"][0]["qualifier"]
    assert sources["pricing"][0]["qualifier"] is not None


@pytest.mark.parametrize(
    ("operation", "rules"),
    [("lambda:GetFunction", {SIZED, RESERVED, RUNTIME}), ("cloudwatch:GetMetricData", {SIZED})],
)
def test_a_denied_read_is_unknown_and_names_its_permission(account: Account, operation: str, rules: set[str]) -> None:
    """What one missing permission hides is unknown; the other rules judge as ever."""
    account.aws.faults.inject(operation, "denied")
    found = account.audit()
    unknown = {rule for rule, functions in found.items() if set(_verdicts(functions).values()) == {UNKNOWN}}
    assert rules == unknown
    for rule in rules:
        for finding in found[rule].values():
            assert finding.judgement.unknown is not None
            assert (Reason.ACCESS_DENIED, operation) == (
                finding.judgement.unknown.reason,
                finding.judgement.unknown.missing_action,
            )


def test_a_function_that_was_just_updated_is_unknown(account: Account) -> None:
    """Other code may need other memory; the month before says nothing of it."""
    account.aws.client("lambda").update_function_configuration(FunctionName="thumbnails", Description="new")
    account.aws.clock.advance(60)
    unknown = account.audit()[SIZED]["thumbnails"].judgement.unknown
    assert unknown is not None
    assert Reason.INSUFFICIENT_HISTORY is unknown.reason
