"""The fixture ``simulated_aws``, and a folder in which ``trueup`` sees nothing but it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from trueup.cli.main import main

if TYPE_CHECKING:
    from pathlib import Path

    from trueup.testing import SimulatedAws

pytest_plugins = ["trueup.testing.fixtures"]


@dataclass
class Trueup:
    """The command line in a folder of its own, over the simulated AWS.

    Args:
        aws: the simulated AWS.
        folder: the current folder.
    """

    aws: SimulatedAws
    folder: Path

    def run(self, *arguments: str) -> int:
        """Run a command; give its exit code."""
        return main(arguments)

    def verdicts(self, rule: str) -> dict[str, str]:
        """Audit by one rule; give the verdict of each resource by the last part of its ARN."""
        self.run("audit", "--rule", rule, "--format", "json", "--out", "audit.json")
        findings = json.loads((self.folder / "audit.json").read_text("utf-8"))["findings"]
        return {each["resource"]["arn"].rpartition(":")[2]: each["verdict"] for each in findings}

    def apply(self, *options: str) -> tuple[int, str]:
        """Apply ``plan.json``; give the exit code and the run."""
        code = self.run("apply", "plan.json", "--yes", "--format", "json", "--out", "apply.json", *options)
        return code, str(json.loads((self.folder / "apply.json").read_text("utf-8"))["run"]["id"])

    def writes(self) -> list[str]:
        """Give the operations of all calls so far that changed a queue."""
        return [call.operation for call in self.aws.calls if call.operation == "SetQueueAttributes"]


@pytest.fixture
def trueup(simulated_aws: SimulatedAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Trueup:
    """The command line, pointed at an empty simulated AWS."""
    for name, value in simulated_aws.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TRUEUP_STATE", str(tmp_path / "state.db"))
    monkeypatch.chdir(tmp_path)
    return Trueup(simulated_aws, tmp_path)


@pytest.fixture
def queue(simulated_aws: SimulatedAws) -> Any:
    """Makes queues, and gives what SQS says of one: ``queue("events", Name="value")``, then ``queue("events")``."""
    client = simulated_aws.client("sqs")

    def make_or_read(name: str, **attributes: str) -> dict[str, str]:
        url = client.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        found: dict[str, str] = client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        return found

    return make_or_read
