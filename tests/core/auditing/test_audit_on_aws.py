"""A stranger's plugin audited on the simulated AWS: each way a read can fail ends as unknown, and only there."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.auditing import audit_rules
from trueup.aws.connection import connect
from trueup.aws.settings import ClientSettings
from trueup.clock import SystemClock
from trueup.facts.schema import FactSchema
from trueup.ruleset.rule import BoundRule, Rule
from trueup.ruleset.selection import Selection
from trueup.service.declarations import MetricQuery
from trueup.service.plugin import ServicePlugin, aspect, metrics, resource

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from trueup.auditing.scope import AuditScope
    from trueup.finding import Finding
    from trueup.service.declarations import ResourceType
    from trueup.testing.faults import FaultKind
    from trueup.testing.server import SimulatedAws

FAST = ClientSettings(workers=4, attempts=1, connect_timeout_seconds=2, read_timeout_seconds=0.5)

FAULTS: dict[FaultKind, str] = {
    "denied": "access denied",
    "throttled": "throttled",
    "timeout": "timed out",
    "reset": "connection lost",
    "server_error": "server error",
    "cut_off": "answer cut off",
}


class SqsPlugin(ServicePlugin):
    """Queues."""

    service = "sqs"

    @resource("queue", key="Url", arn="arn:{partition}:sqs:{region}:{account}:{Name}", lists="sqs:ListQueues")
    def queues(self, aws: Any) -> Any:
        """List."""
        for url in aws.paginate("sqs:ListQueues", "QueueUrls[]"):
            yield {"Url": url, "Name": url.rpartition("/")[2]}

    @aspect("queue", reads="sqs:GetQueueAttributes")
    def attributes(self, aws: Any, queue: Any) -> Any:
        """Read."""
        return aws.call("sqs:GetQueueAttributes", QueueUrl=queue.id, AttributeNames=["All"])["Attributes"]

    @metrics("queue", name="metrics")
    def hourly(self, snapshot: Any) -> Any:
        """Measure."""
        queue = {"QueueName": snapshot.resource.id.rpartition("/")[2]}
        yield MetricQuery("sent", "AWS/SQS", "NumberOfMessagesSent", queue, "Sum", "messages", "sum")


SCHEMA = FactSchema(
    {
        "title": "sqs.queue",
        "properties": {
            "attributes": {
                "type": "object",
                "description": "d",
                "x-kind": "configuration",
                "properties": {"VisibilityTimeout": {"type": "string", "description": "d"}},
            },
            "metrics": {
                "type": "object",
                "description": "d",
                "x-kind": "observed",
                "properties": {"sent": {"type": "number", "description": "d"}},
            },
        },
    }
)


class SqsHost:
    """A host with this one plugin."""

    def __init__(self) -> None:
        self.plugin = SqsPlugin()

    def resource_types(self, _service: str) -> Mapping[str, ResourceType]:
        """Give its types."""
        return {each.name: each for each in self.plugin.types}

    def fact_schemas(self) -> Mapping[str, FactSchema]:
        """Give its facts."""
        return {"sqs.queue": SCHEMA}

    def audit(self, _service: str, scope: AuditScope, rules: Sequence[BoundRule]) -> Generator[Finding]:
        """Let it judge."""
        yield from self.plugin.audit(scope, rules)


def rule(name: str, expect: Mapping[str, Any]) -> BoundRule:
    """Give a rule about queues."""
    document = {"id": name, "title": "t", "resource": "sqs.queue", "category": "cost", "severity": "low"}
    return Rule.from_document({**document, "stage": "stable", "rationale": "why", "expect": expect}, SCHEMA).bind()


QUICK = rule("quick", {"attributes.VisibilityTimeout": {"const": "30"}})
USED = rule("used", {"metrics.sent": {"minimum": 1}})


@pytest.fixture
def estate(simulated_aws: SimulatedAws, monkeypatch: pytest.MonkeyPatch) -> SimulatedAws:
    """Three queues, ``q1`` a slow one, each with a month of messages."""
    for name, value in simulated_aws.environment().items():
        monkeypatch.setenv(name, value)
    client = simulated_aws.client("sqs")
    for name, seconds in (("q0", "30"), ("q1", "60"), ("q2", "30")):
        client.create_queue(QueueName=name, Attributes={"VisibilityTimeout": seconds})
    now = simulated_aws.clock.now()
    client = simulated_aws.client("cloudwatch")
    for name in ("q0", "q1", "q2"):
        point = {
            "MetricName": "NumberOfMessagesSent",
            "Dimensions": [{"Name": "QueueName", "Value": name}],
            "Value": 5.0,
        }
        client.put_metric_data(Namespace="AWS/SQS", MetricData=[{**point, "Timestamp": now - timedelta(hours=3)}])
    simulated_aws.calls.clear()
    return simulated_aws


def audit(aws: SimulatedAws) -> tuple[dict[tuple[str, str | None], Finding], dict[str, Any]]:
    """Audit the queues by both rules."""
    connection = connect(endpoint_url=aws.endpoint_url, settings=FAST)
    found: dict[tuple[str, str | None], Finding] = {}

    def sink(finding: Finding) -> None:
        found[finding.rule, finding.resource.arn.rpartition(":")[2] if finding.resource else None] = finding

    (scope,) = audit_rules(
        SqsHost(),  # type: ignore[arg-type]  # as a host
        [QUICK, USED],
        [connection.scope("us-east-1")],
        connection,
        sink=sink,
        clock=SystemClock(),
        selection=Selection(),
        workers=4,
    )
    connection.close()
    return found, scope.to_json()


def verdicts(found: Mapping[tuple[str, str | None], Finding]) -> dict[tuple[str, str | None], str]:
    """Give the verdicts."""
    return {key: str(each.judgement.verdict) for key, each in found.items()}


WITHOUT_FAULT = {
    ("quick", "q0"): "pass",
    ("quick", "q1"): "fail",
    ("quick", "q2"): "pass",
    ("used", "q0"): "pass",
    ("used", "q1"): "pass",
    ("used", "q2"): "pass",
}


def test_each_read_is_made_once(estate: SimulatedAws) -> None:
    """One list, one call a queue, one metric call for all; the report counts the same as the server."""
    found, scope = audit(estate)
    assert WITHOUT_FAULT == verdicts(found)
    expected = {"cloudwatch:GetMetricData": 1, "sqs:GetQueueAttributes": 3, "sqs:ListQueues": 1}
    assert expected == {name: counts["made"] for name, counts in scope["calls"].items()}
    assert expected == {name: len(estate.calls.of(name)) for name in expected}
    assert ([], True) == (scope["errors"], scope["complete"])


TOUCHED: dict[str, set[tuple[str, str | None]]] = {
    "sqs:ListQueues": {("quick", None), ("used", None)},
    "sqs:GetQueueAttributes": {("quick", "q1")},
    "cloudwatch:GetMetricData": {("used", "q0"), ("used", "q1"), ("used", "q2")},
}


@pytest.mark.parametrize(("kind", "reason"), FAULTS.items())
@pytest.mark.parametrize("operation", TOUCHED)
def test_failed_read_is_unknown_and_only_there(
    estate: SimulatedAws, operation: str, kind: FaultKind, reason: str
) -> None:
    """What depends on the failed read is unknown with its reason; everything else is as without the fault."""
    resource = "q1" if operation == "sqs:GetQueueAttributes" else None
    estate.faults.inject(operation, kind, resource=resource)
    found, scope = audit(estate)
    touched = TOUCHED[operation]
    rest = {} if operation == "sqs:ListQueues" else WITHOUT_FAULT
    assert rest | dict.fromkeys(touched, "unknown") == verdicts(found)
    unknown = {found[key].judgement.unknown for key in touched}
    missing = operation if kind == "denied" else None
    assert {(reason, operation, missing)} == {
        (str(each.reason), each.operation, each.missing_action) for each in unknown if each
    }
    assert (operation != "sqs:ListQueues") == scope["complete"]
    assert [(operation, reason, missing)] == [
        (each["operation"], each["reason"], each["missing_action"]) for each in scope["errors"]
    ]
