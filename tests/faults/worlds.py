"""Copies of the simulated account in processes of their own, so that what happens in one is no other one's past.

A fork of the test takes milliseconds; to build and to plan an estate anew before each death took most of the time.
"""

from __future__ import annotations

import multiprocessing
import traceback
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

    from trueup.testing import SimulatedAws

__all__ = ["begun_in_copy", "in_copy"]

_Given = TypeVar("_Given")

_SECONDS = 600
"""Longer than any work takes on a busy machine: only there so that a hanging one ends with its name."""


@dataclass(frozen=True, slots=True)
class _Failed:
    trace: str


def in_copy(aws: SimulatedAws, work: Callable[[], _Given]) -> _Given:
    """Do something in a copy of this process and its simulated AWS; what it gives, and nothing else, comes back."""
    return begun_in_copy(aws, work)()


def begun_in_copy(aws: SimulatedAws, work: Callable[[], _Given]) -> Callable[[], _Given]:
    """Begin something in a copy, as ``in_copy`` does it; give what waits for it to end and gives what it gave."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(aws, work, sender))
    with warnings.catch_warnings():
        # Python warns of copying a process with threads; those of the simulated AWS wait for requests and hold nothing.
        warnings.simplefilter("ignore", DeprecationWarning)
        process.start()
    sender.close()

    def given() -> _Given:
        found: Any = _Failed(f"the copy of the account gave no answer within {_SECONDS} s")
        if receiver.poll(_SECONDS):
            try:
                found = receiver.recv()
            except EOFError:
                found = _Failed("the copy of the account ended without an answer")
        else:
            process.kill()
        process.join()
        receiver.close()
        assert not isinstance(found, _Failed), found.trace
        told: _Given = found
        return told

    return given


def _work(aws: SimulatedAws, work: Callable[[], Any], sender: Connection) -> None:
    try:
        aws.listen_anew()
        sender.send(work())
    except BaseException:  # noqa: BLE001 - whatever it is, the test has to hear of it
        sender.send(_Failed(traceback.format_exc()))
