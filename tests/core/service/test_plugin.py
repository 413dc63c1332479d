"""A service is decorated methods: they become resource types, and slips are named when the class is made."""

from __future__ import annotations

from typing import Any

import pytest

from trueup.change import Risk
from trueup.errors import PluginError
from trueup.service.declarations import DerivedAspect, MetricQuery, MetricsAspect, ReadAspect
from trueup.service.plugin import ServicePlugin, action, aspect, derived, metrics, resource

ARN = "arn:{partition}:sqs:{region}:{account}:{Name}"


class SqsPlugin(ServicePlugin):
    """A plugin as the manual shows it."""

    service = "sqs"

    @resource(
        "queue",
        key="QueueUrl",
        arn=ARN,
        lists="sqs:ListQueues",
        alarm_dimensions={"QueueName": "{id}"},
        busy={"attributes.State": {"const": "CREATING"}},
        busy_needs=("attributes",),
    )
    def queues(self, aws: Any) -> Any:
        """List."""
        yield from aws

    @aspect("queue", reads="sqs:GetQueueAttributes")
    def attributes(self, aws: Any, queue: Any) -> Any:
        """Read."""
        return aws, queue

    @aspect("queue", name="limits", reads=("sqs:ListQueues", "sqs:GetQueueUrl"), per="scope")
    def account_limits(self, aws: Any, _none: None) -> Any:
        """Read once."""
        return aws

    @aspect("queue", reads="sqs:ListQueueTags", batch=10)
    def tags(self, aws: Any, queues: list[Any]) -> Any:
        """Read ten at once."""
        return [aws for _ in queues]

    @metrics("queue", name="metrics", needs=("attributes",), period=300, days=14)
    def five_minutes(self, snapshot: Any) -> Any:
        """Measure."""
        yield MetricQuery(
            "sent", "AWS/SQS", "NumberOfMessagesSent", {"QueueName": snapshot.resource.id}, "Sum", "count"
        )

    @derived("queue", needs=("attributes", "metrics"))
    def use(self, snapshot: Any) -> Any:
        """Derive."""
        return snapshot["metrics.sent"]

    @action(
        "queue",
        "encrypt",
        needs=("attributes",),
        owned=("attributes.SqsManagedSseEnabled",),
        writes=("sqs:SetQueueAttributes",),
        risk="disruptive",
        capacity=True,
        settle_seconds=60,
        poll_seconds=2,
        budgets={"sqs:queues": "limits.spare"},
        permissions=("kms:CreateGrant",),
        parameters={"type": "object"},
    )
    def encrypt(self, queue: Any, parameters: Any) -> Any:
        """Fix."""
        return queue, parameters


def test_methods_become_a_resource_type() -> None:
    """Each decorated method is in the declarations, bound to the plugin, with what the decorator was told."""
    plugin = SqsPlugin()
    (queue,) = plugin.resource_types()
    assert ("sqs.queue", "sqs", "QueueUrl", ARN, ("sqs:ListQueues",)) == (
        queue.name,
        queue.service,
        queue.key,
        queue.arn,
        queue.lists,
    )
    assert ({"QueueName": "{id}"}, ("attributes",)) == (queue.alarm_dimensions, queue.busy_needs)
    assert {
        "attributes": ReadAspect("attributes", ("sqs:GetQueueAttributes",), plugin.attributes),
        "limits": ReadAspect("limits", ("sqs:ListQueues", "sqs:GetQueueUrl"), plugin.account_limits, "scope"),
        "tags": ReadAspect("tags", ("sqs:ListQueueTags",), plugin.tags, batch=10),
        "metrics": MetricsAspect("metrics", plugin.five_minutes, ("attributes",), 300, 14),
        "use": DerivedAspect("use", plugin.use, ("attributes", "metrics")),
    } == queue.aspects
    fix = queue.actions["encrypt"]
    assert ("encrypt", plugin.encrypt, Risk.DISRUPTIVE, True) == (fix.name, fix.plan, fix.risk, fix.capacity)
    assert (60, 2, {"sqs:queues": "limits.spare"}) == (fix.settle_seconds, fix.poll_seconds, fix.budgets)
    assert (("kms:CreateGrant",), {"type": "object"}) == (fix.permissions, fix.parameters)


def test_one_method_may_serve_two_types() -> None:
    """Decorators can be stacked, so that what two types share is written once."""

    class Twice(ServicePlugin):
        service = "sqs"

        @resource("queue", key="Url", arn="arn:{key}", lists="sqs:ListQueues")
        @resource("letter", key="Url", arn="arn:{key}", lists="sqs:ListQueues")
        def everything(self, aws: Any) -> Any:
            yield from aws

        @aspect("queue", reads="sqs:ListQueueTags")
        @aspect("letter", reads="sqs:ListQueueTags")
        def tags(self, aws: Any, resource: Any) -> Any:
            return aws, resource

    types = Twice().resource_types()
    assert {"sqs.queue": ["tags"], "sqs.letter": ["tags"]} == {each.name: list(each.aspects) for each in types}


def test_subclass_overrides_and_adds() -> None:
    """A subclass inherits declarations, takes one back by overriding it plainly, and adds its own."""

    class More(SqsPlugin):
        def five_minutes(self, snapshot: Any) -> Any:
            return snapshot

        @aspect("queue", reads="sqs:GetQueueAttributes")
        def metrics(self, aws: Any, queue: Any) -> Any:
            return aws, queue

    (queue,) = More().resource_types()
    assert isinstance(queue.aspects["metrics"], ReadAspect)
    assert isinstance(SqsPlugin().types[0].aspects["metrics"], MetricsAspect)


def test_all_slips_of_a_class_are_named_at_once() -> None:
    """Every contradiction is in one error that names plugin and class."""
    with pytest.raises(PluginError) as raised:

        class Slips(ServicePlugin):
            service = "sqs"

            @resource("queue", key="Url", arn="arn:{key}", lists="sqs:ListQueues")
            def queues(self, aws: Any) -> Any:
                yield from aws

            @aspect("queu", reads="sqs:GetQueueAttributes")
            def attributes(self, aws: Any, queue: Any) -> Any:
                return aws, queue

            @derived("queue", needs=())
            def use(self, snapshot: Any) -> Any:
                return snapshot

            @derived("queue", name="use", needs=("attributes",))
            def usage(self, snapshot: Any) -> Any:
                return snapshot

    message = str(raised.value)
    assert "plugin sqs (" in message
    assert "Slips)" in message
    assert "aspect 'attributes' is declared for 'queu', expected a declared resource; did you mean 'queue'?" in message
    assert "aspect 'use' of 'queue' is declared twice, by use and by usage" in message
    assert "sqs.queue: aspect 'use': needs: 'attributes' is no aspect of it" in message


def test_base_without_service_is_not_checked() -> None:
    """A class without a service is a base for others and may be incomplete."""

    class Base(ServicePlugin):
        @aspect("queue", reads="sqs:ListQueueTags")
        def tags(self, aws: Any, queue: Any) -> Any:
            return aws, queue

    assert () == Base().resource_types()
