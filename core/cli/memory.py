"""How the process of a command uses its memory; nothing of it is set where trueup is used as a library."""

from __future__ import annotations

import gc
import os
import sys

__all__ = ["collect_seldom", "keep_for_the_end", "share_arenas"]

_COLLECT_AFTER = 20_000, 5, 5
_ARENAS = 2
_M_ARENA_MAX = -8


def collect_seldom() -> None:
    """Look for garbage less often than Python does by itself.

    Modules, models and documents make up most of the objects of a command, and live as long as it does. By Python's
    thresholds (700, 10, 10), looking through them takes a tenth of the CPU time of an audit of 100 buckets. Clients of
    Regions that were read are garbage that only such a look finds: done more seldom, an organisation takes more memory.
    """
    gc.set_threshold(*_COLLECT_AFTER)


def keep_for_the_end() -> None:
    """Let Python not look for garbage once more when it ends: 0.1 s for what ends with the process anyway."""
    gc.freeze()


def share_arenas() -> None:
    """Let all threads take their memory from two arenas, where glibc would give them up to eight a core.

    What one thread frees is of no use to another with an arena of its own: an audit of 2,000 buckets took 84 MB with
    glibc's number and takes 76 MB with two, in the same time. To be called before threads are made; a number that the
    environment gives stays, and another C library has no such arenas.

    Source: mallopt(3), M_ARENA_MAX.
    """
    if sys.platform != "linux" or "MALLOC_ARENA_MAX" in os.environ:
        return
    import ctypes

    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, _ARENAS)
