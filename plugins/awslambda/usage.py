"""What a function was used for: how often, for how long, with which errors.

Durations are brought from CloudWatch's milliseconds to seconds here and nowhere else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.errors import UnknownFactError
from trueup.facts.unknown import Reason, Unknown
from trueup.plugins.awslambda.history import NEVER_INVOKED
from trueup.plugins.awslambda.series import HOURLY, series_at

if TYPE_CHECKING:
    from trueup.facts.snapshot import Snapshot

__all__ = ["MILLISECONDS", "health", "usage"]

MILLISECONDS = 1000
"""In a second: AWS/Lambda Duration is in milliseconds. Source: Lambda developer guide, CloudWatch metrics."""

_DIGITS = 3
"""Decimal places of seconds; CloudWatch has hundredths of milliseconds, which say nothing here."""


def usage(function: Snapshot) -> dict[str, Any]:
    """Give invocations, throttles and durations over the look-back.

    Returns:
        ``{"days", "invocations", "throttles", "p95_duration_seconds", "max_duration_seconds",
        "total_duration_seconds"}``; the p95 is that of the slowest hour.

    Raises:
        UnknownFactError: the history is too short, or a series could not be read.
    """
    _ = function["history.sufficient"]
    invocations = series_at(function, f"{HOURLY}.invocations")
    return {
        "days": (invocations.end - invocations.start).days,
        "invocations": function[f"{HOURLY}.invocations"],
        "throttles": function[f"{HOURLY}.throttles"],
        **{f"{name}_duration_seconds": _seconds(function, name) for name in ("p95", "max", "total")},
    }


def health(function: Snapshot) -> dict[str, Any]:
    """Give ``{"throttles", "error_percent"}`` over the window, each unknown by itself.

    Source: Lambda developer guide, CloudWatch metrics: throttled requests count neither as invocations nor as errors.
    """
    return {"throttles": function.get(f"{HOURLY}.throttles"), "error_percent": _error_percent(function)}


def _error_percent(function: Snapshot) -> float | Unknown:
    try:
        errors, invocations = function[f"{HOURLY}.errors"], function[f"{HOURLY}.invocations"]
    except UnknownFactError as error:
        return error.unknown
    if not invocations:
        return Unknown(Reason.NO_DATA, NEVER_INVOKED)
    return round(100 * float(errors) / float(invocations), _DIGITS)


def _seconds(function: Snapshot, name: str) -> float:
    return round(float(function[f"{HOURLY}.duration_{name}"]) / MILLISECONDS, _DIGITS)
