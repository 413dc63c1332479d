"""SQS's part of the demo: queues as they should be, and one of each that is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trueup.testing import SimulatedAws

__all__ = ["build"]

# Every queue that is made over HTTPS is encrypted; one that was made over HTTP, or before October 2022, is not.
_FORGETFUL = {"MessageRetentionPeriod": "3600"}
_OLD = {"SqsManagedSseEnabled": "false"}
_OWN_KEY = {"KmsMasterKeyId": "alias/aws/sqs"}


def build(aws: SimulatedAws) -> None:
    """Make the queues through the API, as a user would."""
    client = aws.client("sqs")
    client.create_queue(QueueName="orders")
    client.create_queue(QueueName="payments", Attributes=_OWN_KEY)
    client.create_queue(QueueName="events", Attributes=_OLD)
    client.create_queue(QueueName="clicks", Attributes=_FORGETFUL)
