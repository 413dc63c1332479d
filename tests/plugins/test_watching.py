"""Every fix that can be watched: its own metric goes wrong, and the watch brings back what was there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

from trueup.applying.options import ApplyOptions
from trueup.hosting.host import Host
from trueup.ruleset.load import load_rules
from trueup.running.watch_run import WatchRun
from trueup.testing.shapes import PerMinute
from trueup.watching.watch import WatchOptions

if TYPE_CHECKING:
    from trueup.resource import Resource

RISKS = ("disruptive", "destructive")


@dataclass(frozen=True)
class Harm:
    """How the load of a fixed resource goes wrong.

    Args:
        service: the plugin.
        rule: whose fix is applied.
        namespace: of the metric.
        metric: its name.
        before: its value until then.
        after: its value from then on.
    """

    service: str
    rule: str
    namespace: str
    metric: str
    before: float
    after: float


HARMS = (
    Harm("awslambda", "lambda-function-memory-right-sized", "AWS/Lambda", "Errors", 0, 1),
    Harm("awslambda", "lambda-function-reserved-concurrency-set", "AWS/Lambda", "Throttles", 0, 3),
    Harm("dynamodb", "dynamodb-table-on-demand-when-idle", "AWS/DynamoDB", "ReadThrottleEvents", 0, 3),
    Harm("ecs", "ecs-service-fargate-right-sized", "AWS/ECS", "MemoryUtilization", 20, 95),
    Harm("elasticache", "elasticache-repl-grp-replicas-right-sized", "AWS/ElastiCache", "CPUUtilization", 10, 95),
    Harm("elasticache", "elasticache-repl-grp-right-sized", "AWS/ElastiCache", "CPUUtilization", 10, 95),
    Harm("rds", "rds-aurora-serverless-capacity-right-sized", "AWS/RDS", "ACUUtilization", 20, 99),
    Harm("rds", "rds-aurora-idle-readers-removed", "AWS/RDS", "CPUUtilization", 10, 95),
)


def test_no_fix_that_can_be_watched_is_left_out() -> None:
    """A new one needs its line above."""
    host = Host()
    rules = load_rules(host.rule_sources(), host.fact_schemas()).rules
    assert {name for name, rule in rules.items() if rule.bind({}).regression} == {harm.rule for harm in HARMS}


@pytest.mark.parametrize("harm", HARMS, ids=lambda harm: harm.rule)
def test_what_goes_wrong_is_brought_back(operator: Any, harm: Harm) -> None:
    """Seen, rolled back by a run of its own, and every owned fact is what it was."""
    operator.aws.reset(start=datetime.now(UTC) - timedelta(days=46))
    import_module(f"trueup.plugins.{harm.service}.estate").build(operator.aws)
    operator.aws.clock.advance(timedelta(days=45).total_seconds())
    operator.options = ApplyOptions(allow=RISKS, allow_irreversible=True, accept_unobserved=True)
    planned = operator.plan(harm.rule).plan
    assert planned is not None
    (change,) = (plan := operator.plan(harm.rule, planned.changes()[0].resource.arn).plan).changes()
    run = operator.apply(plan)
    assert ["applied"] == [str(record.status) for record in operator.changes(run)]
    _go_wrong(operator, harm, change.resource)
    options = WatchOptions(lasting=timedelta(hours=1), yes=True, allow=RISKS)
    watched = WatchRun(operator.account(), operator.journal.runs.get(run), options).go()
    (record,) = operator.changes(watched.run)
    assert ["rolled back"] == [str(state) for state in watched.states], record.reason
    assert "verified: it is as it was before" in str(record.reason)
    assert dict(change.before) == operator.facts(change.resource, *change.before)


def _go_wrong(operator: Any, harm: Harm, resource: Resource) -> None:
    """Change what was measured of a resource, and of each of its parts, as if it had been so for ever."""
    since, name = (operator.clock.now() + timedelta(minutes=25)).timestamp(), resource.id.rpartition("/")[2]
    stored = operator.aws.metrics.keys()
    parts = {
        key.dimensions
        for key in stored
        if key.namespace == harm.namespace and any(name in value for _, value in key.dimensions)
    }
    assert parts
    for dimensions in parts:
        shape = PerMinute(lambda second: harm.after if second >= since else harm.before)
        operator.aws.metrics.put(harm.namespace, harm.metric, dict(dimensions), shape)
