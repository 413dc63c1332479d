"""A correction: one thing that AWS does and moto does not, put back while the simulated AWS runs.

Each correction names its source and can be switched off, so that a test can show that it is needed: the same check
holds with it and does not hold without it. Corrections live with their service, in ``plugins/<service>/simulated.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from trueup.testing.exchange import Answer, ApiRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.testing.clock import SimulatedClock
    from trueup.testing.faults import Faults
    from trueup.testing.metrics import Metrics
    from trueup.testing.phases import Phases

__all__ = ["Correction", "Handler", "Proceed", "Simulation", "Undo", "together"]

Undo = Callable[[], None]
"""Takes one patch back; called once, in the reverse order of installation."""

Proceed = Callable[[ApiRequest], Answer]
"""What would answer the request without this handler: an earlier handler of the operation, in the end moto."""

Handler = Callable[[ApiRequest, Proceed], Answer]
"""Answers one operation; may call ``proceed(request)`` and change its answer, or raise ``AwsError``."""


class Simulation(Protocol):
    """What a correction may reach of the running simulated AWS."""

    @property
    def account(self) -> str:
        """The 12 digits of the account whose credentials ``environment()`` gives."""

    @property
    def clock(self) -> SimulatedClock:
        """The one clock; everything that depends on time uses it."""

    @property
    def faults(self) -> Faults:
        """The faults that are injected now."""

    @property
    def metrics(self) -> Metrics:
        """The stored metric series."""

    @property
    def phases(self) -> Phases:
        """Which resources are in an asynchronous phase, until when."""

    @property
    def settings(self) -> dict[str, Any]:
        """What a test sets for corrections to read, e.g. an account's quota; emptied by a reset.

        A correction documents its names, ``<service>:<name>``, and what holds when one is not set.
        """

    def answer(self, operation: str, handler: Handler) -> Undo:
        """Let a handler answer one operation, e.g. ``"sqs:CreateQueue"``; the last one given is asked first."""

    def ask(self, request: ApiRequest, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Ask another operation of the same service, as the caller of ``request`` would.

        Raises:
            AwsError: the other operation refused.
        """

    def patch(self, target: object, name: str, replacement: object) -> Undo:
        """Replace an attribute of a moto class or module; the undo sets what was there before."""

    def on_reset(self, forget: Callable[[], None]) -> Undo:
        """Call ``forget`` whenever all state is emptied, so that no test sees what another one left."""


@dataclass(frozen=True, slots=True)
class Correction:
    """One difference between AWS and moto, and how to remove it.

    Attributes:
        name: unique, ``<service>-<what>``, e.g. ``sqs-purge-limit``.
        service: boto3's client name.
        says: one sentence: what AWS does and moto does not.
        source: where that is written or was measured.
        install: puts AWS's behaviour in place and returns what takes it away again.
    """

    name: str
    service: str
    says: str
    source: str
    install: Callable[[Simulation], Undo]


def together(*undos: Undo) -> Undo:
    """Several undos as one, called last first."""

    def undo() -> None:
        for each in reversed(undos):
            each()

    return undo
