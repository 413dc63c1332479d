"""Killed at any moment, an apply or a rollback is brought to its end, or undone, and sends nothing twice.

Six changes of three tables; a real SIGKILL before and after every transaction of the journal and every write to AWS.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from tests.faults.conftest import Ended, Mortal

# Fixes of every table without a look at its metrics, of which the simulated AWS makes a month anew for each look.
RULES = ("dynamodb-table-deletion-protection-enabled", "dynamodb-table-pitr-enabled")
STEPS = 6
# How many of the points the default run tries, evenly over the run, besides the one below.
SAMPLE = 2
# Both apply and rollback are still being put into the journal here, and nothing was sent.
RECORDING = 5
# The points are shared out among so many tests, for as many processes.
PARTS = 4
_PLANNED = "planned"


class Deaths:
    """One apply and its rollback, killed and brought to their ends."""

    def __init__(self, mortal: Mortal) -> None:
        self.mortal = mortal
        mortal.rebuild()
        ended = mortal.run("plan", *(word for rule in RULES for word in ("--rule", rule)), "--out", "plan.json")
        assert 0 == ended.code, ended.said
        mortal.keep_state(_PLANNED)
        self.began: datetime = mortal.aws.clock.now()
        self.before = mortal.image()
        self.apply_points = self._whole("apply", "plan.json", "--yes")
        self.after = mortal.image()
        self.planned = Counter(mortal.effects())
        mortal.aws.calls.clear()
        self.rollback_points = self._whole("rollback", "last", "--yes")
        self.undone = Counter(mortal.effects())

    def problems(self, points: Iterable[int]) -> Iterator[str]:
        """Die at each point of apply and rollback; yield what is not as it must be afterwards."""
        for point in points:
            for die in (self._resumed, self._rolled_back):
                found = list(die(point))
                yield from found
                if found:
                    self.mortal.rebuild()

    def _resumed(self, point: int) -> Iterator[str]:
        """Die in the apply, resume it, die in its rollback, resume that."""
        self._begin()
        died = self._die(min(point, len(self.apply_points)), self.apply_points, "apply", "plan.json", "--yes")
        runs = self.mortal.runs("apply")
        where = f"apply killed at {point}, {died.points[-1]}"
        if runs:
            yield from self._ended(f"{where}, resumed", self.mortal.run("resume", runs[0]), runs[0], "applied")
        else:
            yield from self._differs(f"{where}, nothing to resume", Counter(), Counter(self.mortal.effects()))
            yield from self._code(f"{where}, applied anew", self.mortal.run("apply", "plan.json", "--yes"))
            runs = self.mortal.runs("apply")
        yield from self._differs(where, self.after, self.mortal.image())
        yield from self._differs(where, self.planned, Counter(self.mortal.effects()))
        yield from self._differs(f"{where}: plan used by", [runs[0]], self.mortal.applied_by())
        yield from self._rollback_resumed(min(point, len(self.rollback_points)), runs[0])

    def _rollback_resumed(self, point: int, run: str) -> Iterator[str]:
        self.mortal.aws.calls.clear()
        died = self._die(point, self.rollback_points, "rollback", run, "--yes")
        where = f"rollback killed at {point}, {died.points[-1]}"
        rollbacks = self.mortal.runs("rollback")
        if rollbacks:
            resumed = self.mortal.run("resume", rollbacks[0])
            yield from self._ended(f"{where}, resumed", resumed, rollbacks[0], "rolled_back")
        else:
            yield from self._code(f"{where}, anew", self.mortal.run("rollback", run, "--yes"))
        yield from self._statuses(where, run, "rolled_back")
        yield from self._differs(where, self.before, self.mortal.image())
        yield from self._differs(where, self.undone, Counter(self.mortal.effects()))

    def _rolled_back(self, point: int) -> Iterator[str]:
        """Die in the apply, and roll back what it did."""
        self._begin()
        died = self._die(min(point, len(self.apply_points)), self.apply_points, "apply", "plan.json", "--yes")
        where = f"apply killed at {point}, {died.points[-1]}, rolled back"
        done = Counter(self.mortal.effects())
        yield from self._differs(where, Counter(), done - self.planned)
        self.mortal.aws.calls.clear()
        for run in self.mortal.runs("apply"):
            yield from self._code(where, self.mortal.run("rollback", run, "--yes"))
            standing = [each for each in self.mortal.changes(run) if each.status not in {"planned", "rolled_back"}]
            yield from self._differs(where, [], [f"{each.change.id} {each.status}" for each in standing])
        yield from self._differs(where, self.before, self.mortal.image())
        undone = Counter(self.mortal.effects())
        yield from self._differs(where, Counter(), undone - self.undone)
        yield from self._differs(where, done.total(), undone.total())

    def _begin(self) -> None:
        """Start from the plan, at its time; the tables are as before, by what the death before this one ended in."""
        self.mortal.restore_state(_PLANNED)
        self.mortal.aws.clock.reset(self.began + timedelta(minutes=1))
        self.mortal.aws.calls.clear()

    def _whole(self, *arguments: str) -> tuple[str, ...]:
        ended = self.mortal.run(*arguments)
        assert 0 == ended.code, ended.said
        return ended.points

    def _die(self, point: int, points: Sequence[str], *arguments: str) -> Ended:
        died = self.mortal.run(*arguments, point=point)
        assert died.killed, f"{arguments}: expected to be killed at {point} of {len(points)}, found {died}"
        return died

    def _ended(self, where: str, ended: Ended, run: str, status: str) -> Iterator[str]:
        yield from self._code(where, ended)
        yield from self._statuses(where, run, status)

    def _statuses(self, where: str, run: str, status: str) -> Iterator[str]:
        found = [(str(each.status), each.reason) for each in self.mortal.changes(run)]
        if [status] * STEPS != [each for each, _ in found]:
            yield f"{where}: expected {STEPS} {status}, found {found}"

    def _code(self, where: str, ended: Ended) -> Iterator[str]:
        if ended.code != 0:
            yield f"{where}: expected exit code 0, found {ended.code}: {ended.said}"

    def _differs(self, where: str, expected: Any, found: Any) -> Iterator[str]:
        if expected != found:
            yield f"{where}: expected {expected}, found {found}"


def _sample(count: int) -> list[int]:
    """Give some points of a run of so many: one while it is being recorded, the others evenly over it."""
    return [RECORDING, *(count * part // (SAMPLE + 1) for part in range(1, SAMPLE + 1))]


def test_some_deaths_are_survived(mortal: Mortal) -> None:
    """Killed at points all over an apply of six steps and its rollback, all ends as planned or as before."""
    deaths = Deaths(mortal)
    assert STEPS == deaths.planned.total() == deaths.undone.total()
    problems = list(deaths.problems(_sample(len(deaths.apply_points))))
    assert not problems, "\n".join(problems)


@pytest.mark.faults
@pytest.mark.parametrize("part", range(PARTS))
def test_every_death_is_survived(mortal: Mortal, part: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Killed before and after every transaction and every write: resume and rollback both end consistently."""
    deaths = Deaths(mortal)
    of_apply, of_rollback = len(deaths.apply_points), len(deaths.rollback_points)
    points = range(1 + part, max(of_apply, of_rollback) + 1, PARTS)
    problems = list(deaths.problems(points))
    with capsys.disabled():
        print(  # noqa: T201 - how much was covered is a result
            f"\nkilled at {len(points)} of the {of_apply} points of an apply, each resumed and each rolled back, "
            f"and of the {of_rollback} points of its rollback, each resumed"
        )
    assert not problems, "\n".join(problems)
