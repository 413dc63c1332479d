"""Killed at any moment, an apply or a rollback is brought to its end, or undone, and sends nothing twice.

A real SIGKILL before and after every transaction of the journal and every write to AWS: of six changes of three tables,
and of the capacity of a cluster, a cache and a service, some of whose changes take several calls and hours to settle.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.subjects import SUBJECTS, TABLES_ONLY
from tests.faults.worlds import in_copy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tests.faults.conftest import Ended, Mortal
    from tests.faults.subjects import Subject
    from trueup.testing import Answer

# How many of the points the default run tries, evenly over the run, besides the one below.
SAMPLE = 2
# Both apply and rollback are still being put into the journal here, and nothing was sent.
RECORDING = 5
# After so many of one death the rest follow from them.
MOST_PROBLEMS = 2
# The points are shared out among so many tests, for as many processes.
PARTS = 2
# The state files as they were before and after the first death.
_PLANNED = "planned"
_DIED = "died"


@dataclass(frozen=True, slots=True)
class Lived:
    """An apply and its rollback that nobody killed.

    Args:
        after: the image between the two.
        apply_points: the points that the apply passed.
        planned: the writes that it sent, counted.
        rollback_points: the points that the rollback passed.
        undone: the writes that it sent, counted.
        measured: what CloudWatch answered meanwhile.
    """

    after: dict[str, Any]
    apply_points: tuple[str, ...]
    planned: Counter[tuple[str, str]]
    rollback_points: tuple[str, ...]
    undone: Counter[tuple[str, str]]
    measured: dict[str, Answer]


class Deaths:
    """One apply and its rollback, killed and brought to their ends, each time in a copy of the account as planned."""

    def __init__(self, mortal: Mortal) -> None:
        self.mortal = mortal
        self.subject = mortal.subject
        self.apply = ("apply", "plan.json", "--yes", *self.subject.approval)
        mortal.build()
        self._whole("plan", *self.subject.plan, "--out", "plan.json")
        mortal.keep_state(_PLANNED)
        mortal.aws.calls.clear()
        self.before = mortal.image()
        self.lived = in_copy(mortal.aws, self._live)
        mortal.measured.update(self.lived.measured)

    def points(self) -> list[tuple[int, int]]:
        """Give where to die: every point of the apply, each with one of its rollback, and every one of these too."""
        forward, back = len(self.lived.apply_points), len(self.lived.rollback_points)
        return [(min(at, forward), min(at, back)) for at in range(1, max(forward, back) + 1)]

    def problems(self, points: Iterable[tuple[int, int]]) -> Iterator[str]:
        """Die at each point of apply and rollback; yield what is not as it must be afterwards."""
        for point in points:
            yield from in_copy(self.mortal.aws, partial(self._died, point))

    def _live(self) -> Lived:
        apply_points = self._whole(*self.apply)
        after, planned = self.mortal.image(), Counter(self.mortal.effects())
        self.mortal.aws.calls.clear()
        rollback_points = self._whole("rollback", "last", "--yes")
        undone = Counter(self.mortal.effects())
        return Lived(after, apply_points, planned, rollback_points, undone, self.mortal.measured)

    def _died(self, points: tuple[int, int]) -> list[str]:
        """Die in the apply; in a copy of what is left resume it, die in its rollback, and resume that; else undo it."""
        self.mortal.restore_state(_PLANNED)
        died = self._die(points[0], self.lived.apply_points, *self.apply)
        where = f"apply killed at {points[0]}, {died.points[-1]}"
        self.mortal.keep_state(_DIED)
        problems = in_copy(self.mortal.aws, lambda: list(islice(self._resumed(where, points[1]), MOST_PROBLEMS)))
        self.mortal.restore_state(_DIED)
        return problems + list(islice(self._rolled_back(f"{where}, rolled back"), MOST_PROBLEMS))

    def _resumed(self, where: str, point: int) -> Iterator[str]:
        runs = self.mortal.runs("apply")
        if runs:
            yield from self._ended(f"{where}, resumed", self.mortal.run("resume", runs[0]), runs[0], "applied")
        else:
            yield from self._differs(f"{where}, nothing to resume", Counter(), Counter(self.mortal.effects()))
            yield from self._code(f"{where}, applied anew", self.mortal.run(*self.apply))
            runs = self.mortal.runs("apply")
        yield from self._differs(where, self.lived.after, self.mortal.image())
        yield from self._differs(where, self.lived.planned, self._once(self.lived.planned))
        yield from self._differs(f"{where}: plan used by", [runs[0]], self.mortal.applied_by())
        yield from self._rollback_resumed(point, runs[0])

    def _rollback_resumed(self, point: int, run: str) -> Iterator[str]:
        self.mortal.aws.calls.clear()
        died = self._die(point, self.lived.rollback_points, "rollback", run, "--yes")
        where = f"rollback killed at {point}, {died.points[-1]}"
        rollbacks = self.mortal.runs("rollback")
        if rollbacks:
            resumed = self.mortal.run("resume", rollbacks[0])
            yield from self._ended(f"{where}, resumed", resumed, rollbacks[0], "rolled_back")
        else:
            yield from self._code(f"{where}, anew", self.mortal.run("rollback", run, "--yes"))
        yield from self._statuses(where, run, "rolled_back")
        yield from self._differs(where, self.before, self.mortal.image())
        yield from self._differs(where, self.lived.undone, self._once(self.lived.undone))

    def _rolled_back(self, where: str) -> Iterator[str]:
        done = self._once(self.lived.planned)
        yield from self._differs(where, Counter(), done - self.lived.planned)
        self.mortal.aws.calls.clear()
        for run in self.mortal.runs("apply"):
            yield from self._code(where, self.mortal.run("rollback", run, "--yes"))
            standing = [each for each in self.mortal.changes(run) if each.status not in {"planned", "rolled_back"}]
            yield from self._differs(where, [], [f"{each.change.id} {each.status}" for each in standing])
        yield from self._differs(where, self.before, self.mortal.image())
        undone = self._once(self.lived.undone)
        yield from self._differs(where, Counter(), undone - self.lived.undone)
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


def _sample(count: int) -> list[tuple[int, int]]:
    """Give some points of a run of so many: one while it is being recorded, the others evenly over it."""
    chosen = [RECORDING, *(count * part // (SAMPLE + 1) for part in range(1, SAMPLE + 1))]
    return [(point, point) for point in chosen]


@pytest.mark.parametrize("mortal", [TABLES_ONLY], indirect=True, ids=_name)
def test_some_deaths_are_survived(mortal: Mortal) -> None:
    """Killed at points all over an apply of six steps and its rollback, all ends as planned or as before."""
    deaths = Deaths(mortal)
    lived = deaths.lived
    assert TABLES_ONLY.steps == lived.planned.total() == lived.undone.total()
    problems = list(deaths.problems(_sample(len(lived.apply_points))))
    assert not problems, "\n".join(problems)


@pytest.mark.faults
@pytest.mark.parametrize("mortal", SUBJECTS, indirect=True, ids=_name)
@pytest.mark.parametrize("part", range(PARTS))
def test_every_death_is_survived(mortal: Mortal, part: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Killed before and after every transaction and every write: resume and rollback both end consistently."""
    deaths = Deaths(mortal)
    lived = deaths.lived
    left = sum(count for (name, _), count in lived.planned.items() if name in mortal.subject.left)
    assert mortal.subject.steps == lived.planned.total() == lived.undone.total() + left
    points = deaths.points()[part::PARTS]
    problems = list(deaths.problems(points))
    with capsys.disabled():
        print(  # noqa: T201 - how much was covered is a result
            f"\n{mortal.subject.name}: killed at {len(points)} of the {len(lived.apply_points)} points of an apply, "
            f"each resumed and each rolled back, and of the {len(lived.rollback_points)} points of its rollback, each "
            "resumed"
        )
    assert not problems, "\n".join(problems)
