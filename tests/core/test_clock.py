"""The clock that trueup waits on: the system's, or the simulated AWS's on this machine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from trueup.clock import VARIABLE, RemoteClock, SystemClock, clock_from_environment
from trueup.errors import UsageError

if TYPE_CHECKING:
    from trueup.testing import SimulatedAws

pytest_plugins = ["trueup.testing.fixtures"]


def test_the_system_clock_is_the_machine_s() -> None:
    """The time is aware, UTC, and nothing is waited for when there is nothing to wait for."""
    clock = SystemClock()
    before = datetime.now(UTC)
    clock.sleep(-1)
    clock.sleep(0.01)
    assert before + timedelta(seconds=0.01) <= clock.now() <= datetime.now(UTC)
    assert UTC == clock.now().tzinfo


def test_waiting_on_the_simulated_clock_moves_it(simulated_aws: SimulatedAws) -> None:
    """An hour goes by for the simulated AWS while nobody waits."""
    clock = clock_from_environment(simulated_aws.environment())
    before = clock.now()
    clock.sleep(3600)
    assert timedelta(hours=1) <= clock.now() - before < timedelta(hours=1, minutes=1)
    assert clock.now() <= simulated_aws.clock.now()
    clock.sleep(-5)
    assert clock.now() - before < timedelta(hours=1, minutes=1)


def test_a_proxy_is_not_asked_for_this_machine_s_clock(
    simulated_aws: SimulatedAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind a proxy the clock on this machine is still found."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    assert clock_from_environment(simulated_aws.environment()).now() <= simulated_aws.clock.now()


def test_without_the_variable_the_system_s_clock_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither an absent nor an empty variable names a clock."""
    monkeypatch.setenv(VARIABLE, "")
    assert isinstance(clock_from_environment(), SystemClock)
    assert isinstance(clock_from_environment({}), SystemClock)
    monkeypatch.setenv(VARIABLE, "http://localhost:1/_trueup/clock")
    assert isinstance(clock_from_environment(), RemoteClock)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/_trueup/clock",
        "http://127.0.0.1.example.org/_trueup/clock",
        "http://127.0.0.1@example.org/",
        "https://127.0.0.1/_trueup/clock",
        "file:///etc/hostname",
        "127.0.0.1:80",
    ],
)
def test_a_clock_elsewhere_is_refused(url: str) -> None:
    """Only this machine's clock may decide on changes."""
    with pytest.raises(UsageError, match=r"expected an http URL of 127.0.0.1, localhost, ::1"):
        RemoteClock(url)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_this_machine_has_three_names(host: str) -> None:
    """Each name of the loopback is taken; that nothing answers there is said."""
    clock = RemoteClock(f"http://{host}:1/_trueup/clock")
    with pytest.raises(UsageError, match=r"expected its time, found .* start the simulated AWS again, or unset"):
        clock.now()


def test_what_is_no_clock_is_refused(simulated_aws: SimulatedAws) -> None:
    """An answer without a time is not taken for one."""
    with pytest.raises(UsageError, match="expected its time"):
        RemoteClock(f"{simulated_aws.endpoint_url}/_trueup/calls").now()
