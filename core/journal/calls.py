"""The calls of a run in all: sums of its scopes' rows, and the operations that took longest.

Who asks why an audit took an hour wants one list over all accounts and Regions, and not a table for each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["calls_of"]

_COUNTS = ("made", "denied", "throttled", "failed")
_TIMED = ("retries", "throttles", "seconds")
_MOST = 10

# Milliseconds, as in the rows.
_DECIMALS = 3


def calls_of(scopes: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Give ``calls`` of the report.

    Args:
        scopes: the report's scopes; a row of an older version has no times, and is in no list of what took longest.

    Returns:
        Sums of what the rows count, null for what a row does not tell; ``slowest`` are at most ten operations of a
        scope each, ``by_total`` and ``by_call``, longest first.
    """
    rows = [
        {"account": scope["account"], "region": scope["region"], "operation": operation, **counts}
        for scope in scopes
        for operation, counts in scope["calls"].items()
    ]
    timed = [row for row in rows if "seconds" in row]
    return {
        **{name: sum(row[name] for row in rows) for name in _COUNTS},
        **{name: _sum(rows, name) if len(timed) == len(rows) else None for name in _TIMED},
        "slowest": {"by_total": _longest(timed, "seconds"), "by_call": _longest(timed, "slowest_seconds")},
    }


def _sum(rows: Iterable[Mapping[str, Any]], name: str) -> float:
    total: float = round(sum(row[name] for row in rows), _DECIMALS)
    return total


def _longest(rows: Iterable[Mapping[str, Any]], name: str) -> list[dict[str, Any]]:
    ordered = sorted(rows, key=lambda row: (-row[name], row["account"], row["region"], row["operation"]))
    shown = ("account", "region", "operation", "made", "retries", "throttles", "seconds", "slowest_seconds")
    return [{key: row[key] for key in shown} for row in ordered[:_MOST] if row[name]]
