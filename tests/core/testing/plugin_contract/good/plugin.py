"""What trueup knows of SQS: a plugin that keeps the contract, and is broken in one place for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.change import Call, Change, Refusal, Risk, Step
from trueup.service.plugin import ServicePlugin, action, aspect, derived, resource

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trueup.facts.snapshot import Snapshot
    from trueup.resource import Resource
    from trueup.service.declarations import Reader

__all__ = ["SqsPlugin"]


class SqsPlugin(ServicePlugin):
    """Queues."""

    service = "sqs"

    @resource("queue", key="QueueUrl", arn="arn:{partition}:sqs:{region}:{account}:{Name}", lists="sqs:ListQueues")
    def queues(self, aws: Reader) -> Iterator[Mapping[str, str]]:
        """Yield the scope's queues."""
        for url in aws.paginate("sqs:ListQueues", "QueueUrls[]"):
            yield {"QueueUrl": url, "Name": url.rpartition("/")[2]}

    @aspect("queue", reads="sqs:GetQueueAttributes")
    def attributes(self, aws: Reader, queue: Resource) -> dict[str, Any]:
        """Read the attributes."""
        found = aws.call("sqs:GetQueueAttributes", QueueUrl=queue.id, AttributeNames=["All"])["Attributes"]
        return {
            "SqsManagedSseEnabled": found.get("SqsManagedSseEnabled") == "true",
            "DelaySeconds": int(found["DelaySeconds"]),
            "LastModifiedTimestamp": int(float(found["LastModifiedTimestamp"])),
        }

    @aspect("queue", reads="sqs:ListQueueTags")
    def tags(self, aws: Reader, queue: Resource) -> Any:
        """Read the tags."""
        return aws.call("sqs:ListQueueTags", QueueUrl=queue.id).get("Tags", {})

    @derived("queue", needs=("attributes",))
    def security(self, queue: Snapshot) -> dict[str, Any]:
        """Say whether messages are encrypted."""
        return {"encrypted": queue["attributes.SqsManagedSseEnabled"]}

    @action(
        "queue",
        "enable-encryption",
        needs=("attributes",),
        owned=("attributes.SqsManagedSseEnabled",),
        writes=("sqs:SetQueueAttributes",),
        risk="safe",
    )
    def enable_encryption(self, queue: Snapshot, _parameters: Mapping[str, Any]) -> Change | Refusal:
        """Plan the fix."""
        if queue["attributes.SqsManagedSseEnabled"]:
            return Refusal("it is encrypted already", passes=True)
        step = Step(
            call=_set(queue, "true"),
            undo=(_set(queue, "false"),),
            effect={"attributes.SqsManagedSseEnabled": True},
            repeatable=True,
        )
        return Change(
            summary="encryption: off becomes on",
            steps=(step,),
            risk=Risk.SAFE,
            risk_reason="messages are the same",
        )


def _set(queue: Snapshot, value: str) -> Call:
    return Call(
        "sqs", "SetQueueAttributes", {"QueueUrl": queue.resource.id, "Attributes": {"SqsManagedSseEnabled": value}}
    )
