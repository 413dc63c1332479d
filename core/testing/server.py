"""``SimulatedAws``: starts and stops the simulated AWS, and everything a test does with it.

moto keeps its state in the process, so one simulated AWS runs in a process at a time; a test run starts one and
resets it between tests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from trueup.testing.calls import Calls
from trueup.testing.clock import SimulatedClock
from trueup.testing.faults import Faults
from trueup.testing.metrics import Metrics
from trueup.testing.phases import Phases

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from types import TracebackType

    from trueup.testing.correction import Correction, Handler, Undo

__all__ = ["SimulatedAws"]


class SimulatedAws:
    """The simulated AWS, as a context manager; it is also the ``Simulation`` that corrections are installed in.

    Example::

        with SimulatedAws() as aws:
            aws.client("sqs").create_queue(QueueName="orders")
            aws.clock.advance(3600)
            aws.faults.inject("sqs:GetQueueAttributes", "denied", resource="orders")
    """

    def __init__(
        self,
        corrections: Iterable[Correction] | None = None,
        account: str = "123456789012",
        start: datetime | None = None,
    ) -> None:
        """Prepare; nothing runs until the context is entered.

        Args:
            corrections: which to install; None is all that installed plugins have.
            account: the account that the credentials belong to.
            start: the clock's first time (aware); None is now.
        """
        self.account = account
        self.clock = SimulatedClock(start)
        self.faults = Faults()
        self.calls = Calls()
        self.metrics = Metrics(account)
        self.phases = Phases(self.clock)

    def __enter__(self) -> Self:
        raise NotImplementedError

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        raise NotImplementedError

    @property
    def endpoint_url(self) -> str:
        """``http://127.0.0.1:<port>``."""
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        """The environment variables that point any AWS client, and trueup's clock, at this server."""
        raise NotImplementedError

    def session(self, region: str = "us-east-1") -> Any:
        """A boto3 session with the simulated account's credentials (its clients need ``endpoint_url``)."""
        raise NotImplementedError

    def client(self, service: str, region: str = "us-east-1", **options: Any) -> Any:
        """A boto3 client of this server; ``options`` go to ``session.client``."""
        raise NotImplementedError

    def reset(self, start: datetime | None = None) -> None:
        """Empty all state: moto's, clock, faults, calls, metrics, phases and what corrections keep."""
        raise NotImplementedError

    def without(self, name: str) -> Any:
        """A context in which one correction is switched off; for the tests that show that it is needed."""
        raise NotImplementedError

    def answer(self, operation: str, handler: Handler) -> Undo:
        """See ``Simulation.answer``."""
        raise NotImplementedError

    def patch(self, target: object, name: str, replacement: object) -> Undo:
        """See ``Simulation.patch``."""
        raise NotImplementedError

    def on_reset(self, forget: Callable[[], None]) -> Undo:
        """See ``Simulation.on_reset``."""
        raise NotImplementedError
