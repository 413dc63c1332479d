"""Killed at any moment, an apply or a rollback is brought to its end, or undone, and sends nothing twice.

A real SIGKILL before and after every transaction of the journal and every write to AWS: of six changes of three tables,
and of the capacity of a cluster, a cache and a service, some of whose changes take several calls and hours to settle.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.subjects import SUBJECTS, TABLES_ONLY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from tests.faults.conftest import Ended, Mortal
    from tests.faults.subjects import Subject

# How many of the points the default run tries, evenly over the run, besides the one below.
SAMPLE = 2
# Both apply and rollback are still being put into the journal here, and nothing was sent.
RECORDING = 5
# After so many of one death the rest follow from them.
MOST_PROBLEMS = 2
# The points are shared out among so many tests, for as many processes.
PARTS = 4
_PLANNED = "planned"


class Deaths:
    """One apply and its rollback, killed and brought to their ends."""

    def __init__(self, mortal: Mortal) -> None:
        self.mortal = mortal
        self.subject = mortal.subject
        self.apply = ("apply", "plan.json", "--yes", *self.subject.approval)
        self._plan()
        self.began: datetime = mortal.aws.clock.now()
        self.before = mortal.image()
        self.apply_points = self._whole(*self.apply)
        self.after = mortal.image()
        self.planned = Counter(mortal.effects())
        mortal.aws.calls.clear()
        self.rollback_points = self._whole("rollback", "last", "--yes")
        self.undone = Counter(mortal.effects())

    def points(self) -> list[tuple[int, int]]:
        """Give where to die: points of the apply, each with one of its rollback."""
        forward, back = (
            _chosen(points, calls=self.subject.anew) for points in (self.apply_points, self.rollback_points)
        )
        count = max(len(forward), len(back))
        return [(forward[min(at, len(forward) - 1)], back[min(at, len(back) - 1)]) for at in range(count)]

    def problems(self, points: Iterable[tuple[int, int]]) -> Iterator[str]:
        """Die at each point of apply and rollback; yield what is not as it must be afterwards."""
        for point in points:
            for die in (self._resumed, self._rolled_back):
                found: list[str] = []
                for problem in die(point):
                    found.append(problem)
                    if len(found) == MOST_PROBLEMS:
                        break
                yield from found
                if found:
                    self.mortal.rebuild()

    def _resumed(self, points: tuple[int, int]) -> Iterator[str]:
        """Die in the apply, resume it, die in its rollback, resume that."""
        self._begin()
        died = self._die(points[0], self.apply_points, *self.apply)
        runs = self.mortal.runs("apply")
        where = f"apply killed at {points[0]}, {died.points[-1]}"
        if runs:
            yield from self._ended(f"{where}, resumed", self.mortal.run("resume", runs[0]), runs[0], "applied")
        else:
            yield from self._differs(f"{where}, nothing to resume", Counter(), Counter(self.mortal.effects()))
            yield from self._code(f"{where}, applied anew", self.mortal.run(*self.apply))
            runs = self.mortal.runs("apply")
        yield from self._differs(where, self.after, self.mortal.image())
        yield from self._differs(where, self.planned, self._once(self.planned))
        yield from self._differs(f"{where}: plan used by", [runs[0]], self.mortal.applied_by())
        yield from self._rollback_resumed(points[1], runs[0])

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
        yield from self._differs(where, self.undone, self._once(self.undone))

    def _rolled_back(self, points: tuple[int, int]) -> Iterator[str]:
        """Die in the apply, and roll back what it did."""
        self._begin()
        died = self._die(points[0], self.apply_points, *self.apply)
        where = f"apply killed at {points[0]}, {died.points[-1]}, rolled back"
        done = self._once(self.planned)
        yield from self._differs(where, Counter(), done - self.planned)
        self.mortal.aws.calls.clear()
        for run in self.mortal.runs("apply"):
            yield from self._code(where, self.mortal.run("rollback", run, "--yes"))
            standing = [each for each in self.mortal.changes(run) if each.status not in {"planned", "rolled_back"}]
            yield from self._differs(where, [], [f"{each.change.id} {each.status}" for each in standing])
        yield from self._differs(where, self.before, self.mortal.image())
        undone = self._once(self.undone)
        yield from self._differs(where, Counter(), undone - self.undone)
        left = sum(count for (name, _), count in done.items() if name in self.subject.left)
        yield from self._differs(where, done.total() - left, undone.total())

    def _once(self, expected: Counter[tuple[str, str]]) -> Counter[tuple[str, str]]:
        """Give the effects that were seen, without a second one of what may be left behind twice."""
        found = Counter(self.mortal.effects())
        return Counter(
            {
                each: min(count, expected[each]) if each[0] in self.subject.left and each in expected else count
                for each, count in found.items()
            }
        )

    def _begin(self) -> None:
        """Start from the plan, at its time; all is as before, built anew or by what the death before ended in."""
        if self.subject.anew:
            self._plan()
        else:
            self.mortal.restore_state(_PLANNED)
            self.mortal.aws.clock.reset(self.began + timedelta(minutes=1))
        self.mortal.aws.calls.clear()

    def _plan(self) -> None:
        self.mortal.forget_state()
        self.mortal.rebuild()
        ended = self.mortal.run("plan", *self.subject.plan, "--out", "plan.json")
        assert 0 == ended.code, ended.said
        self.mortal.keep_state(_PLANNED)

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
        if [status] * self.subject.changes != [each for each, _ in found]:
            yield f"{where}: expected {self.subject.changes} {status}, found {found}"

    def _code(self, where: str, ended: Ended) -> Iterator[str]:
        if ended.code != 0:
            yield f"{where}: expected exit code 0, found {ended.code}: {ended.said}"

    def _differs(self, where: str, expected: Any, found: Any) -> Iterator[str]:
        if expected != found:
            yield f"{where}: expected {expected}, found {found}"


def _name(subject: Subject) -> str:
    return subject.name


def _chosen(points: Sequence[str], *, calls: bool) -> list[int]:
    """Give all points, or the ones before and after a call."""
    return [number for number, point in enumerate(points, 1) if not calls or "journal" not in point]


def _sample(count: int) -> list[tuple[int, int]]:
    """Give some points of a run of so many: one while it is being recorded, the others evenly over it."""
    chosen = [RECORDING, *(count * part // (SAMPLE + 1) for part in range(1, SAMPLE + 1))]
    return [(point, point) for point in chosen]


@pytest.mark.parametrize("mortal", [TABLES_ONLY], indirect=True, ids=_name)
def test_some_deaths_are_survived(mortal: Mortal) -> None:
    """Killed at points all over an apply of six steps and its rollback, all ends as planned or as before."""
    deaths = Deaths(mortal)
    assert TABLES_ONLY.steps == deaths.planned.total() == deaths.undone.total()
    problems = list(deaths.problems(_sample(len(deaths.apply_points))))
    assert not problems, "\n".join(problems)


@pytest.mark.faults
@pytest.mark.parametrize("mortal", SUBJECTS, indirect=True, ids=_name)
@pytest.mark.parametrize("part", range(PARTS))
def test_every_death_is_survived(mortal: Mortal, part: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Killed before and after every transaction and every write: resume and rollback both end consistently."""
    deaths = Deaths(mortal)
    left = sum(count for (name, _), count in deaths.planned.items() if name in mortal.subject.left)
    assert mortal.subject.steps == deaths.planned.total() == deaths.undone.total() + left
    points = deaths.points()[part::PARTS]
    problems = list(deaths.problems(points))
    with capsys.disabled():
        print(  # noqa: T201 - how much was covered is a result
            f"\n{mortal.subject.name}: killed at {len(points)} of the {len(deaths.apply_points)} points of an apply, "
            f"each resumed and each rolled back, and of the {len(deaths.rollback_points)} points of its rollback, each "
            "resumed"
        )
    assert not problems, "\n".join(problems)
