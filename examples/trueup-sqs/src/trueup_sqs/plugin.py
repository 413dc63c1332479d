"""What trueup knows of SQS: its queues, how their facts are read, and their fixes.

A table of declarations; each fix is a pure function in the module named after it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.service.plugin import ServicePlugin, action, aspect, resource

from trueup_sqs import encryption, retention

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trueup.change import Change, Refusal
    from trueup.facts.snapshot import Snapshot
    from trueup.resource import Resource
    from trueup.service.declarations import Reader

__all__ = ["SqsPlugin"]

_SETTLE_SECONDS = 1200
"""A changed retention takes up to 15 minutes, other attributes one. Source: SQS API, SetQueueAttributes."""


class SqsPlugin(ServicePlugin):
    """Queues, standard and FIFO."""

    service = "sqs"

    @resource("queue", key="QueueUrl", arn="arn:{partition}:sqs:{region}:{account}:{Name}", lists="sqs:ListQueues")
    def queues(self, aws: Reader) -> Iterator[dict[str, str]]:
        """Yield the scope's queues.

        Source: SQS API, ListQueues: without MaxResults it ends after 1,000 queues and says nothing of the others.
        """
        for url in aws.paginate("sqs:ListQueues", "QueueUrls[]", MaxResults=1000):
            yield {"QueueUrl": url, "Name": url.rpartition("/")[2]}

    @aspect("queue", reads="sqs:GetQueueAttributes")
    def attributes(self, aws: Reader, queue: Resource) -> dict[str, Any]:
        """Give the attributes as what they are: SQS answers with text only.

        A read that fails makes the whole aspect unknown, and nothing is planned from it.
        """
        found = aws.call("sqs:GetQueueAttributes", QueueUrl=queue.id, AttributeNames=["All"])["Attributes"]
        return {
            "KmsMasterKeyId": found.get("KmsMasterKeyId"),
            "MessageRetentionPeriod": int(found["MessageRetentionPeriod"]),
            "SqsManagedSseEnabled": found.get("SqsManagedSseEnabled") == "true",
        }

    @aspect("queue", reads="sqs:ListQueueTags")
    def tags(self, aws: Reader, queue: Resource) -> dict[str, str]:
        """Give the tags by name: the host looks for marks of infrastructure code in an aspect of this name."""
        tags: dict[str, str] = aws.call("sqs:ListQueueTags", QueueUrl=queue.id).get("Tags", {})
        return tags

    @action(
        "queue",
        "enable-encryption",
        needs=("attributes",),
        owned=("attributes.SqsManagedSseEnabled",),
        writes=("sqs:SetQueueAttributes",),
        risk="disruptive",
        settle_seconds=_SETTLE_SECONDS,
        parameters={"type": "object", "additionalProperties": False},
    )
    def enable_encryption(self, queue: Snapshot, parameters: Mapping[str, Any]) -> Change | Refusal:
        """Encrypt messages with keys that SQS manages."""
        return encryption.enable_encryption(queue, parameters)

    @action(
        "queue",
        "extend-retention",
        needs=("attributes",),
        owned=("attributes.MessageRetentionPeriod",),
        writes=("sqs:SetQueueAttributes",),
        risk="safe",
        settle_seconds=_SETTLE_SECONDS,
        parameters=retention.PARAMETERS,
    )
    def extend_retention(self, queue: Snapshot, parameters: Mapping[str, Any]) -> Change | Refusal:
        """Keep messages longer."""
        return retention.extend_retention(queue, parameters)
