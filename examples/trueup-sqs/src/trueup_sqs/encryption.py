"""The fix of a queue that is not encrypted, as a pure function from its facts to the call that will be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.change import Call, Change, Refusal, Risk, Step

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.facts.snapshot import Snapshot

__all__ = ["enable_encryption"]


def enable_encryption(queue: Snapshot, _parameters: Mapping[str, Any]) -> Change | Refusal:
    """Encrypt messages with keys that SQS manages: no key to pay for, no permission to give.

    Args:
        queue: with ``attributes``.

    Source: SQS API, SetQueueAttributes: SqsManagedSseEnabled, one kind of encryption a queue; SQS developer guide,
    encryption at rest: requests to an encrypted queue use HTTPS and Signature Version 4.
    """
    if queue["attributes.SqsManagedSseEnabled"]:
        return Refusal("keys of SQS encrypt it already", passes=True)
    if queue["attributes.KmsMasterKeyId"]:
        return Refusal("a KMS key encrypts it already", passes=True)
    step = Step(
        call=_set(queue, "true"),
        undo=(_set(queue, "false"),),
        effect={"attributes.SqsManagedSseEnabled": True},
        repeatable=True,
    )
    return Change(
        summary=f"encryption of {queue.resource.arn.rpartition(':')[2]}: off becomes on, with keys of SQS",
        steps=(step,),
        risk=Risk.DISRUPTIVE,
        risk_reason="an encrypted queue refuses requests over plain HTTP; over HTTPS nothing changes",
        code="AWS::SQS::Queue SqsManagedSseEnabled: true",
    )


def _set(queue: Snapshot, value: str) -> Call:
    attributes = {"SqsManagedSseEnabled": value}
    return Call("sqs", "SetQueueAttributes", {"QueueUrl": queue.resource.id, "Attributes": attributes})
