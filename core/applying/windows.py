"""Maintenance windows: when writing is allowed.

``Mon-Fri 08:00-16:00`` in UTC; a window may pass midnight. Checked before every change, not only at the start.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from trueup.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Window", "open_now"]

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAY = "|".join(_DAYS)
_FORM = re.compile(rf"(?:({_DAY})(?:-({_DAY}))? )?([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)")


@dataclass(frozen=True, slots=True)
class Window:
    """One window, on the days on which it begins."""

    days: frozenset[int]
    begin: time
    end: time

    @classmethod
    def parse(cls, text: str) -> Window:
        """Read ``[Day[-Day] ]HH:MM-HH:MM``.

        Raises:
            UsageError: the text is no window.
        """
        match = _FORM.fullmatch(text.strip())
        if match is None:
            message = f"apply.windows: expected such as 'Mon-Fri 08:00-16:00' (UTC), found {text!r}"
            raise UsageError(message)
        begin, end = time(int(match[3]), int(match[4])), time(int(match[5] or 0), int(match[6] or 0))
        first = _DAYS.index(match[1]) if match[1] else 0
        last = _DAYS.index(match[2]) if match[2] else (first if match[1] else 6)
        return cls(frozenset((first + n) % 7 for n in range((last - first) % 7 + 1)), begin, end)

    def holds(self, moment: datetime) -> bool:
        """Tell whether the window is open at a moment."""
        moment = moment.astimezone(UTC)
        today, clock = moment.weekday(), moment.time()
        if self.begin < self.end:
            return today in self.days and self.begin <= clock < self.end
        return (today in self.days and clock >= self.begin) or ((today - 1) % 7 in self.days and clock < self.end)


def open_now(windows: Sequence[Window], moment: datetime) -> bool:
    """Tell whether writing is allowed at a moment: without windows it always is."""
    return not windows or any(window.holds(moment) for window in windows)
