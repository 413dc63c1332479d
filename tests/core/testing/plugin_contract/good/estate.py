"""SQS's part of the demo: what the contract tries everything on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trueup.testing import SimulatedAws

__all__ = ["build"]


def build(aws: SimulatedAws) -> None:
    """Make a queue that is encrypted and one that is not."""
    client = aws.client("sqs")
    client.create_queue(QueueName="orders", Attributes={"SqsManagedSseEnabled": "true"})
    client.create_queue(QueueName="events", Attributes={"SqsManagedSseEnabled": "false"}, tags={"team": "shop"})
