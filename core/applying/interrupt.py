"""Whether to stop: Ctrl-C, ``trueup stop``, ``TRUEUP_FREEZE``, a freeze or a closed window.

Asked between two calls and never during one, so that a stop leaves every change in a status that is true.
"""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

from trueup.applying.windows import open_now

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from trueup.clock import Clock
    from trueup.journal.journal import Journal
    from trueup.settings import ApplySettings

__all__ = ["Interrupt"]


class _WokenError(Exception):
    """Raised by the signal handler inside ``Interrupt.sleep``, and nowhere else."""


class Interrupt:
    """Collects the reasons to stop."""

    def __init__(self, journal: Journal, clock: Clock, settings: ApplySettings) -> None:
        """Look at the journal for ``trueup stop``, at the clock and the settings for windows and freeze."""
        self._journal = journal
        self._clock = clock
        self._settings = settings
        self.signalled = False
        self._asleep = False

    @contextmanager
    def catching_signals(self) -> Iterator[None]:
        """Turn Ctrl-C and SIGTERM into a wish to stop, while the block runs."""
        kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        for number in kept:
            signal.signal(number, self._signal)
        try:
            yield
        finally:
            for number, handler in kept.items():
                signal.signal(number, handler)

    def sleep(self, seconds: float) -> None:
        """Wait by the clock; a signal ends the wait at once, where elsewhere it waits for the call in flight."""
        try:
            self._asleep = True
            if not self.signalled:
                self._clock.sleep(seconds)
            self._asleep = False
        except _WokenError:
            self._asleep = False

    def _signal(self, _number: int, _frame: FrameType | None) -> None:
        self.signalled = True
        if self._asleep:
            self._asleep = False
            raise _WokenError

    def reason(self, run: str) -> str | None:
        """Give why nothing more may be sent, None when it may."""
        if self.signalled:
            return "interrupted"
        if self._journal.runs.stop_requested(run):
            return "stopped by `trueup stop`"
        return self.frozen()

    def frozen(self) -> str | None:
        """Give why nothing may be written now, whatever the run."""
        if why := self.held():
            return why
        if not open_now(self._settings.windows, self._clock.now()):
            return "outside the windows of apply.windows in trueup.toml"
        return None

    def held(self) -> str | None:
        """Give how a person keeps everything that writes by itself from writing, None when nobody does."""
        if os.environ.get("TRUEUP_FREEZE", "") not in {"", "0"}:
            return "frozen by TRUEUP_FREEZE"
        if self._settings.freeze:
            return "frozen by apply.freeze in trueup.toml"
        return None
