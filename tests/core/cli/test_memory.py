"""How a command uses its memory: seen in processes of their own, since it holds for the whole process."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

ARENAS = """
import ctypes, sys, tempfile, threading
from trueup.cli.memory import share_arenas
if "share" in sys.argv:
    share_arenas()
together, kept = threading.Barrier(12), []
def allocate():
    together.wait()
    kept.extend(bytes(5_000) for _ in range(200))
    together.wait()
threads = [threading.Thread(target=allocate) for _ in range(12)]
for each in threads: each.start()
for each in threads: each.join()
libc = ctypes.CDLL(None)
if not hasattr(libc, "malloc_info"):
    sys.exit("none")
libc.fdopen.restype = ctypes.c_void_p
with tempfile.TemporaryFile() as file:
    stream = ctypes.c_void_p(libc.fdopen(file.fileno(), b"w"))
    libc.malloc_info(0, stream)
    libc.fflush(stream)
    file.seek(0)
    print(file.read().count(b"<heap nr="))
"""


def said(code: str, *arguments: str, **environment: str) -> str:
    """What a Python of its own prints."""
    plain = {name: value for name, value in os.environ.items() if name != "MALLOC_ARENA_MAX"}
    return subprocess.check_output([sys.executable, "-c", code, *arguments], env=plain | environment, text=True).strip()


def test_threads_share_two_arenas() -> None:
    """Without it there are more; a number that the user gives stays. Another C library has no such arenas."""
    if platform.libc_ver()[0] != "glibc":
        with pytest.raises(subprocess.CalledProcessError):
            said(ARENAS, "share")
        return
    assert int(said(ARENAS)) > 2
    assert "2" == said(ARENAS, "share")
    assert "5" == said(ARENAS, "share", MALLOC_ARENA_MAX="5")


def test_nothing_is_set_where_there_is_no_such_library() -> None:
    """On other systems, and with another C library, which has no such function."""
    code = (
        "import sys; sys.platform = 'win32'; from trueup.cli.memory import share_arenas; "
        "share_arenas(); print('ctypes' in sys.modules)"
    )
    assert "False" == said(code)


def test_a_command_collects_garbage_seldom_and_a_library_as_its_program_does() -> None:
    """The console script alone; whoever calls ``main`` keeps the thresholds of the own program."""
    code = (
        "import gc, sys; from trueup.cli import main as cli; before = gc.get_threshold(); "
        "cli.main(['--version']); inside = gc.get_threshold(); sys.argv = ['trueup', '--version']\n"
        "try: cli.main()\nexcept SystemExit: print(before == inside, gc.get_threshold(), gc.get_freeze_count() > 0)"
    )
    assert said(code).endswith("True (20000, 5, 5) True")
