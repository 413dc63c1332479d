"""Spans of time as people write them on the command line: ``90m``, ``24h``, ``7d``, ``2w``."""

from __future__ import annotations

import re
from datetime import timedelta

from trueup.errors import UsageError

__all__ = ["span"]

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def span(option: str, text: str) -> timedelta:
    """Give the span that a text says.

    Raises:
        UsageError: it is none; the message names the option.
    """
    match = re.fullmatch(r"(\d{1,4})([mhdw])", text)
    if match is None or not int(match[1]):
        message = f"{option}: expected a span such as 90m, 24h, 7d or 2w, found {text!r}"
        raise UsageError(message)
    return timedelta(**{_UNITS[match[2]]: int(match[1])})
