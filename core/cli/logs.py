"""The log: what commands say, with time and level, for people or as JSON lines; strangers' text made harmless.

Loaded only when a log is asked for: structlog costs as much to import as a short command takes.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import structlog

from trueup.display import clean

if TYPE_CHECKING:
    from collections.abc import MutableMapping

__all__ = ["log", "start_logging"]


def log(line: str) -> None:
    """Write a line to the log."""
    structlog.get_logger().info(line)


def start_logging(form: str) -> None:
    """Configure the log once, at the start of a command.

    Args:
        form: ``console`` or ``json``.
    """
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _harmless,
            renderer,
        ],
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )


def _harmless(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = clean(value)
    return event
