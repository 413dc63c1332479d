"""What follows from what was seen: a change that harms is undone, a harm that everything shows is an outage.

Apart from reading and undoing, since this is where a wrong answer makes a bad night worse.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from trueup.settings import WatchSettings
    from trueup.watching.subjects import Subject

__all__ = ["Decision", "decide"]


class Decision(Enum):
    """What to do about the regressions of one look."""

    UNDO = auto()
    WAIT = auto()
    STOP = auto()


@dataclass(frozen=True, slots=True)
class _Harm:
    changes: int
    resources: int

    def is_outage(self, watched: int, limits: WatchSettings) -> bool:
        """Tell whether so much at once is nobody's fix gone wrong: one resource alone never is an outage."""
        many = self.changes > limits.most_together or self.changes >= limits.share_together * watched
        return self.resources > 1 and many


def decide(
    regressed: Collection[Subject],
    recent: Collection[Subject],
    beginning: Collection[Subject],
    watched: int,
    limits: WatchSettings,
) -> Decision:
    """Tell what to do about changes that regressed.

    Args:
        regressed: the changes whose limits are breached now.
        recent: the changes that were rolled back because of the last periods.
        beginning: the changes whose last period alone was a breach; a period later they show whether they belong to it.
        watched: how many changes are watched.
        limits: how many may regress together.
    """
    if _harm(regressed, recent).is_outage(watched, limits):
        return Decision.STOP
    if _harm(regressed, recent, beginning).is_outage(watched, limits):
        return Decision.WAIT
    return Decision.UNDO


def _harm(*groups: Collection[Subject]) -> _Harm:
    changes = {each.change.id: each.change.resource.arn for group in groups for each in group}
    return _Harm(len(changes), len(set(changes.values())))
