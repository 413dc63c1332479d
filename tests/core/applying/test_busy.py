"""A resource that is being changed, in alarm or unwell is left alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.core.applying.queues import fix
from trueup.applying.busy import busy
from trueup.facts.snapshot import Snapshot
from trueup.facts.unknown import Reason, Unknown
from trueup.testing import Constant

if TYPE_CHECKING:
    from tests.core.applying.queues import Shop

SHALLOW = {"metrics.depth": {"maximum": 5}}


def _skipped(shop: Shop, plan: Any) -> str:
    run = shop.apply(plan)
    assert ({"a": "skipped"}, 5, []) == (shop.statuses(run), shop.exit_code(run), shop.written())
    return shop.reasons(run)


def test_a_resource_that_says_it_is_busy(shop: Shop) -> None:
    """The resource type's own condition, judged on fresh facts."""
    shop.queues("a")
    plan = shop.planned(fix())
    shop.tag_by_hand("a", state="busy")
    shop.aws.calls.clear()
    assert "busy: the resource is being changed or is not available" in _skipped(shop, plan)


def test_a_resource_of_which_it_cannot_be_told(shop: Shop) -> None:
    """What cannot be read counts as busy, even where writing to what code manages is allowed."""
    from trueup.applying.options import ApplyOptions

    shop.queues("a")
    plan = shop.planned(fix())
    shop.options = ApplyOptions(include_managed=True)
    shop.aws.faults.inject("sqs:ListQueueTags", "denied")
    assert "busy: the resource cannot be seen to be at rest" in _skipped(shop, plan)


@pytest.mark.parametrize(
    "ready",
    [
        {"attributes.DelaySeconds": {"const": 5}},
        {"all": [{"attributes.DelaySeconds": {"const": 5}}, {"tags.a": {"const": "b"}}]},
    ],
)
def test_a_step_that_is_not_ready(shop: Shop, ready: dict[str, Any]) -> None:
    """The first step's own condition, facts inside ``all`` included."""
    shop.queues("a")
    assert "busy: not ready for sqs:SetQueueAttributes" in _skipped(shop, shop.planned(fix(ready=ready)))


def test_a_ready_condition_may_look_at_what_nothing_else_reads(shop: Shop) -> None:
    """An aspect that only the nested condition of a step names is read, too."""
    shop.queues("a")
    ready = {"all": [{"account.spare": {"minimum": 1}}, {"attributes.DelaySeconds": {"const": 0}}]}
    plan = shop.planned(fix(action="lower", ready=ready))
    assert {"a": "applied"} == shop.statuses(shop.apply(plan))


def _alarm(shop: Shop, state: str, queue: str = "a") -> None:
    client = shop.aws.client("cloudwatch")
    client.put_metric_alarm(
        AlarmName="too-deep",
        Namespace="AWS/SQS",
        MetricName="ApproximateNumberOfMessagesVisible",
        Dimensions=[{"Name": "QueueName", "Value": queue}],
        Statistic="Maximum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )
    client.set_alarm_state(AlarmName="too-deep", StateValue=state, StateReason="a test")
    shop.aws.calls.clear()


def test_a_resource_in_alarm(shop: Shop) -> None:
    """Its owner is looking at it already."""
    shop.queues("a")
    plan = shop.planned(fix())
    _alarm(shop, "ALARM")
    assert "busy: in ALARM: too-deep" in _skipped(shop, plan)


def test_a_member_in_alarm(shop: Shop) -> None:
    """An alarm on what the resource is made of is an alarm of the resource."""
    shop.queue("a", {"member": "a-1"})
    plan = shop.planned(fix())
    _alarm(shop, "ALARM", "a-1")
    assert "busy: in ALARM: too-deep" in _skipped(shop, plan)


def test_members_that_cannot_be_read(shop: Shop) -> None:
    """Whether one of them is in alarm is then unknown, too."""
    shop.queues("a")
    plan = shop.planned(fix())
    declared = shop.host.resource_type("sqs.queue")
    (change,) = plan.changes()
    lost = Snapshot(change.resource, {"tags": {}, "members": Unknown(Reason.TIMEOUT)}, shop.clock.now())
    reason = busy(shop.bench(), replace(change, steps=()), plan.rules(shop.host.fact_schemas())[change.rule], lost)
    assert "members.dimensions" == declared.alarm_fact
    assert reason is not None
    assert reason.startswith("busy: whether an alarm is in ALARM is not known (")


@pytest.mark.parametrize(("state", "queue"), [("OK", "a"), ("ALARM", "other")])
def test_an_alarm_that_does_not_ring_or_is_of_another(shop: Shop, state: str, queue: str) -> None:
    """Only ringing alarms of the same resource count."""
    shop.queues("a")
    plan = shop.planned(fix())
    _alarm(shop, state, queue)
    assert {"a": "applied"} == shop.statuses(shop.apply(plan))


def test_alarms_that_cannot_be_read(shop: Shop) -> None:
    """Whether one rings is unknown, so the resource is left alone."""
    shop.queues("a")
    plan = shop.planned(fix())
    shop.aws.faults.inject("cloudwatch:DescribeAlarms", "denied")
    reason = _skipped(shop, plan)
    assert "busy: whether an alarm is in ALARM is not known (access denied at cloudwatch:DescribeAlarms" in reason


def test_a_regression_that_is_there_before_the_change(shop: Shop) -> None:
    """A change would hide whose fault it is."""
    shop.queues("a")
    plan = shop.planned(fix(regression=SHALLOW))
    shop.aws.metrics.put("AWS/SQS", "ApproximateNumberOfMessagesVisible", {"QueueName": "a"}, Constant(9))
    shop.aws.clock.advance(600)
    assert "busy: its regression condition is breached already" in _skipped(shop, plan)
