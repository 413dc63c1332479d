"""A simulated account whose trueup is killed at will, and the state that each death leaves.

Each death is one in a copy of the same account with the same plan, so that every death is that of the same apply.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults import killable
from trueup.aws.iam.levels import is_read_only
from trueup.aws.iam.operations import actions_for
from trueup.clock import SystemClock
from trueup.journal.journal import Journal
from trueup.plugins.ecs.simulation import deployments
from trueup.plugins.elasticache.simulation import moving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.faults.subjects import Subject
    from trueup.journal.changes import ChangeRecord
    from trueup.testing import Answer, ApiRequest, Call, SimulatedAws

# Older than the look-back of 30 days when it is judged.
_AGE = timedelta(days=39)

# Long enough for each to be seen moving, short enough for few looks at it.
_MOVING_SECONDS = 61.0
_SLOW = ((moving, "SHARD_SECONDS"), (moving, "NODE_TYPE_SECONDS"), (deployments, "ROLLOUT_SECONDS"))


@dataclass(frozen=True, slots=True)
class Ended:
    """How one run of trueup ended.

    Args:
        code: its exit code, None when it was killed.
        killed: whether it was killed.
        points: the points that it passed, in order; the last one is where it was killed.
        said: what it wrote.
    """

    code: int | None
    killed: bool
    points: tuple[str, ...]
    said: str


@dataclass
class Mortal:
    """A trueup that can be killed.

    Args:
        aws: the simulated AWS.
        subject: what is fixed.
        folder: where state and plan lie.
        process: the program of ``killable``.
        measured: what CloudWatch answered to which question. A month of the past is the same for all deaths, and to
            make it anew took half of the time.
    """

    aws: SimulatedAws
    subject: Subject
    folder: Path
    process: subprocess.Popen[str]
    measured: dict[str, Answer] = field(default_factory=dict)

    @property
    def state(self) -> Path:
        """The state file."""
        return self.folder / "state.db"

    def build(self) -> None:
        """Empty the account and build the subject in it, old enough to be judged."""
        start = datetime.now(UTC) - timedelta(days=45)
        self.aws.reset(start=start)
        self.subject.build(self.aws)
        self.aws.clock.advance((start + _AGE - self.aws.clock.now()).total_seconds())
        self.aws.calls.clear()

    def remember(self, request: ApiRequest, proceed: Callable[[ApiRequest], Answer]) -> Answer:
        """Answer a question to CloudWatch as it was answered before."""
        asked = json.dumps(request.parameters, sort_keys=True, default=str)
        if asked not in self.measured:
            self.measured[asked] = proceed(request)
        return self.measured[asked]

    def run(self, *arguments: str, point: int = 0) -> Ended:
        """Run trueup, killed at a point; 0 lets it live."""
        passed = self.folder / "points"
        request = {
            "arguments": ["--state", str(self.state), *arguments],
            "point": point,
            "passed": str(passed),
            "environment": self.aws.environment(),
        }
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        said = passed.with_suffix(".log").read_text("utf-8")
        return Ended(answer["code"], answer["killed"], tuple(answer["points"]), said)

    def keep_state(self, name: str) -> None:
        """Keep a copy of the state file as it is now."""
        self._copy(self.folder, self.folder / name)

    def restore_state(self, name: str) -> None:
        """Bring a kept copy back."""
        self._copy(self.folder / name, self.folder)

    def runs(self, kind: str) -> list[str]:
        """Give the ids of the runs of one kind."""
        with self._journal().store as store:
            return [row["id"] for row in store.rows("SELECT id FROM run WHERE kind = ? ORDER BY rowid", (kind,))]

    def changes(self, run: str) -> list[ChangeRecord]:
        """Give what the journal says of a run's changes."""
        journal = self._journal()
        with journal.store:
            return journal.changes.of(run)

    def applied_by(self) -> list[str | None]:
        """Give the run that used each plan of the journal."""
        with self._journal().store as store:
            return [row["applied_by"] for row in store.rows("SELECT applied_by FROM plan")]

    def image(self) -> dict[str, Any]:
        """Give all that a fix may touch, straight from the account."""
        return self.subject.image(self.aws)

    def writes(self) -> list[Call]:
        """Give the recorded calls that are not known to only read."""
        return [call for call in self.aws.calls if not all(map(is_read_only, actions_for(call.name)))]

    def effects(self) -> list[tuple[str, str]]:
        """Give operation and parameters of every write that took effect, in order."""
        return [
            (call.name, self.subject.told(json.dumps(call.parameters, sort_keys=True)))
            for call in self.writes()
            if call.took_effect and call.status == 200
        ]

    def _journal(self) -> Journal:
        return Journal.open(self.state, SystemClock())

    def _copy(self, source: Path, target: Path) -> None:
        target.mkdir(exist_ok=True)
        for suffix in ("", "-wal", "-shm"):
            name = self.state.name + suffix
            (target / name).unlink(missing_ok=True)
            if (source / name).exists():
                shutil.copy2(source / name, target / name)


@pytest.fixture
def mortal(
    request: pytest.FixtureRequest, simulated_aws: SimulatedAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Mortal]:
    """A trueup that can be killed; the subject is the parameter, and what AWS takes hours for is over in minutes."""
    for module, name in _SLOW:
        monkeypatch.setattr(module, name, _MOVING_SECONDS)
    for name, value in simulated_aws.environment().items():
        monkeypatch.setenv(name, value)
    with subprocess.Popen(
        [sys.executable, killable.__file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=tmp_path
    ) as process:
        mortal = Mortal(simulated_aws, request.param, tmp_path, process)
        undo = simulated_aws.answer("cloudwatch:GetMetricData", mortal.remember)
        yield mortal
        undo()
        assert process.stdin is not None
        process.stdin.close()
