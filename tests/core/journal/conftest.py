"""A journal for the tests, at a time that stands still until it is moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from trueup.journal.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class StandingClock:
    """A clock that only ``sleep`` moves."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 23, 10, tzinfo=UTC)

    def now(self) -> datetime:
        """Give the time."""
        return self.time

    def sleep(self, seconds: float) -> None:
        """Move the time."""
        self.time += timedelta(seconds=seconds)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """An empty journal."""
    opened = Journal.open(tmp_path / "state.db", StandingClock())
    yield opened
    opened.store.close()
