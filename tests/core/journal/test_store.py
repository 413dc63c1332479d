"""The state file: private, crash-safe, and one sentence for everything that can be wrong with it."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from trueup.errors import StateError
from trueup.journal import store as module
from trueup.journal.fingerprint import fingerprint
from trueup.journal.store import Store, default_state_path
from trueup.journal.tables import SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a state could be."""
    return tmp_path / "folder" / "state.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    """An open state."""
    with Store(path) as opened:
        yield opened


def _note(store: Store, what: str) -> None:
    with store.write() as db:
        db.execute("INSERT INTO event (run, at, what) VALUES ('r', 't', ?)", (what,))


def _notes(store: Store) -> list[str]:
    return [row["what"] for row in store.rows("SELECT what FROM event ORDER BY seq")]


def test_the_file_is_its_owners_alone(store: Store, path: Path) -> None:
    """Before-images are nobody else's business; the files beside it neither."""
    _note(store, "a")
    assert {0o600} == {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert 0o700 == stat.S_IMODE(path.parent.stat().st_mode)


def test_an_intent_is_on_disk_when_it_is_written(store: Store, path: Path) -> None:
    """Synchronous writes, and readable by another connection at once."""
    assert [(2,)] == [tuple(row) for row in store.rows("PRAGMA synchronous")]
    _note(store, "a")
    with Store(path) as other:
        assert ["a"] == _notes(other)


def test_a_transaction_is_whole_or_not_at_all(store: Store) -> None:
    """An error in the block takes everything back and comes out as it was; the next one works."""
    with pytest.raises(KeyError):
        _half(store)
    _note(store, "b")
    assert ["b"] == _notes(store)


def _half(store: Store) -> None:
    with store.write() as db:
        db.execute("INSERT INTO event (run, at, what) VALUES ('r', 't', 'a')")
        raise KeyError


def test_a_killed_process_leaves_no_half(path: Path) -> None:
    """Killed inside a transaction: what was before is there, what was not finished is not."""
    code = (
        "import os, signal, sys; from pathlib import Path; from trueup.journal.store import Store\n"
        "store = Store(Path(sys.argv[1]))\n"
        "insert = \"INSERT INTO event (run, at, what) VALUES ('r', 't', ?)\"\n"
        "with store.write() as db: db.execute(insert, ('a',))\n"
        "with store.write() as db:\n"
        "    db.execute(insert, ('b',)); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    assert -9 == done.returncode
    with Store(path) as opened:
        assert ["a"] == _notes(opened)
        _note(opened, "c")


def test_rows_are_streamed(store: Store) -> None:
    """More than one batch comes through, in order."""
    with store.write() as db:
        db.executemany("INSERT INTO event (run, at, what) VALUES ('r', 't', ?)", [(str(n),) for n in range(1200)])
    found = store.stream("SELECT what FROM event ORDER BY seq")
    assert [str(n) for n in range(1200)] == [row["what"] for row in found]


def test_a_locked_file(store: Store, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process that writes for longer than we wait."""
    monkeypatch.setattr(module, "BUSY_SECONDS", 0.05)
    with Store(path) as other, store.write(), pytest.raises(StateError) as raised:
        _note(other, "a")
    assert f"state file {path} is locked by another process; wait for it, or name another with --state" == str(
        raised.value
    )


def test_a_read_only_file_can_be_reported_from(path: Path) -> None:
    """Reading works, writing is one sentence; asked of SQLite itself, since root may write anything."""
    with Store(path) as first:
        _note(first, "a")
    with Store(path) as opened:
        opened.rows("PRAGMA query_only = 1")
        assert ["a"] == _notes(opened)
        with pytest.raises(StateError) as raised:
            _note(opened, "b")
    assert f"state file {path} is read-only; make it writable, or name another with --state" == str(raised.value)


def test_a_full_disk(store: Store, path: Path) -> None:
    """The transaction is taken back, the sentence is about the disk, and it works again once there is room."""
    _note(store, "a")
    (pages,) = store.rows("PRAGMA page_count")[0]
    store.rows(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StateError) as raised:
        _note(store, "x" * 100_000)
    assert (
        f"state file {path} cannot grow, the disk is full; free some space, then resume the run if one was begun "
        "(`trueup runs list`), or run the command again"
    ) == str(raised.value)
    store.rows("PRAGMA max_page_count = 100000")
    _note(store, "b")
    assert ["a", "b"] == _notes(store)


def test_a_file_that_may_not_grow(path: Path) -> None:
    """The operating system's own limit: the same error class and no traceback's worth of SQLite."""
    code = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from trueup.errors import StateError; from trueup.journal.store import Store\n"
        "store = Store(Path(sys.argv[1])); signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "none = resource.RLIM_INFINITY; resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, none))\n"
        "try:\n"
        "    with store.write() as db:\n"
        "        db.execute(\"INSERT INTO event (run, at, what) VALUES ('r', 't', ?)\", ('x' * 1_000_000,))\n"
        "except StateError as error:\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (none, none)); print(error); sys.exit(error.exit_code)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False)
    assert (2, "") == (done.returncode, done.stderr)
    assert done.stdout.startswith(f"state file {path} can")
    with Store(path) as opened:
        assert [] == _notes(opened)


@pytest.mark.parametrize(
    "content", [b"not a database at all, but long enough to be looked at" * 40, b"SQLite format 3\0" + b"\xff" * 4000]
)
def test_a_damaged_file(path: Path, content: bytes) -> None:
    """It is left as it is, and what to do is said."""
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(StateError) as raised:
        Store(path)
    assert f"state file {path}" in str(raised.value)
    assert "restore a copy, or" in str(raised.value)
    assert content == path.read_bytes()


def test_an_older_file_is_brought_up_to_this_format(path: Path) -> None:
    """Its findings say where they are and what they are known by, as those of this format do."""
    where = {"account": "123456789012", "region": "eu-west-1"}
    known_by = {"fingerprint": fingerprint("a", "arn", "sqs.queue", "123456789012", "eu-west-1")}
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as older, older:
        older.execute(
            "CREATE TABLE finding (run TEXT, severity INTEGER, rule TEXT, arn TEXT, verdict TEXT, service TEXT,"
            " document TEXT) STRICT"
        )
        document = json.dumps({"resource": {"type": "sqs.queue", **where}})
        older.execute("INSERT INTO finding VALUES ('r', 1, 'a', 'arn', 'fail', 'sqs', ?)", (document,))
        older.execute("PRAGMA user_version = 1")
    for _ in range(2):
        with Store(path) as opened:
            (row,) = opened.rows("SELECT account, region, fingerprint FROM finding")
            assert where | known_by == dict(row)
            assert [] == opened.rows("SELECT * FROM history, turn, audited")
            assert [(SCHEMA_VERSION,)] == [tuple(row) for row in opened.rows("PRAGMA user_version")]


def test_a_file_of_another_version(path: Path) -> None:
    """A newer one is not half understood."""
    with Store(path):
        pass
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()
    with pytest.raises(StateError) as raised:
        Store(path)
    assert f"expected format {SCHEMA_VERSION}, found {SCHEMA_VERSION + 1}; use the trueup version that wrote it" in str(
        raised.value
    )


def test_a_place_where_no_file_can_be(tmp_path: Path) -> None:
    """A file where the folder should be, and a folder where the file should be."""
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file" / "state.db", tmp_path):
        with pytest.raises(StateError, match=f"state file {path}"):
            Store(path)


def test_a_query_that_sqlite_does_not_understand(store: Store) -> None:
    """Whatever SQLite says becomes the same error."""
    with pytest.raises(StateError, match="cannot be used"):
        store.rows("SELECT nothing FROM nowhere")


def test_the_default_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``TRUEUP_STATE``, or the platform's folder for state."""
    monkeypatch.setenv("TRUEUP_STATE", str(tmp_path / "x.db"))
    assert tmp_path / "x.db" == default_state_path()
    monkeypatch.delenv("TRUEUP_STATE")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    found = default_state_path()
    assert ("state.db", "trueup") == (found.name, found.parent.name)
    assert os.path.isabs(found)  # noqa: PTH117 - told by the text alone
