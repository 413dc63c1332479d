"""Recorded series, judged by the code that judges a running watch; only where the facts come from differs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from tests.core.applying.test_references import change
from trueup.facts.snapshot import Snapshot
from trueup.facts.unknown import Reason, Unknown
from trueup.ruleset.condition import compile_condition
from trueup.settings import Settings
from trueup.watching.looking import look, usual
from trueup.watching.periods import PERIOD, breaking, first_period, periods
from trueup.watching.subjects import Subject

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from trueup.applying.bench import Bench
    from trueup.aws.windows import Window
    from trueup.resource import Resource

MADE = datetime(2026, 11, 23, 10, 2, tzinfo=UTC)
DAY = timedelta(hours=24)
IGNORED = timedelta(minutes=15)
LIMIT = 100.0


@dataclass(frozen=True)
class Recorded:
    """A bench whose reader gives a series that was recorded.

    Args:
        at: the value of the five minutes that begin then; None is no data.
    """

    at: Callable[[datetime], float | None]

    @property
    def reader(self) -> Recorded:
        """Give itself."""
        return self

    @property
    def settings(self) -> Settings:
        """Give the default ones."""
        return Settings()

    def type_of(self, _change: Any) -> None:
        """Give no type: nothing is read by it."""

    def read_slices(
        self, wanted: Iterable[tuple[None, Resource, Any]], slices: Sequence[Window]
    ) -> Iterator[tuple[Snapshot, ...]]:
        """Yield the series, a snapshot a slice."""
        for _, resource, _ in wanted:
            yield tuple(Snapshot(resource, {"metrics": {"depth": self._fact(each)}}, MADE) for each in slices)

    def _fact(self, window: Window) -> float | Unknown:
        value = self.at(window.start)
        return Unknown(Reason.NO_DATA) if value is None else value


def judged(at: Callable[[datetime], float | None]) -> datetime | None:
    """Watch a series for a day, period by period; give the end of the period in which it is found to regress."""
    bench = cast("Bench", Recorded(at))
    limit = compile_condition({"metrics.depth": {"maximum": LIMIT}})
    subject = Subject(change(), (limit,), frozenset({0}), MADE, first_period(MADE, IGNORED), MADE + DAY)
    (sights,) = look(bench, [subject], periods(subject.begin, subject.until)).values()
    held = {begin: sight.well for begin, sight in sights.items()}
    for begin in sorted(held):
        pair = breaking({other: held[other] for other in held if other <= begin}, begin)
        if pair and usual(bench, {(subject, 0): pair})[subject, 0] is False:
            return begin + PERIOD
    return None
