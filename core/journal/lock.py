"""One writer per account, and one process per audit: locks that the operating system drops when a process dies.

A file lock and not a row, so that a killed apply leaves nothing to clean up.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from trueup.errors import StateError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["account_lock", "audit_lock"]


@contextmanager
def account_lock(state: Path, account: str) -> Iterator[None]:
    """Hold the writer's lock of one account in one state file.

    Raises:
        StateError: another process holds it; the message names its process id.
    """
    writing = f"account {account} is being written by another trueup"
    busy = f"{writing} (process {{}}); wait for it, or end it with `trueup stop`"
    with _lock(state.with_name(f"{state.name}.{account}.lock"), busy):
        yield


@contextmanager
def audit_lock(state: Path, run: str) -> Iterator[None]:
    """Hold the lock of one audit, so that nobody resumes what still goes on; its file goes with the audit.

    Raises:
        StateError: another process holds it; the message names its process id.
    """
    path = state.with_name(f"{state.name}.{run}.lock")
    with _lock(path, f"run {run} still goes on (process {{}}); wait for it, or end it with Ctrl-C"):
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


@contextmanager
def _lock(path: Path, busy: str) -> Iterator[None]:
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        message = f"lock file {path}: cannot be opened ({error.strerror}); name another state with --state"
        raise StateError(message) from error
    try:
        if not _take(descriptor):
            holder = os.read(descriptor, 20).decode("ascii", "replace").strip() or "unknown"
            raise StateError(busy.format(holder))
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode("ascii"))
        yield
    finally:
        os.close(descriptor)


if sys.platform == "win32":
    import msvcrt

    def _take(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _take(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
