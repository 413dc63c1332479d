"""The clock that everything in trueup waits on: the system's, or the simulated AWS's.

Soaks, settle limits and watches take minutes to hours; against the simulated AWS they must take no time at all, so
whoever waits asks this clock and never ``time.sleep``.
"""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol, cast
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, Request, build_opener

from trueup.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["VARIABLE", "Clock", "RemoteClock", "SystemClock", "clock_from_environment"]

VARIABLE = "TRUEUP_SIMULATED_CLOCK"
"""Names the URL of the simulated AWS's clock; set by ``SimulatedAws.environment()`` and ``trueup demo --serve``."""

_LOCAL_HOSTS = ("127.0.0.1", "localhost", "::1")

_TIMEOUT_SECONDS = 10.0


class Clock(Protocol):
    """Tells the time and waits."""

    def now(self) -> datetime:
        """The time, aware, UTC."""

    def sleep(self, seconds: float) -> None:
        """Wait until so many seconds of this clock have gone by."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """See ``Clock.now``."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """See ``Clock.sleep``."""
        time.sleep(max(0.0, seconds))


class RemoteClock:
    """The clock of a simulated AWS on this machine; to wait is to move it forward.

    Raises:
        UsageError: the URL is not one of this machine: a clock that others can move decides on real changes.
    """

    def __init__(self, url: str) -> None:
        """Take the URL of the clock, e.g. ``http://127.0.0.1:5000/_trueup/clock``."""
        parts = urlsplit(url)
        if parts.scheme != "http" or parts.hostname not in _LOCAL_HOSTS:
            hosts = ", ".join(_LOCAL_HOSTS)
            raise UsageError(f"simulated clock: expected an http URL of {hosts}, found {url!r}; unset {VARIABLE}")
        self._url = url.rstrip("/")

    def now(self) -> datetime:
        """See ``Clock.now``."""
        return self._ask(None)

    def sleep(self, seconds: float) -> None:
        """See ``Clock.sleep``."""
        self._ask(max(0.0, seconds))

    def _ask(self, seconds: float | None) -> datetime:
        """The clock's time, after moving it forward when seconds are given.

        Raises:
            UsageError: the clock does not answer as it should.
        """
        data = None if seconds is None else json.dumps({"seconds": seconds}).encode()
        request = Request(self._url if data is None else f"{self._url}/advance", data=data)  # noqa: S310 - http, checked
        try:
            # No proxy: it would ask this machine's clock of another machine.
            with build_opener(ProxyHandler({})).open(request, timeout=_TIMEOUT_SECONDS) as answer:
                told = datetime.fromisoformat(cast("str", json.load(answer)["now"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UsageError(
                f"simulated clock at {self._url}: expected its time, found {error!r}; "
                f"start the simulated AWS again, or unset {VARIABLE}"
            ) from error
        return told.astimezone(UTC)


def clock_from_environment(environment: Mapping[str, str] | None = None) -> Clock:
    """The simulated clock when the environment names one, else the system's.

    Args:
        environment: the variables to look at; None is the process's own.

    Raises:
        UsageError: it names a clock that is not on this machine.
    """
    url = (os.environ if environment is None else environment).get(VARIABLE)
    return RemoteClock(url) if url else SystemClock()
