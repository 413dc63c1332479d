"""The log: structlog on stderr, for people or as JSON lines, with strangers' text made harmless."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Any

import structlog

from trueup.display import clean

if TYPE_CHECKING:
    from collections.abc import MutableMapping

__all__ = ["start_logging"]


def start_logging(form: str, *, verbose: bool) -> None:
    """Configure the log once, at the start of a command.

    Args:
        form: ``console`` or ``json``.
        verbose: whether what is done is logged, and not only what is wrong.
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
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO if verbose else logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )


def _harmless(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = clean(value)
    return event
