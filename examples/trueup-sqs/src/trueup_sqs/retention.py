"""The fix of a queue that forgets its messages too early, as a pure function from its facts to the call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.change import Call, Change, Refusal, Risk, Step

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.facts.snapshot import Snapshot

__all__ = ["PARAMETERS", "extend_retention"]

PARAMETERS = {
    "type": "object",
    "properties": {"seconds": {"type": "integer", "minimum": 60, "maximum": 1_209_600}},
    "required": ["seconds"],
    "additionalProperties": False,
}
"""One minute to fourteen days. Source: SQS API, SetQueueAttributes, MessageRetentionPeriod."""


def extend_retention(queue: Snapshot, parameters: Mapping[str, Any]) -> Change | Refusal:
    """Keep messages at least so many seconds; never shorter than now, which would delete what waits.

    Args:
        queue: with ``attributes``.
        parameters: ``seconds``.

    Source: SQS API, SetQueueAttributes: MessageRetentionPeriod counts for messages that are in the queue already.
    """
    before, after = queue["attributes.MessageRetentionPeriod"], parameters["seconds"]
    if before >= after:
        return Refusal("its messages are kept that long already", passes=True)
    step = Step(
        call=_set(queue, after),
        undo=(_set(queue, before),),
        effect={"attributes.MessageRetentionPeriod": after},
        repeatable=True,
    )
    return Change(
        summary=f"retention of {queue.resource.arn.rpartition(':')[2]}: {before:,} s become {after:,} s",
        steps=(step,),
        risk=Risk.SAFE,
        risk_reason="a message that is received in time is never affected, and keeping it longer costs nothing",
        code=f"AWS::SQS::Queue MessageRetentionPeriod: {after}",
    )


def _set(queue: Snapshot, seconds: int) -> Call:
    attributes = {"MessageRetentionPeriod": str(seconds)}
    return Call("sqs", "SetQueueAttributes", {"QueueUrl": queue.resource.id, "Attributes": attributes})
