"""The engine of several processes or machines: each scope is a task of dask.distributed.

Credentials never travel: a task names the account and the role, and the worker assumes it with credentials of its
own. A worker that dies takes nothing with it, since a scope's findings count only when all of them have come.

Source: dask.distributed ``Client.submit``, ``as_completed``, ``LocalCluster``; its setting
``distributed.scheduler.allowed-failures``.
"""

from __future__ import annotations

import logging
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from trueup.auditing.job import Found, ScopeAudit
from trueup.auditing.unit import unread
from trueup.engines.ahead import ScopesAhead
from trueup.engines.brief import audit_elsewhere
from trueup.errors import TrueupError, UsageError
from trueup.facts.unknown import Reason, Unknown

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from trueup.accounts.account_spec import AccountSpec
    from trueup.accounts.opening import OpenScope
    from trueup.auditing.job import AuditEvent
    from trueup.engines.engine import EngineWork

__all__ = ["run_dask"]

_PROCESSES = 2

# One failure is allowed: a scope that ends a second worker is not tried on a third.
_ALLOWED_FAILURES = 1
_FAILURES_SETTING = "distributed.scheduler.allowed-failures"

# So many scopes for each thread of the workers wait to be taken: enough that each worker finds an account of its own.
_AHEAD = 24

_SECONDS_TO_CONNECT = 30


def run_dask(work: EngineWork) -> Generator[AuditEvent]:
    """Audit the scopes by the workers of a cluster: the one whose scheduler is named, or one of this machine.

    Raises:
        UsageError: dask.distributed is not installed, or no scheduler or worker answers.
    """
    with _client(work) as client:
        tasks = _Tasks(work, client)
        try:
            yield from tasks.events()
        finally:
            tasks.cancel()


class _Tasks:
    """The scopes that are under way: one for each thread of the workers, so that nobody else's dies with a scope."""

    def __init__(self, work: EngineWork, client: Any) -> None:
        self._work = work
        self._client = client
        # Of a run that is resumed, dask may still have a task of the same scope: its answer is not asked for again.
        self._attempt = uuid4().hex[:8]
        self._under_way: dict[Any, OpenScope] = {}
        # What the worker that has just become idle knows. It is not named to the scheduler: one that is restarted has
        # another name, and dask would wait for the old one for ever.
        self._known: AccountSpec | None = None

    def events(self) -> Iterator[AuditEvent]:
        """Yield what comes back, in the order in which scopes end."""
        from distributed import as_completed

        completed = as_completed()
        with ScopesAhead(self._work.opening.scopes(), _AHEAD * self._most()) as ahead:
            more = True
            while more or self._under_way:
                while more and len(self._under_way) < self._most():
                    opened = self._next(ahead)
                    if opened is None:
                        more = False
                    elif isinstance(opened, ScopeAudit):
                        yield from unread(self._work.job, opened)
                    else:
                        completed.add(self._submit(opened))
                if self._under_way:
                    yield from self._result(next(completed))

    def cancel(self) -> None:
        """Let what is under way be forgotten."""
        self._client.cancel(list(self._under_way))

    def _most(self) -> int:
        threads: dict[str, int] = self._client.nthreads()
        return max(1, sum(threads.values()))

    def _next(self, ahead: ScopesAhead) -> OpenScope | ScopeAudit | None:
        return ahead.take(self._known, Counter(each.account for each in self._under_way.values()))

    def _submit(self, opened: OpenScope) -> Any:
        scope, run = opened.scope, self._work.brief.client.run_id
        name = f"trueup-{run}-{scope.account}-{scope.region}-{self._attempt}"
        future = self._client.submit(audit_elsewhere, self._work.brief, opened, key=name, pure=False)
        self._under_way[future] = opened
        self._known = None
        return future

    def _result(self, future: Any) -> Iterator[AuditEvent]:
        opened = self._under_way.pop(future)
        self._work.opening.connections.leave(opened.account, opened.scope)
        error = future.exception()
        if error is not None:
            yield from unread(self._work.job, ScopeAudit.unreadable(opened.scope, _why(error)))
            return
        findings, ended = future.result()
        self._known = opened.account
        future.release()
        if ended.unread is not None:
            yield from unread(self._work.job, ended)
            return
        if findings:
            yield Found(opened.scope, findings)
        yield ended


def _why(error: BaseException) -> Unknown:
    from distributed import KilledWorker

    if isinstance(error, KilledWorker):
        detail = f"{_ALLOWED_FAILURES + 1} workers died while they audited it; see the log of the last one"
        return Unknown(Reason.CONNECTION, detail)
    words = str(error) if isinstance(error, TrueupError) else f"{type(error).__name__}: {error}"
    return Unknown(Reason.UNEXPECTED, f"a worker could not audit it: {words}")


@contextmanager
def _client(work: EngineWork) -> Iterator[Any]:
    """Give a client of the named scheduler, or of a cluster of this machine's processes that ends with it."""
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError as error:
        message = f"expected dask.distributed for several processes, found none ({error}); pip install 'trueup[dask]'"
        raise UsageError(message) from error
    scheduler = work.options.scheduler
    if scheduler is not None:
        with _connected(Client, scheduler) as client:
            _warn_of_failures(work, client)
            yield client
        return
    quiet = {_FAILURES_SETTING: _ALLOWED_FAILURES, "distributed.admin.tick.limit": "1h"}
    with (
        dask.config.set(quiet),
        LocalCluster(
            n_workers=work.options.processes or _PROCESSES,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address=None,
            silence_logs=logging.CRITICAL,
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


@contextmanager
def _connected(client_class: Any, scheduler: str) -> Iterator[Any]:
    try:
        client = client_class(scheduler, timeout=_SECONDS_TO_CONNECT)
    except (OSError, ValueError) as error:
        message = f"--scheduler {scheduler}: expected a dask scheduler, found none that answers ({error})"
        raise UsageError(message) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=_SECONDS_TO_CONNECT)
        except TimeoutError as error:
            message = (
                f"--scheduler {scheduler}: expected at least one worker, found none within {_SECONDS_TO_CONNECT} "
                f"seconds; start one with `dask worker {scheduler} --nthreads 1`"
            )
            raise UsageError(message) from error
        yield client


def _warn_of_failures(work: EngineWork, client: Any) -> None:
    allowed = client.run_on_scheduler(_allowed_failures)
    if allowed != _ALLOWED_FAILURES:
        work.say(
            f"warning: the scheduler lets a scope end {allowed + 1} workers before it is given up, expected "
            f"{_ALLOWED_FAILURES + 1}; start it with DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES={_ALLOWED_FAILURES}"
        )


def _allowed_failures(dask_scheduler: Any) -> int:
    return int(dask_scheduler.allowed_failures)
