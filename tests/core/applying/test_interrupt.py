"""Reasons to stop: signals, ``trueup stop``, the freeze and closed windows."""

from __future__ import annotations

import os
import signal
import threading
from typing import TYPE_CHECKING

import pytest

from trueup.applying.interrupt import Interrupt
from trueup.applying.windows import Window
from trueup.clock import SystemClock
from trueup.journal.journal import Journal
from trueup.settings import ApplySettings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NEVER = Window(frozenset(), Window.parse("08:00-09:00").begin, Window.parse("08:00-09:00").end)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """An empty journal."""
    opened = Journal.open(tmp_path / "state.db", SystemClock())
    yield opened
    opened.store.close()


def _interrupt(journal: Journal, settings: ApplySettings | None = None) -> Interrupt:
    return Interrupt(journal, SystemClock(), settings or ApplySettings())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_sleep(journal: Journal, number: signal.Signals) -> None:
    """The wait of an hour ends when the signal comes, no error gets out, and the reason is kept."""
    interrupt = _interrupt(journal)
    run = journal.runs.start("apply")
    with interrupt.catching_signals():
        threading.Timer(0.1, os.kill, (os.getpid(), number)).start()
        interrupt.sleep(3600)
        assert (True, "interrupted") == (interrupt.signalled, interrupt.reason(run))
        interrupt.sleep(3600)


def test_a_signal_outside_a_sleep_interrupts_nothing(journal: Journal) -> None:
    """A call in flight is finished: the handler only takes note."""
    interrupt = _interrupt(journal)
    before = signal.getsignal(signal.SIGINT)
    with interrupt.catching_signals():
        os.kill(os.getpid(), signal.SIGINT)
        assert interrupt.signalled
    assert before is signal.getsignal(signal.SIGINT)


def test_handlers_come_back_after_an_error(journal: Journal) -> None:
    """Whatever ends the block, Ctrl-C is Python's again."""
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyError), _interrupt(journal).catching_signals():
        raise KeyError
    assert before is signal.getsignal(signal.SIGTERM)


def test_a_stop_is_asked_of_the_run_that_is_meant(journal: Journal) -> None:
    """``trueup stop RUN`` stops that one; without a name all that run."""
    interrupt = _interrupt(journal)
    one, two, audit = (journal.runs.start(kind) for kind in ("apply", "apply", "audit"))
    assert [one] == journal.runs.request_stop(one)
    assert ("stopped by `trueup stop`", None) == (interrupt.reason(one), interrupt.reason(two))
    assert {one, two} == set(journal.runs.request_stop())
    assert "stopped by `trueup stop`" == interrupt.reason(two)
    assert not journal.runs.stop_requested(audit)
    journal.runs.reopen(one)
    assert interrupt.reason(one) is None


@pytest.mark.parametrize(("value", "expected"), [("1", "frozen by TRUEUP_FREEZE"), ("0", None), ("", None)])
def test_the_environment_freezes(
    journal: Journal, monkeypatch: pytest.MonkeyPatch, value: str, expected: str | None
) -> None:
    """``TRUEUP_FREEZE`` freezes unless it is empty or 0."""
    monkeypatch.setenv("TRUEUP_FREEZE", value)
    assert expected == _interrupt(journal).frozen()


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (ApplySettings(freeze=True), "frozen by apply.freeze in trueup.toml"),
        (ApplySettings(windows=(NEVER,)), "outside the windows of apply.windows in trueup.toml"),
        (ApplySettings(windows=(Window.parse("00:00-24:00"),)), None),
    ],
)
def test_the_settings_freeze(journal: Journal, settings: ApplySettings, expected: str | None) -> None:
    """A freeze and closed windows are reasons of every run."""
    interrupt = _interrupt(journal, settings)
    assert (expected, expected) == (interrupt.frozen(), interrupt.reason(journal.runs.start("apply")))
