"""What happens in a run, as named events with names, ids, counts and reasons; nothing is logged until somebody listens.

The framework says here what it does, and knows no log: who asked for one (``trueup.cli.logs``) listens. An event never
holds a request's parameters or an answer's body, so that no secret can reach a log. ``EVENTS`` is the only list of
events, from which the documentation is made.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["EVENTS", "LEVELS", "EventKind", "Level", "emit", "is_heard", "listen"]

Level = Literal["debug", "info", "warning", "error"]

LEVELS: tuple[Level, ...] = ("debug", "info", "warning", "error")
"""From the most talkative to the least."""

_SCOPE = ("run", "account", "region")
_CALL = (*_SCOPE, "service", "operation")
_READ = (*_CALL, "resource_type")
_WRITE = (*_CALL, "rule")
_COUNTS = ("seconds", "findings", "calls", "retries", "throttles")


@dataclass(frozen=True, slots=True)
class EventKind:
    """One kind of event.

    Args:
        level: how much it matters.
        fields: what it may carry, in order; what is not known is left out.
        says: when it happens.
    """

    level: Level
    fields: tuple[str, ...]
    says: str


EVENTS: Mapping[str, EventKind] = MappingProxyType({
    "audit_finished": EventKind("info", ("run", "scopes", *_COUNTS), "all scopes of an audit are judged"),
    "audit_started": EventKind("info", ("run", "services", "rules"), "an audit begins to read"),
    "call_failed": EventKind(
        "warning", (*_READ, "reason", "code", "missing_action", "request_id"), "a read failed for good"
    ),
    "call_made": EventKind(
        "debug", (*_READ, "seconds", "retries", "throttles", "request_id"), "a read was answered, or given up"
    ),
    "change_status": EventKind(
        "info", (*_SCOPE, "service", "rule", "resource", "change", "status"),
        "a change of an apply or a rollback stands otherwise: `applied`, `failed`, `rolled_back` …",
    ),
    "command_failed": EventKind("error", ("message", "exit_code"), "a command ends with an error, a line of it each"),
    "credentials_renewed": EventKind("info", ("run", "role"), "credentials of a role were got, or got anew"),
    "finding_failed": EventKind("debug", (*_SCOPE, "service", "rule", "resource"), "a resource fails a rule"),
    "plugin_broken": EventKind(
        "warning", (*_SCOPE, "service"), "a plugin broke; the findings of its rules say how, as unknown"
    ),
    "retry": EventKind("debug", (*_READ, "attempt"), "a read is sent again"),
    "run_finished": EventKind("info", ("run", "status"), "a run ended: `finished`, `stopped`, `interrupted`, `failed`"),
    "run_started": EventKind("info", ("run", "kind", "account", "principal"), "a run is in the journal"),
    "said": EventKind("info", ("message",), "what a person is told; without a log it is a plain line"),
    "scope_finished": EventKind("info", (*_SCOPE, "complete", *_COUNTS), "an account's Region is judged"),
    "scope_started": EventKind("info", (*_SCOPE, "services"), "an account's Region is begun"),
    "service_finished": EventKind("debug", (*_SCOPE, "service", "complete"), "a plugin has judged a scope"),
    "service_started": EventKind("debug", (*_SCOPE, "service", "rules"), "a plugin begins to judge a scope"),
    "throttled": EventKind("warning", (*_READ, "attempt", "code", "request_id"), "AWS says that a read came too soon"),
    "write_answered": EventKind("info", (*_WRITE, "seconds", "request_id"), "a planned call had success"),
    "write_failed": EventKind(
        "warning", (*_WRITE, "seconds", "outcome", "code", "request_id"),
        "a planned call failed: `refused`, `throttled`, or `ambiguous`, which is found out by reading",
    ),
    "write_sent": EventKind("info", _WRITE, "a planned call is about to be sent; its intent is in the journal"),
})  # fmt: skip
"""Every event that there is, by name."""


class _Log:
    """Where the events of this process go; as with stderr there is one, which all threads of a run share."""

    sink: Callable[[str, Mapping[str, Any]], None] | None = None
    heard: frozenset[str] = frozenset()


def listen(sink: Callable[[str, Mapping[str, Any]], None] | None, level: Level = "info") -> None:
    """Give the events from a level on to ``sink``, by name and fields, from now on; to nobody for None.

    What a person is told is heard at every level: a log must not keep from them what they would see without one.
    """
    wanted = LEVELS[LEVELS.index(level) :]
    heard = {name for name, kind in EVENTS.items() if kind.level in wanted or name == "said"}
    _Log.sink = sink
    _Log.heard = frozenset(heard if sink else ())


def is_heard(name: str) -> bool:
    """Tell whether anybody listens to an event, for who would have to work for its fields."""
    return name in _Log.heard


def emit(name: str, /, **fields: Any) -> None:
    """Say that something happened; costs next to nothing while nobody listens.

    Args:
        name: one of ``EVENTS``.
        **fields: of those that the event may carry; None for what is not known.
    """
    if name in _Log.heard and _Log.sink is not None:
        _Log.sink(name, {field: value for field, value in fields.items() if value is not None})
