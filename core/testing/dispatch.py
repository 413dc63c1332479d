"""Who answers a request: the corrections' handlers, the last installed first, in the end moto.

Handlers of one service run one at a time, so that a correction may read, decide and write without a lock of its own.
"""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from trueup.testing.exchange import Answer, AwsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trueup.testing.correction import Handler, Proceed, Undo
    from trueup.testing.exchange import ApiRequest

__all__ = ["Dispatch"]

_LOG = logging.getLogger(__name__)


class Dispatch:
    """The handlers by operation, in front of what answers everything else."""

    def __init__(self, behind: Proceed) -> None:
        self._behind = behind
        self._handlers: dict[str, tuple[Handler, ...]] = {}
        self._locks: defaultdict[str, threading.RLock] = defaultdict(threading.RLock)

    def add(self, operation: str, handler: Handler) -> Undo:
        """Ask ``handler`` first for ``service:Operation`` until the undo is called."""
        self._handlers[operation] = (*self._handlers.get(operation, ()), handler)

        def undo() -> None:
            self._handlers[operation] = tuple(each for each in self._handlers[operation] if each is not handler)

        return undo

    def __call__(self, request: ApiRequest) -> Answer:
        """The answer to a request; what goes wrong inside the simulated AWS is an answer too, and said so."""
        with self._locks[request.service]:
            try:
                return self._ask(request, self._handlers.get(request.name, ()))
            except Exception as error:  # noqa: BLE001 - a bug of a correction or of moto reaches the client as an answer
                _LOG.exception("the simulated AWS failed to answer %s", request.name)
                failure = AwsError(
                    "InternalFailure", f"the simulated AWS failed to answer {request.name}: {error!r}", 500
                )
                return request.refusal(failure) if request.model else Answer(500, (), str(failure).encode())

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """While no request is being answered."""
        with ExitStack() as stack:
            for service in sorted(self._locks):
                stack.enter_context(self._locks[service])
            yield

    def _ask(self, request: ApiRequest, handlers: Sequence[Handler]) -> Answer:
        if not handlers:
            return self._behind(request)
        try:
            return handlers[-1](request, lambda changed: self._ask(changed, handlers[:-1]))
        except AwsError as error:
            return request.refusal(error)
