"""What is asked before anything is written, at a terminal of its own: the default is no."""

from __future__ import annotations

import os
import pty
import select
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.core.cli.conftest import COMMAND, PITR

if TYPE_CHECKING:
    from tests.core.cli.conftest import Shell

_SECONDS = 120


def _typed(shell: Shell, answer: bytes, *arguments: str) -> tuple[int, str]:
    """Run trueup at a terminal and type an answer to its question; give the code and what the terminal showed."""
    ours, theirs = pty.openpty()
    shown = b""
    try:
        with subprocess.Popen(
            [COMMAND, *arguments], cwd=shell.folder, env={**shell.environment, "TERM": "dumb"},
            stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        ) as process:  # fmt: skip
            os.close(theirs)
            asked = False
            while select.select([ours], [], [], _SECONDS)[0]:
                try:
                    read = os.read(ours, 4096)
                except OSError:
                    break
                shown += read
                if not read:
                    break
                if b"[y/N]" in shown and not asked:
                    asked = True
                    os.write(ours, answer)
            code = process.wait(_SECONDS)
    finally:
        os.close(ours)
    return code, shown.decode("utf-8", "replace")


@pytest.mark.parametrize(("answer", "code", "writes"), [(b"\n", 5, 0), (b"n\n", 5, 0), (b"y\n", 0, 3)])
def test_an_apply_asks_and_the_default_is_no(planned: Shell, answer: bytes, code: int, writes: int) -> None:
    """Enter and no refuse with 5 and send nothing; only a yes applies."""
    found, shown = _typed(planned, answer, "apply", "plan.json")
    assert code == found, shown
    assert "Apply these changes to account 123456789012? [y/N]" in shown
    assert "Traceback" not in shown
    assert writes == len(planned.writes())


def test_a_rollback_asks_and_the_default_is_no(planned: Shell) -> None:
    """Enter refuses and sends nothing."""
    planned.ok("apply", "plan.json", "--yes")
    planned.aws.calls.clear()
    code, shown = _typed(planned, b"\n", "rollback", "last")
    assert 5 == code, shown
    assert "the answer was no" in shown
    assert [] == planned.writes()


@pytest.mark.parametrize("command", ["apply", "remediate", "rollback"])
def test_without_a_terminal_and_a_yes_nothing_is_sent(planned: Shell, command: str) -> None:
    """A job must say --yes: refused with 5."""
    arguments = {"apply": ("plan.json",), "remediate": ("--rule", PITR), "rollback": ("last",)}[command]
    if command == "rollback":
        planned.ok("apply", "plan.json", "--yes")
    planned.aws.calls.clear()
    done = planned.run(command, *arguments)
    assert 5 == done.returncode, done.stderr
    assert "trueup: nothing was sent: expected --yes or a terminal to ask at" in done.stderr
    assert [] == planned.writes()
