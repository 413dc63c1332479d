"""A terminal as somebody has it who follows a page: one shell for all its commands, which keeps folder and variables.

What is started and stays, such as a server, is left running until the next command of the same terminal: that one is
preceded by Ctrl-C.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.docs.transcript import Command

__all__ = ["Terminal"]

_SECONDS = 900
"""Longer than anything takes on a busy machine: only there so that what hangs ends, with what it printed."""

# Whoever starts the tests in the background of a script ignores Ctrl-C, and so would, by inheritance, all that is run.
_BASH = (
    "import os, signal; signal.signal(signal.SIGINT, signal.SIG_DFL); "
    "os.execvp('bash', ['bash', '--noprofile', '--norc'])"
)

_STAYS = "trueup demo --serve"
_READY = "the simulated AWS is running"


class Terminal:
    """One bash, in a session of its own.

    Args:
        folder: where it begins.
        environment: its variables.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        """Start the shell; Ctrl-C is for what runs in it, and not for itself."""
        self._mark = f"ended-{uuid4().hex}"
        self._busy = False
        self._process = subprocess.Popen(
            [sys.executable, "-c", _BASH], cwd=folder, env=dict(environment), text=True, start_new_session=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        self._write("trap : INT")

    def run(self, command: Command) -> tuple[int, str]:
        """Run a command; give its exit code and all that it printed. One that stays is given as ended well."""
        if self._busy:
            os.killpg(self._process.pid, signal.SIGINT)
            self._until(self._mark)
            self._busy = False
        stays = command.text.startswith(_STAYS)
        self._write(f"{{ {command.text}\n}} </dev/null")
        self._write(f"printf '\\n%s %s\\n' {self._mark} $?")
        lines = self._until(_READY if stays else self._mark)
        self._busy = stays and _READY in lines[-1]
        if self._busy:
            return 0, "\n".join(lines)
        *printed, ended = lines
        return int(ended.split()[1]), "\n".join(printed)

    def close(self) -> None:
        """End the shell and what runs in it."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.communicate()

    def _write(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def _until(self, last: str) -> list[str]:
        """Give the lines up to one that begins a command's end or holds the text that is waited for."""
        assert self._process.stdout is not None
        lines: list[str] = []
        watchdog = threading.Timer(_SECONDS, os.killpg, (self._process.pid, signal.SIGKILL))
        watchdog.start()
        try:
            for line in self._process.stdout:
                lines.append(line.rstrip("\n"))
                if last in line or line.startswith(self._mark):
                    return lines
        finally:
            watchdog.cancel()
        message = "expected the shell to go on, found its end after:\n" + "\n".join(lines)
        raise AssertionError(message)
