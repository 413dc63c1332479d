"""How clients behave: timeouts, attempts, threads, and who they say they are.

Explicit, since botocore's defaults (60 s timeouts, a pool of 10, a retry mode that the environment may switch)
neither bound an audit nor keep a write from being sent twice.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ClientSettings"]


@dataclass(frozen=True, slots=True)
class ClientSettings:
    """How the clients of a connection behave.

    Args:
        workers: how many reads are under way at once, whatever the number of threads; as many connections are kept.
        attempts: how often a read is sent in all; a write is always sent once.
        connect_timeout_seconds: how long a connection may take to open.
        read_timeout_seconds: how long an answer may be silent.
        run_id: the run that every call's user agent names.
    """

    workers: int = 16
    attempts: int = 5
    connect_timeout_seconds: float = 5.0
    read_timeout_seconds: float = 30.0
    run_id: str | None = None
