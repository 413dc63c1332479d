"""Find the first orders of one customer in the index."""

from __future__ import annotations

import os
from typing import Any

import boto3


def handle(_event: dict[str, Any], _context: object) -> int:
    """Tell how many there are among the first hundred."""
    found = boto3.client("dynamodb").query(
        TableName=os.environ["TABLE"],
        IndexName="by-customer",
        KeyConditionExpression="#customer = :customer",
        ExpressionAttributeNames={"#customer": "by-customer"},
        ExpressionAttributeValues={":customer": {"S": "customer-1"}},
        Limit=100,
    )
    count: int = found["Count"]
    return count
