"""Write some orders to the data lake as one object."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from typing import Any

import boto3


def handle(_event: dict[str, Any], _context: object) -> str:
    """Write them; give the object's key."""
    found = boto3.client("dynamodb").scan(TableName=os.environ["TABLE"], Limit=100)
    key = f"orders/{datetime.now(UTC):%Y/%m/%d/%H-%M-%S}.json"
    boto3.client("s3").put_object(Bucket=os.environ["BUCKET"], Key=key, Body=json.dumps(found["Items"]).encode())
    return key
