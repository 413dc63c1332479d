"""Put one order into the table."""

from __future__ import annotations

import os
import uuid
from typing import Any

import boto3


def handle(_event: dict[str, Any], _context: object) -> None:
    """Put it."""
    order = {"id": {"S": str(uuid.uuid4())}, "by-customer": {"S": "customer-1"}}
    boto3.client("dynamodb").put_item(TableName=os.environ["TABLE"], Item=order)
