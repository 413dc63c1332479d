"""The worker threads of a run: so many reads under way at once, whatever the number of scopes and resources.

One bounded pool a run, so that accounts and plugins share AWS's rate limits instead of multiplying them.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future
    from types import TracebackType
    from typing import Any

__all__ = ["WorkerPool"]

_WORKERS = 16

# Enough that no worker idles while the next page of the list is fetched.
_AHEAD_A_WORKER = 4

# What is read waits for what was listed before it, so that findings come in the list's order; one resource that times
# out must not keep the threads idle meanwhile, nor let memory grow.
_HELD_A_WORKER = 32


class WorkerPool:
    """A bounded pool of threads, as a context manager; what is still waiting when it ends is never begun.

    Args:
        workers: how many threads, so how many calls are under way at once.
        give_up: called when the block is left by an error, before the threads' calls under way are waited for; not
            where a generator around it is only not read to its end.

    Attributes:
        ahead: how many resources may be under way, or wait for a thread, at once.
        held: how many resources may be taken from the list before the first of them is handed on.
    """

    def __init__(self, workers: int = _WORKERS, give_up: Callable[[], None] = lambda: None) -> None:
        self._give_up = give_up
        self.ahead = workers * _AHEAD_A_WORKER
        self.held = workers * _HELD_A_WORKER
        self._executor = ThreadPoolExecutor(workers, "trueup-read")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None and not issubclass(kind, GeneratorExit):
            self._give_up()
        self._executor.shutdown(wait=True, cancel_futures=True)

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Let a thread call the function; threads begin in the order of submission."""
        return self._executor.submit(function, *arguments)
