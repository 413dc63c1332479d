"""``SimulatedAws``: starts and stops the simulated AWS, and everything a test does with it.

moto keeps its state in the process, so one simulated AWS runs in a process at a time; a test run starts one and
resets it between tests.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self, TypeVar

from trueup.testing.calls import Calls
from trueup.testing.clock import SimulatedClock
from trueup.testing.connection import Connections
from trueup.testing.control import PREFIX, Control
from trueup.testing.correction import together
from trueup.testing.credentials import ACCESS_KEY, SECRET_KEY
from trueup.testing.discovery import discover_corrections
from trueup.testing.dispatch import Dispatch
from trueup.testing.enforcement import Enforcement
from trueup.testing.faults import Faults
from trueup.testing.gateway import Gateway
from trueup.testing.metrics import Metrics
from trueup.testing.motoserver import MotoServer
from trueup.testing.phases import Phases

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime
    from types import TracebackType

    from trueup.testing.connection import Broken, Exchange
    from trueup.testing.correction import Correction, Handler, Undo
    from trueup.testing.exchange import Answer, ApiRequest

__all__ = ["AlreadyRunningError", "SimulatedAws"]

_RUNNING = threading.Lock()
"""Held while one runs: a second one would share moto's state and undo the first one's corrections."""


_POLL_SECONDS = 0.05
"""How often the server looks whether it shall stop."""

_Part = TypeVar("_Part")


class AlreadyRunningError(RuntimeError):
    """Raised when a second simulated AWS is started in a process."""


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
        port: int = 0,
    ) -> None:
        """Prepare; nothing runs until the context is entered.

        Args:
            corrections: which to install; None is all that installed plugins have.
            account: the account that the credentials belong to.
            start: the clock's first time (aware); None is now.
            port: the port to listen on; 0 is any free one.
        """
        self.account = account
        self.clock = SimulatedClock(start)
        self.faults = Faults()
        self.calls = Calls()
        self.enforcement = Enforcement()
        self.metrics = Metrics(account, self.clock)
        self.phases = Phases(self.clock)
        self.settings: dict[str, Any] = {}
        self._start = start
        self._port = port
        self._chosen = None if corrections is None else tuple(corrections)
        self._installed: dict[str, tuple[Correction, Undo]] = {}
        self._forgets: list[Callable[[], None]] = []
        self._undo_clock: Undo | None = None
        self._sessions: dict[str, Any] = {}
        self._making_clients = threading.Lock()
        self._moto: MotoServer | None = None
        self._dispatch: Dispatch | None = None
        self._connections: Connections | None = None

    def __enter__(self) -> Self:
        """Start; see the class.

        Raises:
            AlreadyRunningError: one runs in this process already.
        """
        if not _RUNNING.acquire(blocking=False):
            raise AlreadyRunningError(
                "simulated AWS: expected one in a process, found one running; reset it, or use a process of its own"
            )
        try:
            self._open()
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop, empty moto and take every correction back."""
        self._close()

    @property
    def endpoint_url(self) -> str:
        """``http://127.0.0.1:<port>``."""
        return f"http://127.0.0.1:{_running(self._connections).server_address[1]}"

    @property
    def corrections(self) -> tuple[Correction, ...]:
        """The corrections that are installed now."""
        return tuple(correction for correction, _ in self._installed.values())

    def environment(self) -> dict[str, str]:
        """The environment variables that point any AWS client, and trueup's clock, at this server."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "TRUEUP_SIMULATED_CLOCK": f"{self.endpoint_url}{PREFIX}clock",
        }

    def enforce(self, *policies: Mapping[str, Any]) -> dict[str, str]:
        """Make a user who may do what these IAM policies allow, until the next reset; give the user's environment.

        The credentials of ``environment`` go on allowing everything.

        Raises:
            ValueError: a policy has an element that the simulated AWS does not evaluate, see ``testing.iam_policy``.
        """
        return {**self.environment(), "AWS_ACCESS_KEY_ID": self.enforcement.user(policies)}

    def session(self, region: str = "us-east-1") -> Any:
        """A boto3 session with the simulated account's credentials (its clients need ``endpoint_url``)."""
        import boto3

        return boto3.Session(aws_access_key_id=ACCESS_KEY, aws_secret_access_key=SECRET_KEY, region_name=region)

    def client(self, service: str, region: str = "us-east-1", **options: Any) -> Any:
        """A boto3 client of this server; ``options`` go to ``session.client``.

        The clients of a Region share a session, and with it the models it has read: a client takes 3 ms, not 200.
        """
        with self._making_clients:
            session = self._sessions.get(region) or self._sessions.setdefault(region, self.session(region))
            return session.client(service, endpoint_url=self.endpoint_url, **options)

    def reset(self, start: datetime | None = None) -> None:
        """Empty all state: moto's, clock, faults, calls, metrics, phases, settings and what corrections keep.

        Args:
            start: the clock's new time; None is the one given when it was made.
        """
        _running(self._connections).release_held()
        with _running(self._dispatch).quiet():
            _running(self._moto).reset()
            self.clock.reset(start or self._start)
            self.faults.clear()
            self.calls.clear()
            self.enforcement.clear()
            self.metrics.reset()
            self.phases.reset()
            self.settings.clear()
            for forget in self._forgets:
                forget()

    @contextmanager
    def without(self, *names: str) -> Iterator[None]:
        """Switch corrections off for a while: for the tests that show that they are needed.

        Raises:
            KeyError: no correction of one of the names is installed.
        """
        off = [self._installed[name][0] for name in names]
        chosen = self.corrections
        # All are taken back and put in again, so that their order stays what it was.
        self._uninstall()
        try:
            self._install(each for each in chosen if each not in off)
            yield
        finally:
            self._uninstall()
            self._install(chosen)

    def listen_anew(self) -> None:
        """Listen on another free port: a copy of the process has the same account and must not share its port."""
        connections = _running(self._connections)
        connections.server_close()
        self._listen(connections.exchange, 0)

    def answer(self, operation: str, handler: Handler) -> Undo:
        """See ``Simulation.answer``."""
        return _running(self._dispatch).add(operation, handler)

    def ask(self, request: ApiRequest, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """See ``Simulation.ask``."""
        other = request.for_operation(operation, parameters)
        answer = _running(self._dispatch)(other)
        if not answer.ok:
            raise other.known.error(answer)
        return other.result(answer)

    def patch(self, target: object, name: str, replacement: object) -> Undo:
        """See ``Simulation.patch``."""
        before = getattr(target, name)
        setattr(target, name, replacement)
        return lambda: setattr(target, name, before)

    def on_reset(self, forget: Callable[[], None]) -> Undo:
        """See ``Simulation.on_reset``."""
        self._forgets.append(forget)
        return lambda: self._forgets.remove(forget)

    def _open(self) -> None:
        self._moto = MotoServer()
        self._dispatch = Dispatch(self._moto)
        self._undo_clock = self._moto.follow(self)
        self._install(discover_corrections() if self._chosen is None else self._chosen)
        gateway = Gateway(self.account, self._dispatch, self.faults, self.calls, self.enforcement)
        control = Control(self)

        def exchange(method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer | Broken:
            path = target.partition("?")[0]
            return control(method, path, body) if path.startswith(PREFIX) else gateway(method, target, headers, body)

        self._listen(exchange, self._port)

    def _listen(self, exchange: Exchange, port: int) -> None:
        self._connections = Connections(exchange, port)
        serve = self._connections.serve_forever
        threading.Thread(target=serve, args=(_POLL_SECONDS,), name="simulated-aws", daemon=True).start()

    def _close(self) -> None:
        try:
            if self._connections is not None:
                self._connections.release_held()
                self._connections.shutdown()
                self._connections.server_close()
            self._uninstall()
            if self._undo_clock is not None:
                self._undo_clock()
            if self._moto is not None:
                self._moto.reset()
        finally:
            self._connections = self._dispatch = self._moto = self._undo_clock = None
            _RUNNING.release()

    def _install(self, corrections: Iterable[Correction]) -> None:
        for correction in corrections:
            self._installed[correction.name] = (correction, correction.install(self))

    def _uninstall(self) -> None:
        undos = [undo for _, undo in self._installed.values()]
        self._installed.clear()
        together(*undos)()


def _running(part: _Part | None) -> _Part:
    """A part that exists only while the server runs."""
    if part is None:
        raise RuntimeError("simulated AWS: expected it to be running, found it stopped; use it inside its `with` block")
    return part
