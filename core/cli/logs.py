"""The log: events and what commands say, with time and level, for people or as JSON lines; strangers' text harmless.

Loaded only when a log is asked for: structlog costs as much to import as a short command takes.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import structlog

from trueup.display import clean
from trueup.events import EVENTS, listen

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping

    from trueup.events import Level

__all__ = ["start_logging"]


def start_logging(form: str, level: Level = "info") -> None:
    """Configure the log once, at the start of a command, and listen to events from a level on.

    Args:
        form: ``console`` or ``json``.
        level: one of ``trueup.events.LEVELS``.
    """
    processors: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _harmless,
    ]
    if form == "json":
        processors.append(structlog.processors.JSONRenderer())
    else:
        processors += [_spoken, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), sort_keys=False)]
    structlog.configure(
        processors=processors,
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    listen(_log, level)


def _log(event: str, fields: Mapping[str, Any]) -> None:
    getattr(structlog.get_logger(), EVENTS[event].level)(event, **fields)


def _spoken(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Let a person read the words, and not that something was said."""
    if "message" in event:
        event["event"] = event.pop("message")
    return event


def _harmless(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = clean(value)
    return event
