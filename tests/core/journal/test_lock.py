"""One writer per account, by a lock that dies with its process."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from trueup.errors import StateError
from trueup.journal.lock import account_lock

if TYPE_CHECKING:
    from pathlib import Path

ACCOUNT = "123456789012"
HOLD = (
    "import sys; from pathlib import Path; from trueup.journal.lock import account_lock\n"
    "with account_lock(Path(sys.argv[1]), sys.argv[2]):\n"
    "    print('held', flush=True); sys.stdin.read()\n"
)


def _holder(state: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(state), ACCOUNT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert "held\n" == process.stdout.readline()
    return process


def test_a_second_process_is_refused_until_the_first_is_gone(tmp_path: Path) -> None:
    """The message names the process; SIGKILL is enough to free the lock, nothing has to be cleaned up."""
    state = tmp_path / "state.db"
    with _holder(state) as process:
        with pytest.raises(StateError) as raised, account_lock(state, ACCOUNT):
            pass
        assert f"account {ACCOUNT} is being written by another trueup (process {process.pid})" in str(raised.value)
        with account_lock(state, "999999999999"):
            pass
        process.send_signal(signal.SIGKILL)
        process.wait()
        with account_lock(state, ACCOUNT):
            pass


def test_it_is_free_after_use_and_after_an_error(tmp_path: Path) -> None:
    """The file stays, private, with the last holder's id; the lock does not."""
    state = tmp_path / "state.db"
    for _ in range(2):
        with pytest.raises(KeyError), account_lock(state, ACCOUNT):
            raise KeyError
    (file,) = tmp_path.iterdir()
    assert (str(os.getpid()), 0o600) == (file.read_text(), stat.S_IMODE(file.stat().st_mode))


def test_a_lock_file_that_cannot_be_made(tmp_path: Path) -> None:
    """A folder that is not there."""
    with pytest.raises(StateError, match="cannot be opened"), account_lock(tmp_path / "no" / "state.db", ACCOUNT):
        pass


def test_a_holder_that_did_not_say_who_it_is(tmp_path: Path) -> None:
    """Taken and not written yet."""
    import fcntl

    file = tmp_path / f"state.db.{ACCOUNT}.lock"
    with file.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(StateError, match="process unknown"), account_lock(tmp_path / "state.db", ACCOUNT):
            pass
