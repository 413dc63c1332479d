"""The calls of a run in words: how many, how long, and how often AWS said "too fast".

Said in one place, so that the terminal and the page never differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.reports.wording import counted

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["calls_line", "seconds", "throttle_line"]

_MINUTE = 60


def seconds(number: float | None) -> str:
    """Give a time that calls took; a dash for one that is not known."""
    if number is None:
        return "\N{EN DASH}"
    if number < 1:
        return f"{number * 1000:,.0f} ms"
    if number < _MINUTE:
        return f"{number:.1f} s"
    minutes, rest = divmod(round(number), _MINUTE)
    return f"{minutes:,} min {rest} s"


def calls_line(calls: Mapping[str, Any]) -> str:
    """Give the sentence about all calls: what the report's ``calls`` sum up."""
    taken = f"; they took {seconds(calls['seconds'])} in all, many at once" if calls["seconds"] is not None else ""
    failed = [f"{calls[kind]:,} {word}" for kind, word in _FAILED.items() if calls[kind]]
    bad = f"; {', '.join(failed)}" if failed else ""
    return f"{counted(calls['made'], 'call')}{taken}{_again(calls)}{bad}."


def throttle_line(calls: Mapping[str, Any]) -> str:
    """Give what a person should know of an account that was read too fast; empty where there is nothing to know."""
    again = _again(calls)
    if not again:
        return ""
    longest = calls["slowest"]["by_total"][:1]
    where = [f"longest in all {row['operation']} in {row['region']}, {seconds(row['seconds'])}" for row in longest]
    hint = ["--max-calls-per-second asks more slowly"] if calls["throttles"] else []
    return f"Calls to AWS: {'; '.join([again.removeprefix('; '), *where, *hint])}"


_FAILED = {"denied": "denied", "throttled": "given up as too fast", "failed": "failed otherwise"}


def _again(calls: Mapping[str, Any]) -> str:
    parts = []
    if calls["throttles"]:
        parts.append(f"AWS said “too fast” {counted(calls['throttles'], 'time')}")
    if calls["retries"]:
        parts.append(f"{calls['retries']:,} {'retry' if calls['retries'] == 1 else 'retries'}")
    return "".join(f"; {part}" for part in parts)
