"""Audits scopes of this process side by side: a few threads each drive one service of one scope, a pool reads for all.

Findings come to the caller's thread, a few at a time, so that nothing is collected and one thread writes the journal.
"""

from __future__ import annotations

import queue
import threading
from concurrent.futures import CancelledError
from time import monotonic
from typing import TYPE_CHECKING

from trueup.auditing.job import Found, ScopeAudit
from trueup.auditing.pool import SECONDS_TO_END, WorkerPool, join_all
from trueup.auditing.schedule import Schedule
from trueup.auditing.unit import unread

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from trueup.auditing.job import AuditEvent, AuditJob, Places
    from trueup.finding import Finding
    from trueup.resource import Scope

__all__ = ["audit_places"]

# With the readers and the spare ones fewer than 80 threads a process, and enough to list many scopes at once.
_DRIVERS = 12
_SPARE = 32

# Findings are handed over so many at a time, or after so many seconds, for whoever watches the progress.
# Few: what waits is alive, and memory is promised not to depend on which thread is faster.
_TOGETHER = 2
_SECONDS = 0.25

# So many handfuls wait for the journal; then the drivers wait.
_HANDFULS = 1


def audit_places(job: AuditJob, places: Places) -> Generator[AuditEvent]:
    """Yield what is found in some places, and of each scope, last, what became of it.

    Args:
        job: the audit.
        places: where to look, taken as needed.

    Raises:
        CredentialsError: AWS does not accept the credentials any more, and the job does not tolerate that.
    """
    drivers = _Drivers(job, Schedule(job, places))
    seconds: float | None = SECONDS_TO_END
    try:
        with WorkerPool(job.workers, job.give_up, spare=_SPARE) as pool:
            try:
                yield from drivers.events(pool)
            except GeneratorExit:
                job.give_up()
                raise
            finally:
                drivers.stop()
        seconds = None
    finally:
        drivers.join(seconds)


class _Drivers:
    """The threads that drive plugins; the first error of one ends all."""

    def __init__(self, job: AuditJob, schedule: Schedule) -> None:
        self._job = job
        self._schedule = schedule
        self._events = _HandOver(_HANDFULS)
        self._stopped = threading.Event()
        self._threads: list[threading.Thread] = []

    def events(self, pool: WorkerPool) -> Generator[AuditEvent]:
        """Yield what the drivers find until none is left."""
        left = _DRIVERS
        self._threads += (
            threading.Thread(target=self._drive, args=(pool,), name=f"trueup-drive-{number}", daemon=True)
            for number in range(left)
        )
        for thread in self._threads:
            thread.start()
        while left:
            event = self._events.get()
            if event is None:
                left -= 1
            elif isinstance(event, BaseException):
                raise event
            else:
                yield event
        self._schedule.finish()

    def stop(self) -> None:
        """Let the drivers end; what they still have to say is not heard."""
        self._stopped.set()
        self._schedule.end()

    def join(self, seconds: float | None) -> None:
        """Wait for the drivers, for so many seconds at most; None for as long as it takes."""
        # One of them may wait for a place.
        self._events.open()
        join_all(self._threads, seconds)

    def _drive(self, pool: WorkerPool) -> None:
        try:
            while not self._stopped.is_set():
                taken = self._schedule.take()
                if taken is None:
                    break
                if isinstance(taken, ScopeAudit):
                    for event in unread(self._job, taken):
                        self._events.put(event)
                    continue
                self._tell(taken.place.scope, taken.findings(pool.lane()))
                ended = self._schedule.done(taken)
                if ended is not None:
                    self._events.put(ended)
        except CancelledError:
            # The pool has ended: somebody stopped the audit.
            pass
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that asked for the audit
            self._events.put(error)
        self._events.put(None)

    def _tell(self, scope: Scope, found: Iterable[Finding]) -> None:
        handful: list[Finding] = []
        since = monotonic()
        for finding in found:
            handful.append(finding)
            if len(handful) >= _TOGETHER or monotonic() - since > _SECONDS:
                self._events.put(Found(scope, handful))
                handful, since = [], monotonic()
            if self._stopped.is_set():
                raise CancelledError
        if handful:
            self._events.put(Found(scope, handful))


class _HandOver:
    """A queue of bounded length whose waits are C's, as those of ``queue.Queue`` are not: there are some a resource.

    Args:
        most: so many wait to be taken at most.
    """

    def __init__(self, most: int) -> None:
        self._waiting: queue.SimpleQueue[AuditEvent | BaseException | None] = queue.SimpleQueue()
        self._places: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._open = False
        for _ in range(most):
            self._places.put(None)

    def put(self, given: AuditEvent | BaseException | None) -> None:
        """Hand over, once there is a place."""
        if not self._open:
            self._places.get()
        self._waiting.put(given)

    def get(self) -> AuditEvent | BaseException | None:
        """Wait for what is handed over."""
        taken = self._waiting.get()
        self._places.put(None)
        return taken

    def open(self) -> None:
        """Let nobody wait for a place from now on: nothing will be taken any more."""
        self._open = True
        for _ in range(_DRIVERS):  # each may wait for one now
            self._places.put(None)
