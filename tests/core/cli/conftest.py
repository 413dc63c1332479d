"""The installed ``trueup`` command, run as a person or a job runs it: a process of its own, over the simulated AWS."""

from __future__ import annotations

import json
import os
import subprocess
import sysconfig
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from trueup.aws.iam.levels import is_read_only
from trueup.aws.iam.operations import actions_for
from trueup.plugins.dynamodb.estate import build

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.testing import Call, SimulatedAws

COMMAND = Path(sysconfig.get_path("scripts")) / "trueup"
PITR = "dynamodb-table-pitr-enabled"
ORDERS = "arn:aws:dynamodb:us-east-1:123456789012:table/orders"
_SECONDS = 120


@dataclass
class Shell:
    """A folder and an environment in which ``trueup`` is called.

    Args:
        folder: the current folder.
        environment: the variables, with nothing of the person who runs the tests.
        aws: the simulated AWS that the environment points at.
    """

    folder: Path
    environment: dict[str, str]
    aws: SimulatedAws = field(repr=False)

    @property
    def state(self) -> Path:
        """The state file."""
        return Path(self.environment["TRUEUP_STATE"])

    def run(self, *arguments: str | Path, set_env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Run ``trueup`` without a terminal; give code, stdout and stderr."""
        return subprocess.run(
            [COMMAND, *arguments],
            cwd=self.folder,
            env={**self.environment, **(set_env or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=_SECONDS,
            check=False,
        )

    def ok(self, *arguments: str | Path, code: int = 0) -> str:
        """Run ``trueup``, which must end with ``code``; give its stdout."""
        done = self.run(*arguments)
        assert code == done.returncode, done.stderr
        return done.stdout

    def json(self, *arguments: str | Path, code: int = 0) -> Any:
        """Run ``trueup``, which must end with ``code`` and print JSON; give it."""
        return json.loads(self.ok(*arguments, code=code))

    def start(self, *arguments: str | Path, **options: Any) -> subprocess.Popen[str]:
        """Start ``trueup`` and give the process."""
        streams: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(
            [COMMAND, *arguments], cwd=self.folder, env=self.environment, encoding="utf-8", **(streams | options)
        )

    def writes(self) -> list[Call]:
        """Give the recorded calls that are not known to only read."""
        return [call for call in self.aws.calls if not all(map(is_read_only, actions_for(call.name)))]

    def backed_up(self) -> dict[str, str]:
        """Give the state of point-in-time recovery of each table, straight from the account."""
        client = self.aws.client("dynamodb")
        return {
            name: client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"][
                "PointInTimeRecoveryDescription"
            ]["PointInTimeRecoveryStatus"]
            for name in client.list_tables()["TableNames"]
        }


@pytest.fixture
def shell(simulated_aws: SimulatedAws, tmp_path: Path) -> Shell:
    """A shell in an empty folder, with an empty simulated account."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TRUEUP_"))}
    folder = tmp_path / "here"
    folder.mkdir()
    private = {
        "HOME": str(tmp_path),
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
        "TRUEUP_STATE": str(tmp_path / "state.db"),
    }
    return Shell(folder, {**kept, **private, **simulated_aws.environment()}, simulated_aws)


@pytest.fixture
def estate(shell: Shell) -> Shell:
    """A shell with the demo's tables in the account, old enough to be judged."""
    start = datetime.now(UTC) - timedelta(days=40)
    shell.aws.reset(start=start)
    build(shell.aws)
    shell.aws.clock.advance(timedelta(days=39).total_seconds())
    shell.aws.calls.clear()
    return shell


@pytest.fixture
def planned(estate: Shell) -> Shell:
    """The estate, with a plan of three changes in ``plan.json``."""
    estate.ok("plan", "--rule", PITR)
    return estate
