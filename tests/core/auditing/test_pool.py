"""The threads of a run: bounded, fair between lanes, and not held by a service that AWS throttles."""

from __future__ import annotations

import threading
from concurrent.futures import CancelledError
from typing import TYPE_CHECKING, Any

import pytest

from trueup.auditing.pool import WorkerPool
from trueup.aws.rate import RateLimit
from trueup.aws.waiting import current_waiter

if TYPE_CHECKING:
    from collections.abc import Generator
    from concurrent.futures import Future

# Nothing here waits for the clock: each wait ends with an event, and this long is only how long a failure takes.
PATIENCE = 20


class Gate:
    """Work that has begun and waits to be let on."""

    def __init__(self, *, throttled: bool = False) -> None:
        self.begun = threading.Semaphore(0)
        self.open = threading.Event()
        self._throttled = throttled

    def __call__(self) -> str:
        """Say that it has begun, and wait; as a throttled call does, if it is to."""
        waiter = current_waiter.get()
        assert waiter is not None
        if self._throttled:
            waiter.begin()
        self.begun.release()
        assert self.open.wait(PATIENCE)
        waiter.end()
        return threading.current_thread().name

    def wait_for(self, number: int) -> None:
        """Wait until so many have begun."""
        for _ in range(number):
            assert self.begun.acquire(timeout=PATIENCE)

    def idle(self) -> bool:
        """Say whether no further one has begun."""
        return not self.begun.acquire(blocking=False)


def test_so_many_threads_and_no_more() -> None:
    """The third task waits for one of two threads."""
    gate = Gate()
    with WorkerPool(2) as pool:
        futures = [pool.submit(gate) for _ in range(3)]
        gate.wait_for(2)
        assert gate.idle()
        gate.open.set()
        names = {each.result(PATIENCE) for each in futures}
    assert 2 >= len(names)


def test_the_lane_with_the_fewest_threads_is_next() -> None:
    """A long queue of one lane does not keep a short one waiting."""
    first, rest, second = Gate(), Gate(), Gate()
    with WorkerPool(4) as pool:
        long, short = pool.lane(), pool.lane()
        futures = [long.submit(first), *(long.submit(rest) for _ in range(40))]
        first.wait_for(1)
        rest.wait_for(3)
        futures.append(short.submit(second))
        first.open.set()
        second.wait_for(1)
        assert rest.idle()
        rest.open.set()
        second.open.set()
        assert 42 == len([each.result(PATIENCE) for each in futures])


def test_throttled_threads_make_room_for_others() -> None:
    """However many calls of a lane wait for their turn, the others get as many threads as if it was not there."""
    throttled, free = Gate(throttled=True), Gate()
    with WorkerPool(4, spare=8) as pool:
        slow, fast = pool.lane(), pool.lane()
        waiting = [slow.submit(throttled) for _ in range(20)]
        throttled.wait_for(4)
        working = [fast.submit(free) for _ in range(20)]
        free.wait_for(4)
        assert free.idle()
        free.open.set()
        throttled.open.set()
        assert 40 == len([each.result(PATIENCE) for each in (*waiting, *working)])


def test_without_spare_threads_the_bound_holds() -> None:
    """Waiting threads count like working ones."""
    throttled, free = Gate(throttled=True), Gate()
    with WorkerPool(4) as pool:
        slow, fast = pool.lane(), pool.lane()
        futures = [slow.submit(throttled) for _ in range(4)]
        throttled.wait_for(4)
        futures.append(fast.submit(free))
        assert free.idle()
        throttled.open.set()
        free.open.set()
        assert 5 == len([each.result(PATIENCE) for each in futures])


def test_what_waits_when_the_pool_ends_is_never_begun() -> None:
    """Who waits for it is told so; what has begun comes to its end."""
    gate = Gate()
    begun: list[int] = []
    with WorkerPool(1) as pool:
        first = pool.submit(gate)
        gate.wait_for(1)
        never = [pool.submit(begun.append, number) for number in range(3)]
        # Begun things end after what never begins was told.
        never[-1].add_done_callback(lambda _future: gate.open.set())
    assert first.result(0).startswith("trueup-read")
    for each in never:
        with pytest.raises(CancelledError):
            each.result(0)
    assert [] == begun


def test_an_error_goes_to_who_asked() -> None:
    """The thread goes on with the next task."""

    def fail() -> None:
        message = "no"
        raise ValueError(message)

    with WorkerPool(1) as pool:
        failed: Any = pool.submit(fail)
        assert "fine" == pool.submit(lambda: "fine").result(PATIENCE)
        with pytest.raises(ValueError, match="no"):
            failed.result(0)


def test_an_ended_pool_takes_nothing() -> None:
    """It says so at once instead of keeping whoever waits for ever."""
    with WorkerPool(1) as pool:
        lane = pool.lane()
    with pytest.raises(RuntimeError, match="expected a pool that is open"):
        lane.submit(print)


def test_who_interrupts_does_not_wait_for_the_turns_of_calls() -> None:
    """A thread that would wait for ever for its turn gives up, so that the block can be left."""
    asleep = threading.Event()

    def wait(given_up: threading.Event, _seconds: float) -> bool:
        asleep.set()
        return given_up.wait()

    limit = RateLimit(1, lambda: 0.0, wait)
    limit.take()

    def interrupted() -> None:
        with WorkerPool(1, limit.give_up) as pool:
            futures.append(pool.submit(limit.take))
            assert asleep.wait(30)
            raise KeyboardInterrupt

    futures: list[Future[Any]] = []
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    (future,) = futures
    with pytest.raises(CancelledError):
        future.result(0)


def test_who_interrupts_does_not_wait_for_a_call_that_is_never_answered() -> None:
    """Its thread is left behind, and does not keep the program from ending."""
    begun, answered = threading.Event(), threading.Event()
    threads: list[threading.Thread] = []

    def never() -> None:
        threads.append(threading.current_thread())
        begun.set()
        answered.wait(PATIENCE)

    def interrupted() -> None:
        with WorkerPool(1) as pool:
            pool.submit(never)
            assert begun.wait(PATIENCE)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert [(True, True)] == [(each.is_alive(), each.daemon) for each in threads]
    answered.set()
    threads[0].join(PATIENCE)


def test_a_block_that_ends_well_gives_nothing_up() -> None:
    """Nor does a generator that is not read to its end: another reader may wait for its turn."""
    given_up: list[bool] = []

    def numbers() -> Generator[int]:
        with WorkerPool(1, lambda: given_up.append(True)):
            yield from (1, 2)

    assert [1, 2] == list(numbers())
    begun = numbers()
    assert 1 == next(begun)
    begun.close()
    assert [] == given_up
