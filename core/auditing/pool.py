"""The worker threads of a run: so many reads under way at once, whatever the number of scopes and resources.

One bounded pool a run, so that accounts and plugins share AWS's rate limits instead of multiplying them. Work comes
in lanes, one for each service of a scope: threads go to the lane that has the fewest, and a lane whose calls AWS
throttles keeps a few threads waiting, not all of them.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from trueup.aws.waiting import current_waiter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType

__all__ = ["SECONDS_TO_END", "Lane", "WorkerPool", "join_all"]

_WORKERS = 16

# Enough that no worker idles while the next page of the list is fetched.
_AHEAD_A_WORKER = 4

# What is read waits for what was listed before it, so that findings come in the list's order; one resource that times
# out must not keep the threads idle meanwhile, nor let memory grow.
_HELD_A_WORKER = 32

SECONDS_TO_END = 2.0
"""Once nobody wants their answers, calls under way are waited for so long, and no longer."""

# Calls that AWS throttles come through one by one: once so many threads wait for a client, more would not hasten it.
_WAITING_A_LANE = 4


class WorkerPool:
    """A bounded pool of threads, as a context manager; what is still waiting when it ends is never begun.

    When the block is left early, calls under way are waited for, but not for long: the reads of a service that does not
    answer must not keep a person waiting who has pressed Ctrl-C.

    Args:
        workers: how many threads work at once.
        spare: how many more there may be while as many only wait for throttled clients.
        give_up: called when the block is left by an error, before the threads' calls under way are waited for; not
            where a generator around it is only not read to its end.

    Attributes:
        ahead: how many resources of a lane may be under way, or wait for a thread, at once.
        held: how many resources may be taken from a list before the first of them is handed on.
    """

    def __init__(self, workers: int = _WORKERS, give_up: Callable[[], None] = lambda: None, *, spare: int = 0) -> None:
        self._give_up = give_up
        self.ahead = workers * _AHEAD_A_WORKER
        self.held = workers * _HELD_A_WORKER
        self._workers = workers
        self._spare = spare
        self._changed = threading.Condition()
        self._lanes: list[Lane] = []
        self._threads: set[threading.Thread] = set()
        self._idle = 0
        self._waiting = 0
        self._made = 0
        self._ended = False
        self._own = self.lane()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None and not issubclass(kind, GeneratorExit):
            self._give_up()
        with self._changed:
            self._ended = True
            never = [task for lane in self._lanes for task in lane.tasks]
            for lane in self._lanes:
                lane.tasks.clear()
            threads = tuple(self._threads)
            self._changed.notify_all()
        for task in never:
            task.future.cancel()
        join_all(threads, None if kind is None else SECONDS_TO_END)

    def lane(self) -> Lane:
        """Give a lane of its own for work that shares clients: one service of one scope."""
        return Lane(self)

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Let a thread call the function, in the pool's own lane."""
        return self._own.submit(function, *arguments)

    def put(self, lane: Lane, task: _Task) -> None:
        """Take a task of a lane; threads begin with a lane's tasks in this order."""
        with self._changed:
            if self._ended:
                message = "expected a pool that is open, found one that has ended"
                raise RuntimeError(message)
            if not lane.tasks:
                self._lanes.append(lane)
            lane.tasks.append(task)
            self._hasten()

    def wait(self, lane: Lane, change: int) -> None:
        """Count a thread of a lane that begins (1) or ends (-1) to wait for a throttled client."""
        with self._changed:
            lane.waiting += change
            self._waiting += change
            if self._lanes:
                self._hasten()

    def _hasten(self) -> None:
        """Wake a thread, or make one if there may be more; called with the lock held."""
        if self._idle:
            # Counted down here, not by the thread once it wakes: the next task must not count on the same one.
            self._idle -= 1
            self._changed.notify()
        elif len(self._threads) < self._most():
            thread = threading.Thread(target=self._work, name=f"trueup-read-{self._made}", daemon=True)
            self._made += 1
            self._threads.add(thread)
            thread.start()

    def _most(self) -> int:
        return self._workers + min(self._spare, self._waiting)

    def _work(self) -> None:
        """Do one task after the other until the pool ends, or there are more threads than work."""
        waiter = _Waiter(self)
        current_waiter.set(waiter)
        lane: Lane | None = None
        while True:
            with self._changed:
                if lane is not None:
                    lane.running -= 1
                lane = self._next()
                if lane is None:
                    self._threads.discard(threading.current_thread())
                    return
                task = lane.tasks.popleft()
                if not lane.tasks:
                    self._lanes.remove(lane)
                lane.running += 1
            waiter.lane = lane
            task.run()
            # A task that was raised out of a call must not be taken for one that waits.
            waiter.end()
            del task

    def _next(self) -> Lane | None:
        """Give the lane to work for, None when this thread is to end; called with the lock held."""
        while not self._ended:
            if len(self._threads) > self._most():
                return None
            lane = min(
                (each for each in self._lanes if each.waiting < _WAITING_A_LANE),
                key=lambda each: each.running,
                default=None,
            )
            if lane is not None:
                return lane
            self._idle += 1
            self._changed.wait()
        return None


def join_all(threads: Iterable[threading.Thread], seconds: float | None) -> None:
    """Wait for threads, together for so many seconds at most; None for as long as it takes."""
    until = None if seconds is None else time.monotonic() + seconds
    for thread in threads:
        if thread.is_alive():  # not, if Ctrl-C came before it was started
            thread.join(None if until is None else max(0.0, until - time.monotonic()))


class Lane:
    """Work of one kind in a pool; made by ``WorkerPool.lane``.

    Attributes:
        ahead: as the pool's.
        held: as the pool's.
        tasks: what waits for a thread.
        running: how many threads it has.
        waiting: how many of them only wait for a throttled client.
    """

    __slots__ = ("_pool", "ahead", "held", "running", "tasks", "waiting")

    def __init__(self, pool: WorkerPool) -> None:
        self._pool = pool
        self.ahead = pool.ahead
        self.held = pool.held
        self.tasks: deque[_Task] = deque()
        self.running = 0
        self.waiting = 0

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Let a thread call the function; a lane's tasks are begun in the order of submission."""
        task = _Task(function, arguments)
        self._pool.put(self, task)
        return task.future


@dataclass(slots=True)
class _Task:
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    future: Future[Any] = field(default_factory=Future)

    def run(self) -> None:
        """Do it, and keep what comes of it for whoever asks the future."""
        if not self.future.set_running_or_notify_cancel():
            return
        try:
            result = self.function(*self.arguments)
        except BaseException as error:  # noqa: BLE001 - handed to whoever asked for it, as concurrent.futures does
            self.future.set_exception(error)
        else:
            self.future.set_result(result)


class _Waiter:
    """A thread's own; tells the pool of each wait once."""

    __slots__ = ("_lane", "_pool", "lane")

    def __init__(self, pool: WorkerPool) -> None:
        self._pool = pool
        self._lane: Lane | None = None
        self.lane: Lane | None = None

    def begin(self) -> None:
        """See ``Waiter``."""
        if self._lane is None and self.lane is not None:
            self._lane = self.lane
            self._pool.wait(self._lane, 1)

    def end(self) -> None:
        """See ``Waiter``."""
        if self._lane is not None:
            lane, self._lane = self._lane, None
            self._pool.wait(lane, -1)
