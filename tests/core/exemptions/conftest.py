"""Exemption files, written where a test wants them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

ENTRY: dict[str, Any] = {
    "rule": "dynamodb-table-pitr-enabled",
    "resource": "arn:aws:dynamodb:us-east-1:123456789012:table/orders",
    "owner": "orders team",
    "reason": "the table is rebuilt from its stream",
    "expires": "2027-01-31",
}


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a file with entries, each the usual one but for what is given; a value of None leaves its name out."""

    def written(*entries: Mapping[str, Any], name: str = "exemptions.json") -> Path:
        file = tmp_path / name
        made = [{key: value for key, value in {**ENTRY, **each}.items() if value is not None} for each in entries]
        file.write_text(json.dumps({"exemptions": made}, indent=1), encoding="utf-8")
        return file

    return written
