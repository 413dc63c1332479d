"""Bars of verdicts: how each severity and each service came out.

Only lengths are computed here; the template draws them, so that the page stays the one place that writes markup.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trueup.reports.wording import VERDICTS

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Mapping

__all__ = ["CHARTED", "Bar", "Segment", "bars"]

CHARTED = tuple(verdict for verdict in VERDICTS if verdict != "not_applicable")
"""The verdicts that are drawn; where a rule does not apply there is nothing to compare."""

WIDTH = 440
"""The width of a full bar, in the drawing's units."""

# One failure among ten thousand passes is what the chart is for; it must not be thinner than a hair.
_NARROWEST = 4.0


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a bar: its verdict, where it begins and how long it is."""

    verdict: str
    start: float
    length: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, full width, split by verdict in proportion to the counts.

    Args:
        label: whose bar.
        counts: verdict to count, of those that are drawn.
        segments: from left to right, worst first.
    """

    label: str
    counts: Mapping[str, int]
    segments: tuple[Segment, ...]


def bars(counts: Mapping[str, Counter[str]], order: Iterable[str]) -> list[Bar]:
    """Give a bar for each label that has anything to draw, in the given order."""
    drawn = []
    for label in order:
        numbers = {verdict: counts[label][verdict] for verdict in CHARTED} if label in counts else {}
        if any(numbers.values()):
            drawn.append(Bar(label, numbers, tuple(_segments(numbers))))
    return drawn


def _segments(numbers: Mapping[str, int]) -> Iterable[Segment]:
    present = {verdict: number for verdict, number in numbers.items() if number}
    total = sum(present.values())
    wanted = {verdict: max(_NARROWEST, WIDTH * number / total) for verdict, number in present.items()}
    scale = WIDTH / sum(wanted.values())
    start = 0.0
    for verdict, length in wanted.items():
        yield Segment(verdict, round(start, 1), round(length * scale, 1))
        start += length * scale
