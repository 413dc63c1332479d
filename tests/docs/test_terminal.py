"""The terminal in which the tutorial is gone through."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

import pytest

from tests.docs import terminal as terminals
from tests.docs.terminal import Terminal
from tests.docs.transcript import Command

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SERVER = f"""#!{sys.executable}
import pathlib, signal, sys
signal.signal(signal.SIGINT, lambda *_: (pathlib.Path("ended").write_text("ended"), sys.exit(130)))
print("the simulated AWS is running", flush=True)
while True:
    signal.pause()
"""


PATIENT = """#!/bin/sh
echo the simulated AWS is running
exec sleep 600
"""


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """A terminal in an empty folder."""
    opened = Terminal(tmp_path, {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"})
    yield opened
    opened.close()


def said(terminal: Terminal, command: str) -> tuple[int, list[str]]:
    """Run a command; give its code and its lines, without empty ones at the end."""
    code, output = terminal.run(Command(command))
    return code, output.rstrip("\n").splitlines()


def test_folder_and_variables_are_kept(terminal: Terminal, tmp_path: Path) -> None:
    """What a command changes of the shell holds for the next one."""
    said(terminal, "mkdir below; cd below; name=value")

    assert (0, [str(tmp_path / "below"), "value"]) == said(terminal, "pwd; echo $name")


def test_a_command_ends_with_its_code_and_all_that_it_says(terminal: Terminal) -> None:
    """Of both streams, in order, whether or not the last line is ended; a comment behind it is none of its business."""
    assert (3, ["out", "err", "end"]) == said(terminal, "echo out; echo err >&2; printf end; (exit 3)   # exits with 3")


def test_nothing_can_be_asked(terminal: Terminal) -> None:
    """A command that reads its input finds none, and takes none of the commands to come."""
    assert (0, []) == said(terminal, "cat")
    assert (0, ["next"]) == said(terminal, "echo next")


def test_what_stays_is_ended_by_the_next_command(terminal: Terminal, tmp_path: Path) -> None:
    """A server runs on when its page goes on, and hears Ctrl-C when its terminal is used again."""
    stub = tmp_path / "trueup"
    stub.write_text(SERVER, encoding="utf-8")
    stub.chmod(0o755)

    said(terminal, "PATH=$PWD:$PATH")
    assert (0, ["the simulated AWS is running"]) == said(terminal, "trueup demo --serve")
    assert not (tmp_path / "ended").exists()
    assert (0, ["ended"]) == said(terminal, "cat ended")


def test_ctrl_c_is_heard_where_whoever_runs_the_tests_ignores_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a job in the background of a script does: what it starts would ignore it as well."""
    monkeypatch.setattr(terminals, "_SECONDS", 60)
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        opened = Terminal(tmp_path, {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"})
    finally:
        signal.signal(signal.SIGINT, before)
    stub = tmp_path / "trueup"
    stub.write_text(PATIENT, encoding="utf-8")
    stub.chmod(0o755)

    said(opened, "PATH=$PWD:$PATH")
    said(opened, "trueup demo --serve")
    assert (0, ["next"]) == said(opened, "echo next")
    opened.close()


def test_a_shell_that_ends_says_what_it_had_printed(terminal: Terminal) -> None:
    """An `exit` on the page is a mistake of the page, and is told as one."""
    with pytest.raises(AssertionError, match="found its end after:\nlast words"):
        said(terminal, "echo last words; exit")
