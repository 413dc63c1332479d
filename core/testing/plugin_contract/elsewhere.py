"""Whether a fix is the same in another process and at another time: a plan is made in one, and applied in another.

Sets of texts have another order in each process, and a clock has gone on; what comes of either makes every plan stale,
which one process never notices.
"""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from trueup.canonical import canonical
from trueup.change import Change, Refusal
from trueup.testing.plugin_contract.broken import invariant
from trueup.testing.plugin_contract.estate import question
from trueup.testing.plugin_contract.importing import environment_of_its_own

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trueup.testing.plugin_contract.estate import Looked
    from trueup.testing.plugin_contract.subject import Subject

__all__ = ["described", "fixes_are_the_same_elsewhere"]

_SECONDS = 120

_HASH_SEEDS = ("1", "2")
"""Two orders of every set; the process that asks has a third."""

# Puts the clock forward before anything else is imported, asks for each fix, and prints what each says.
_ASK = """
import datetime, pickle, sys, time

AHEAD = datetime.timedelta(days=40)

class Later(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return super().now(tz) + AHEAD

    @classmethod
    def utcnow(cls):
        return super().now(datetime.UTC).replace(tzinfo=None) + AHEAD

    @classmethod
    def today(cls):
        return cls.now()

datetime.datetime = Later
now = time.time
time.time = lambda: now() + AHEAD.total_seconds()

import json
from trueup.errors import PluginError
from trueup.hosting.host import Host
from trueup.testing.plugin_contract.elsewhere import described

host, said = Host(), []
for snapshot, finding, rule in pickle.load(sys.stdin.buffer):
    try:
        said.append(described(host.remediate(snapshot, finding, rule)))
    except PluginError as error:
        said.append({"error": str(error)})
sys.stdout.write("\\n" + json.dumps(said) + "\\n")
"""


@invariant(
    "a fix is the same in another process and at another time",
    why="a plan is applied by another process hours later, which asks again: what differs makes it stale for ever",
    mend="{plugin}: sort what comes from a set, and take the time from `snapshot.read_at`, not from a clock",
)
def fixes_are_the_same_elsewhere(subject: Subject) -> Iterator[str]:
    """Ask for each fix of the estate in processes with another order of sets and a later clock."""
    asked = [
        (looked, name)
        for looked in subject.estate.looked
        for name, answer in looked.answers.items()
        if isinstance(answer, Change | Refusal)
    ]
    given = pickle.dumps([_question(subject, looked, name) for looked, name in asked])
    differing: dict[str, set[str]] = {}
    for seed in _HASH_SEEDS:
        told = _told(given, seed)
        if isinstance(told, str):
            yield told
            return
        for (looked, name), other in zip(asked, told, strict=True):
            here = described(looked.answers[name])
            parts = {part for part in {*here, *other} if here.get(part) != other.get(part)}
            differing.setdefault(f"{looked.resource.arn}: the fix of {name}", set()).update(parts)
    for where, parts in differing.items():
        if parts:
            yield f"{where} is another one in another process, in {', '.join(sorted(parts))}"


def described(answer: Any) -> dict[str, str]:
    """Give what an action answered as one text a field, equal where the answers are."""
    try:
        return {name: canonical(value) for name, value in asdict(answer).items()}
    except (TypeError, ValueError):
        return {"shape": f"{type(answer).__name__} that is not JSON-shaped"}


def _question(subject: Subject, looked: Looked, name: str) -> Any:
    return question(looked.declared, subject.estate.rules[name], looked.snapshot, looked.judgements[name])


def _told(given: bytes, seed: str) -> list[dict[str, str]] | str:
    """Give what a process with this order of sets says to each question, or why it says nothing."""
    done = subprocess.run(  # noqa: S603 - this interpreter, and the plugin that is being tested
        [sys.executable, "-B", "-c", _ASK],
        input=given,
        env=environment_of_its_own() | {"PYTHONHASHSEED": seed},
        capture_output=True,
        timeout=_SECONDS,
        check=False,
    )
    try:
        said: list[dict[str, str]] = json.loads(done.stdout.decode().rstrip("\n").rpartition("\n")[2])
    except ValueError:
        return f"asking in a process of its own ended with {done.returncode}: {done.stderr.decode()[-500:]}"
    return said
