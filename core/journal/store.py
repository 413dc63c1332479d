"""The state file: one SQLite database that outlives a crash.

Every write of the journal goes through ``Store.write``: one transaction, on disk (fsync) when it returns.
What can be wrong with such a file (locked, read-only, corrupt, disk full) becomes one sentence here.
"""

from __future__ import annotations

import os
import sqlite3
import weakref
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, Self

from trueup.errors import StateError
from trueup.journal.fingerprint import fingerprint
from trueup.journal.tables import SCHEMA_VERSION, TABLES, UPGRADES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

__all__ = ["Store", "default_state_path"]

# Another process may hold SQLite's own lock for the length of one transaction, never longer.
BUSY_SECONDS = 10.0


def default_state_path() -> Path:
    """Give where the state lies: ``TRUEUP_STATE``, or the platform's folder for state."""
    if named := os.environ.get("TRUEUP_STATE"):
        return Path(named)
    from platformdirs import user_state_path

    return user_state_path("trueup", appauthor=False) / "state.db"


class Store:
    """An open state file."""

    def __init__(self, path: Path) -> None:
        """Open or create the file, readable by its owner only.

        Raises:
            StateError: it cannot be made, opened or understood.
        """
        self.path = path
        self._mutex = RLock()
        with self._errors():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not path.exists():
                os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            elif path.stat().st_mode & 0o077 and os.access(path, os.W_OK):
                path.chmod(0o600)
            self._connection = sqlite3.connect(
                path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            self._connection.row_factory = sqlite3.Row
            self._connection.create_function("fingerprint", 5, fingerprint, deterministic=True)
            # also when nobody closes it: Python warns of connections that are forgotten
            self._close = weakref.finalize(self, self._connection.close)
            try:
                self._prepare()
            except BaseException:
                self._close()
                raise

    def _prepare(self) -> None:
        # Reading before writing, so that a read-only file can still be reported from.
        version = self._format()
        if version == 0:
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.executescript(f"BEGIN IMMEDIATE; {TABLES} PRAGMA user_version={SCHEMA_VERSION}; COMMIT;")
        elif not 0 < version <= SCHEMA_VERSION:
            message = (
                f"state file {self.path}: expected format {SCHEMA_VERSION}, found {version}; "
                "use the trueup version that wrote it, or another --state"
            )
            raise StateError(message)
        self._connection.execute("PRAGMA synchronous=FULL")
        if version:
            self._upgrade()

    def _upgrade(self) -> None:
        """Bring an older file up to this format, whole or not at all."""
        if self._format() == SCHEMA_VERSION:
            return
        with self.write() as db:
            # Another process may have done it while this one waited.
            while (version := self._format()) < SCHEMA_VERSION:
                for statement in UPGRADES[version].split(";"):
                    db.execute(statement)
                db.execute(f"PRAGMA user_version={version + 1}")

    def _format(self) -> int:
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        return int(version)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._close()

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Give a connection inside one transaction; it is on disk when the block ends without an error.

        A block inside another one is part of the outer one's transaction, so that what belongs together is kept
        together or not at all.

        Raises:
            StateError: the file is locked, read-only, corrupt, or the disk is full.
        """
        with self._mutex, self._errors():
            if self._connection.in_transaction:
                yield self._connection
                return
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                # a full disk may have ended the transaction already
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def beside(self) -> Iterator[sqlite3.Connection]:
        """Give a connection for temporary tables, which are this process's own: filling one keeps nobody waiting.

        Raises:
            StateError: the file is corrupt, or there is no room for the table.
        """
        with self._mutex, self._errors():
            yield self._connection

    def rows(self, query: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[sqlite3.Row]:
        """Give all rows of a query."""
        with self._mutex, self._errors():
            return self._connection.execute(query, parameters).fetchall()

    def stream(self, query: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> Iterable[sqlite3.Row]:
        """Yield the rows of a query a few hundred at a time, so that a large run does not fill the memory."""
        with self._errors():
            cursor = self._connection.execute(query, parameters)
        while True:
            with self._mutex, self._errors():
                rows = cursor.fetchmany(500)
            if not rows:
                return
            yield from rows

    def size(self) -> int:
        """Give how many bytes the file has on the disk, with what was written to it last."""
        with self._errors():
            wal = self.path.with_name(f"{self.path.name}-wal")
            return sum(file.stat().st_size for file in (self.path, wal) if file.exists())

    def shrink(self) -> None:
        """Give the space of removed rows back to the disk: the file is written anew, which others have to wait for.

        Raises:
            StateError: the file is locked, or the disk has no room for a second copy; nothing is lost.
        """
        with self._mutex, self._errors():
            self._connection.execute("VACUUM")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            raise StateError(self._sentence(str(error))) from error
        except sqlite3.DatabaseError as error:
            message = f"state file {self.path} is damaged ({error}); restore a copy, or name another with --state"
            raise StateError(message) from error
        except OSError as error:
            message = f"state file {self.path}: cannot be opened ({error.strerror}); name another with --state"
            raise StateError(message) from error

    def _sentence(self, cause: str) -> str:
        room = "free some space, then resume the run if one was begun (`trueup runs list`), or run the command again"
        hints = (
            ("locked", "is locked by another process; wait for it, or name another with --state"),
            ("readonly", "is read-only; make it writable, or name another with --state"),
            ("full", f"cannot grow, the disk is full; {room}"),
            ("disk I/O", f"cannot be written, perhaps the disk is full; {room}"),
            ("unable to open", "cannot be opened; check that its folder exists and may be written"),
        )
        for word, hint in hints:
            if word in cause:
                return f"state file {self.path} {hint}"
        return f"state file {self.path} cannot be used ({cause}); restore a copy, or name another with --state"
