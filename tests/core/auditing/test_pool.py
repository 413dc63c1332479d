"""The worker threads of a run, and how their block is left."""

from __future__ import annotations

import threading
from concurrent.futures import CancelledError
from typing import TYPE_CHECKING

import pytest

from trueup.auditing.pool import WorkerPool
from trueup.aws.rate import RateLimit

if TYPE_CHECKING:
    from collections.abc import Generator
    from concurrent.futures import Future
    from typing import Any


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
