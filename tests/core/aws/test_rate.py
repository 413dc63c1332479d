"""So many calls a second, in the order in which they asked, whoever shares the rate."""

from __future__ import annotations

import threading
from concurrent.futures import CancelledError, ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from trueup.aws.connection import connect
from trueup.aws.rate import RateLimit, rate_limit
from trueup.aws.settings import ClientSettings
from trueup.change import Call
from trueup.errors import UsageError
from trueup.resource import Scope

if TYPE_CHECKING:
    from trueup.testing.server import SimulatedAws

LIST = "dynamodb:ListTables"
SCOPE = Scope("123456789012", "eu-west-1")


class Time:
    """A clock that moves when somebody waits, and notes until when they did."""

    def __init__(self) -> None:
        self.now = 0.0
        self.turns: list[float] = []

    def clock(self) -> float:
        """Give the time."""
        return self.now

    def wait(self, given_up: threading.Event, seconds: float) -> bool:
        """Let the time pass at once."""
        if given_up.is_set():
            return True
        self.now += seconds
        self.turns.append(round(self.now, 6))
        return False


def limited(rate: float) -> tuple[RateLimit, Time]:
    """Give a limit of so many calls a second, and its time."""
    time = Time()
    return RateLimit(rate, time.clock, time.wait), time


def test_calls_go_out_evenly_and_the_first_at_once() -> None:
    """Four a second are a quarter of a second apart; so no second sees more."""
    limit, time = limited(4)
    for _ in range(5):
        limit.take()
    assert [0.25, 0.5, 0.75, 1.0] == time.turns


def test_what_was_not_asked_for_is_not_saved_up() -> None:
    """After a pause, calls do not go out in a burst."""
    limit, time = limited(2)
    limit.take()
    time.now = 60
    limit.take()
    limit.take()
    assert [60.5] == time.turns


def test_turns_are_given_in_the_order_of_asking() -> None:
    """Whoever asked first goes first: a later one has a later turn, while the earlier ones still wait for theirs."""
    asked, release = threading.Semaphore(0), threading.Event()
    turns: dict[str, float] = {}
    mine = threading.local()

    def wait(_given_up: threading.Event, seconds: float) -> bool:
        turns[mine.name] = seconds
        asked.release()
        release.wait(30)
        mine.now = seconds
        return False

    limit = RateLimit(1, lambda: float(getattr(mine, "now", 0)), wait)

    def ask(name: str) -> None:
        mine.name, mine.now = name, 0
        limit.take()

    limit.take()
    with ThreadPoolExecutor(3) as pool:
        asking = []
        for name in "abc":
            asking.append(pool.submit(ask, name))
            assert asked.acquire(timeout=30)
        release.set()
        for each in asking:
            each.result(30)
    assert {"a": 1.0, "b": 2.0, "c": 3.0} == turns


def test_giving_up_ends_the_waiting_of_those_who_wait_and_of_nobody_else() -> None:
    """An audit that is broken off does not wait for turns; what reads after it gets its own."""
    asleep = threading.Event()

    def wait(given_up: threading.Event, _seconds: float) -> bool:
        asleep.set()
        return given_up.wait(30)

    limit = RateLimit(0.001, lambda: 0.0, wait)
    limit.take()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(limit.take)
        assert asleep.wait(30)
        limit.give_up()
        with pytest.raises(CancelledError, match="the run ended before this call's turn came"):
            waiting.result(30)
    limit.take()


@pytest.mark.parametrize("rate", [-1.0, float("nan"), float("inf")])
def test_what_is_no_rate_is_refused(rate: float) -> None:
    """One sentence, and not an audit that waits for ever."""
    with pytest.raises(UsageError, match="max_calls_per_second: expected 0 or a number above it, found"):
        rate_limit(rate)


def test_zero_is_no_limit() -> None:
    """The default costs nothing."""
    assert rate_limit(0) is None


def test_connections_that_share_a_limit_share_its_turns(simulated_aws: SimulatedAws) -> None:
    """Two accounts of one run, one of them by a role: each attempt takes a turn, retries too, since AWS counts them."""
    limit, time = limited(10)
    settings = ClientSettings(workers=2, attempts=3)
    first = connect(endpoint_url=simulated_aws.endpoint_url, region="eu-west-1", settings=settings, limiter=limit)
    second = first.assume_role("arn:aws:iam::123456789012:role/audit")
    simulated_aws.faults.inject(LIST, "server_error", times=1)
    for connection in (first, second, first):
        connection.reader(SCOPE, [LIST]).call(LIST)
    assert 4 == [call.name for call in simulated_aws.calls].count(LIST)
    assert [0.1, 0.2, 0.3] == time.turns
    first.close()
    second.close()


def test_a_call_that_is_given_up_leaves_its_slot(simulated_aws: SimulatedAws) -> None:
    """With one slot, the next call would wait for ever."""
    times = iter([0.0, 0.0, 0.0, 9.0])
    limit = RateLimit(10, times.__next__, lambda _given_up, _seconds: True)
    settings = ClientSettings(workers=1, attempts=1)
    connection = connect(endpoint_url=simulated_aws.endpoint_url, region="eu-west-1", settings=settings, limiter=limit)
    reader = connection.reader(SCOPE, [LIST])
    reader.call(LIST)
    with pytest.raises(CancelledError):
        reader.call(LIST)
    reader.call(LIST)
    connection.close()


def test_writes_do_not_wait(simulated_aws: SimulatedAws) -> None:
    """A limit on reading never delays what an apply sends."""
    limit, time = limited(1)
    connection = connect(endpoint_url=simulated_aws.endpoint_url, region="eu-west-1", limiter=limit)
    client, guard = connection.writing_client("sqs", "eu-west-1")
    for name in ("a", "b"):
        call = Call("sqs", "CreateQueue", {"QueueName": name})
        with guard.permit(call):
            client.create_queue(QueueName=name)
    assert [] == time.turns
    connection.close()
