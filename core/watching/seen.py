"""What was seen of one watched change, and what was done about it: what the report says.

Everything is worked out of the periods, which AWS keeps: a watch that goes on elsewhere says the same.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from trueup.journal.runs import stamp
from trueup.watching.periods import PERIOD, breaking

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from trueup.finding import Evidence
    from trueup.watching.looking import Sight
    from trueup.watching.subjects import Subject

__all__ = ["Seen", "State"]

# The latest breaches of a fact that a report lists; a day has 288 periods.
_MOST_BREACHES = 12


class State(StrEnum):
    """How a watched change came out so far."""

    WELL = "well"
    UNOBSERVED = "unobserved"
    REGRESSED = "regressed"
    ROLLED_BACK = "rolled back"
    GONE = "gone"


@dataclass(slots=True)
class Seen:
    """What was seen of one change.

    Args:
        subject: the change.
        sights: begin of a period to what was seen in it.
        outcome: what was done about a breach, empty when nothing had to be.
        state: how it came out so far.
    """

    subject: Subject
    sights: dict[datetime, Sight] = field(default_factory=dict)
    outcome: str = ""
    state: State = State.WELL

    def add(self, sights: Mapping[datetime, Sight]) -> None:
        """Take what was seen anew; what was known before and is not now stays known."""
        for at, sight in sights.items():
            self.sights[at] = sight.after(self.sights[at]) if at in self.sights else sight

    @property
    def well(self) -> dict[datetime, bool | None]:
        """Give whether all limits held, by period."""
        return {at: sight.well for at, sight in self.sights.items()}

    def breaks(self, since: datetime) -> dict[int, tuple[datetime, datetime]]:
        """Give which limits are breached, by their number, and the latest two periods that say so; see ``breaking``."""
        found = {
            number: breaking({at: sight.held[number] for at, sight in self.sights.items()}, since)
            for number in range(len(self.subject.limits))
        }
        return {number: pair for number, pair in found.items() if pair}

    def breach(self, limit: int, pair: tuple[datetime, datetime]) -> str:
        """Give what was breached, when."""
        first, second = pair
        return f"{self.sights[second].texts[limit]} (in the five minutes from {stamp(first)} and from {stamp(second)})"

    def ended(self, now: datetime) -> bool:
        """Tell whether there is nothing more to watch of it."""
        return self.state in {State.ROLLED_BACK, State.GONE} or now >= self.subject.until

    def close(self, now: datetime) -> None:
        """Call a change of which there never was any data unobserved, once its watch is over."""
        if self.state is State.WELL and now >= self.subject.until and not self.observed:
            self.state = State.UNOBSERVED

    @property
    def observed(self) -> int:
        """How many periods there are metrics of."""
        measured = self.subject.measured
        return sum(any(sight.held[number] is not None for number in measured) for sight in self.sights.values())

    def to_json(self) -> dict[str, Any]:
        """Give all of it for a program, as a report's change has it under ``watch``."""
        return {
            "from": stamp(self.subject.begin),
            "until": stamp(self.subject.until),
            "periods": len(self.sights),
            "observed": self.observed,
            "breached": sum(sight.well is False for sight in self.sights.values()),
            "limits": list(self._limits()),
            "decision": self.state.replace(" ", "_"),
            "decided": self.outcome or None,
        }

    def _limits(self) -> Iterator[dict[str, Any]]:
        """Yield what each fact that a limit looks at was, over all periods; oldest first."""
        found: dict[tuple[str, str], list[tuple[datetime, Evidence]]] = {}
        for at, sight in sorted(self.sights.items()):
            for leaf in (each for limit in sight.evidence for each in limit):
                found.setdefault((leaf.path, json.dumps(leaf.expected, sort_keys=True)), []).append((at, leaf))
        for leaves in found.values():
            breaches = [(at, leaf) for at, leaf in leaves if leaf.holds is False]
            known = [leaf.actual for _, leaf in leaves if leaf.holds is not None]
            yield {
                "path": leaves[0][1].path,
                "expected": leaves[0][1].expected,
                "held": len(known) - len(breaches),
                "breached": len(breaches),
                "unknown": len(leaves) - len(known),
                "last": known[-1] if known else None,
                "breaches": [{"at": stamp(at), "actual": leaf.actual} for at, leaf in breaches[-_MOST_BREACHES:]],
            }

    def sentence(self) -> str:
        """Give all of it for a person."""
        if self.outcome:
            return self.outcome
        if not self.sights:
            return f"watched from {stamp(self.subject.begin)} on, nothing to see yet"
        begin, end = min(self.sights), max(self.sights) + PERIOD
        span = f"from {stamp(begin)} to {stamp(end)}"
        if not self.observed:
            last = "; ".join(self.sights[max(self.sights)].texts)
            return f"unobserved: no data in any of {len(self.sights)} periods {span}; {last}"
        breached = sum(sight.well is False for sight in self.sights.values())
        told = f"watched {span}: {self.observed} of {len(self.sights)} periods observed, {breached or 'none'} breached"
        return "; ".join([told, *self._never_known()])

    def _never_known(self) -> Iterator[str]:
        """Yield why the limits of which nothing was ever known are not, as the last period tells it."""
        last = self.sights[max(self.sights)]
        for number, text in enumerate(last.texts):
            if all(sight.held[number] is None for sight in self.sights.values()):
                yield f"never observed: {text}"
