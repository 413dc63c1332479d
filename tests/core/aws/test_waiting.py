"""A thread whose client AWS throttles says that it waits, and nobody else does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from trueup.aws.connection import connect
from trueup.aws.settings import ClientSettings
from trueup.aws.waiting import current_waiter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trueup.aws.connection import Connection
    from trueup.testing.faults import FaultKind
    from trueup.testing.server import SimulatedAws


class Heard:
    """Hears what the thread of the test waits for."""

    def __init__(self) -> None:
        self.waiting = False
        self.times = 0

    def begin(self) -> None:
        """See ``Waiter``."""
        self.times += not self.waiting
        self.waiting = True

    def end(self) -> None:
        """See ``Waiter``."""
        self.waiting = False


@pytest.fixture
def heard() -> Iterator[Heard]:
    """Whoever owns the thread."""
    heard = Heard()
    token = current_waiter.set(heard)
    yield heard
    current_waiter.reset(token)


@pytest.fixture
def patient(simulated_aws: SimulatedAws) -> Iterator[Connection]:
    """A connection that asks three times."""
    connection = connect(None, simulated_aws.endpoint_url, "eu-west-1", ClientSettings(workers=4, attempts=3))
    yield connection
    connection.close()


def test_a_call_that_is_answered_waits_for_nothing(patient: Connection, heard: Heard) -> None:
    """Nor does the next one: the limiter of a client that was never throttled lets everything through."""
    for _ in range(3):
        patient.reading_client("sts", "eu-west-1").get_caller_identity()
    assert (0, False) == (heard.times, heard.waiting)


@pytest.mark.parametrize(("kind", "later"), [("throttled", 1), ("server_error", 0)])
def test_a_call_waits_before_it_is_sent_again(
    patient: Connection, simulated_aws: SimulatedAws, heard: Heard, kind: FaultKind, later: int
) -> None:
    """Once for each attempt; a client that was throttled also before its next call. It goes on with the answer."""
    client = patient.reading_client("sts", "eu-west-1")
    simulated_aws.faults.inject("sts:GetCallerIdentity", kind, times=1)
    client.get_caller_identity()
    assert (1, False) == (heard.times, heard.waiting)
    client.get_caller_identity()
    assert (1 + later, False) == (heard.times, heard.waiting)


def test_a_call_that_fails_for_good_waits_no_longer(
    patient: Connection, simulated_aws: SimulatedAws, heard: Heard
) -> None:
    """Its thread does something else then."""
    simulated_aws.faults.inject("sts:GetCallerIdentity", "server_error")
    client = patient.reading_client("sts", "eu-west-1")
    with pytest.raises(client.exceptions.ClientError):
        client.get_caller_identity()
    assert not heard.waiting
    assert heard.times >= 2
