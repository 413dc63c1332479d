"""Columns of verdicts: how the last audits of the same accounts, Regions and selection came out.

Only lengths are computed here, as for the bars; the template draws them, and a table says the same in numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trueup.reports.html.charts import CHARTED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["HEIGHT", "WIDTH", "Column", "Part", "columns"]

WIDTH = 880
"""The width of the drawing, which stands alone in its row, in its units."""

HEIGHT = 120
"""The height of the column of the audit that judged most, in the drawing's units."""

# A column is as wide as that of seven audits at most: two audits are not two walls.
_FEWEST = 7

# One failure below ten thousand passes is what the chart is for; it must not be thinner than a hair.
_LOWEST = 3.0

# Of the room that a column has, what it fills.
_FILLED = 0.8


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a column: its verdict, where it begins from above and how high it is."""

    verdict: str
    top: float
    height: float


@dataclass(frozen=True, slots=True)
class Column:
    """One audit.

    Args:
        point: the audit, as the report has it.
        left: where the column begins.
        width: how wide it is.
        parts: from above, worst first.
    """

    point: Mapping[str, Any]
    left: float
    width: float
    parts: tuple[Part, ...]


def columns(trend: Sequence[Mapping[str, Any]]) -> list[Column]:
    """Give a column for each audit, oldest first; none for a single audit, which is no trend."""
    if len(trend) < 2:  # noqa: PLR2004 - the fewest that can be compared
        return []
    most = max(_total(point) for point in trend) or 1
    room = WIDTH / max(len(trend), _FEWEST)
    return [
        Column(point, round(number * room, 1), round(room * _FILLED, 1), tuple(_parts(point, most)))
        for number, point in enumerate(trend)
    ]


def _parts(point: Mapping[str, Any], most: int) -> Iterator[Part]:
    present = {verdict: point[verdict] for verdict in CHARTED if point[verdict]}
    wanted = {verdict: max(_LOWEST, HEIGHT * number / most) for verdict, number in present.items()}
    # never higher than the drawing, whatever was made visible
    scale = min(1.0, HEIGHT / sum(wanted.values())) if wanted else 1.0
    top = HEIGHT - sum(wanted.values()) * scale
    for verdict, wide in wanted.items():
        yield Part(verdict, round(top, 1), round(wide * scale, 1))
        top += wide * scale


def _total(point: Mapping[str, Any]) -> int:
    return sum(point[verdict] for verdict in CHARTED)
