"""The words of the reports for people: headlines, values, what was expected, money, time.

Said in one place, so that the terminal and the page never differ; nothing here knows of either.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

__all__ = [
    "ATTENTION",
    "VERDICTS",
    "amount",
    "counted",
    "duration",
    "expected",
    "headline",
    "lead",
    "left_out_line",
    "moment",
    "savings_line",
    "status_word",
    "value",
]

VERDICTS = {
    "fail": "failing",
    "unknown": "unknown",
    "exempt": "exempt",
    "pass": "passing",
    "not_applicable": "not applicable",
}
"""Verdict to how a list of it is called, worst first."""

ATTENTION = ("indeterminate", "failed", "unverified", "settling", "rolled_back", "stale", "skipped")
"""The statuses of changes that somebody has to look at, worst first."""

# Longer numbers are easier to read with an exponent.
_READABLE = 1e15

_COMPARISONS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "more than {}",
    "exclusiveMaximum": "less than {}",
    "multipleOf": "a multiple of {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "pattern": "matching {}",
    "type": "of type {}",
}


def headline(run: Mapping[str, Any], summary: Mapping[str, Any]) -> str:
    """Give the one sentence that says how the run came out."""
    changes = dict(summary["changes"])
    total = sum(changes.values())
    kind = run["kind"]
    if kind == "audit" or (kind == "plan" and not total and not summary["fail"]):
        return _audit_headline(summary)
    if not total:
        return {"plan": "Nothing could be planned", "watch": "There is no change to watch"}.get(
            kind, "Nothing was changed"
        )
    if kind == "plan":
        planned = changes.get("planned", 0)
        return f"{counted(planned, 'change')} planned" if planned else "Nothing could be planned"
    if kind == "watch":
        back = changes.get("rolled_back", 0)
        return (
            f"{counted(back, 'change')} rolled back"
            if back
            else f"{counted(total, 'change')} watched, none rolled back"
        )
    done, word = ("rolled_back", "rolled back") if kind == "rollback" else ("applied", "applied")
    if changes.get(done, 0) == total:
        return f"{'The' if total == 1 else 'All ' + str(total)} change{'' if total == 1 else 's'} {word}"
    return f"{changes.get(done, 0)} of {counted(total, 'change')} {word}"


def lead(run: Mapping[str, Any], summary: Mapping[str, Any]) -> str:
    """Give the sentence after the headline: what else has to be known; may be empty."""
    changes = summary["changes"]
    if run["kind"] != "audit" and any(changes.values()):
        done = {"plan": "planned", "apply": "applied", "rollback": "rolled_back"}.get(run["kind"])
        rest = [
            f"{changes[name]} {status_word(name)}"
            for name in (*ATTENTION, "applied")
            if changes.get(name) and name != done
        ]
        return _sentence(", ".join(rest))
    parts = []
    if summary["unknown"] and summary["fail"]:
        parts.append(f"{counted(summary['unknown'], 'more check')} could not be judged, which is not a pass")
    if summary["exempt"]:
        parts.append(f"{counted(summary['exempt'], 'failure')} {'is' if summary['exempt'] == 1 else 'are'} exempt")
    return _sentence("; ".join(parts))


def counted(number: int, noun: str) -> str:
    """Give the number with its noun, in the plural where it belongs."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def status_word(status: str) -> str:
    """Give a status as people write it."""
    return status.replace("_", " ")


def value(fact: Any) -> str:
    """Give a fact's value: plain words as they are, everything else as JSON, so that ``"20"`` is not taken for 20."""
    if fact is None:
        return "not set"
    if isinstance(fact, Mapping) and "$unknown" in fact:
        return f"not known: {fact['$unknown']}"
    if (
        isinstance(fact, str)
        and fact[:1].isalpha()
        and fact not in {"true", "false", "null", "not set"}
        and fact == fact.strip()
    ):
        return fact
    if isinstance(fact, float) and math.isfinite(fact) and abs(fact) < _READABLE:
        return f"{round(fact, 3 if abs(fact) >= 1 else 6):,}"
    return json.dumps(fact, ensure_ascii=False, default=str)


def expected(schema: Any) -> str:
    """Give what a leaf of a condition asks for in words; a keyword without words stays JSON."""
    if not isinstance(schema, Mapping):
        return value(schema)
    parts = [_keyword(name, argument) for name, argument in schema.items()]
    return " and ".join(parts) or "anything"


def amount(number: float | None, currency: str | None) -> str:
    """Give money with its currency; what is not known is said so, never shown as zero."""
    return "not known" if number is None else f"{number:,.2f} {currency or ''}".rstrip()


def savings_line(savings: Mapping[str, Any]) -> str:
    """Give the estimate in one line: the likely saving a month and its bounds."""
    currency = savings.get("currency")
    low, likely, high = (savings.get(name) for name in ("low", "likely", "high"))
    text = f"{amount(likely, currency)} a month"
    return f"{text} ({amount(low, None)} to {amount(high, None)})" if low is not None and high is not None else text


def left_out_line(left_out: Mapping[str, Any]) -> str:
    """Say what ``--min-savings`` left out."""
    return (
        f"left out: {counted(left_out['findings'], 'finding')} and {counted(left_out['changes'], 'change')} that save "
        f"less than {amount(left_out['min_savings'], None)} a month, or an unknown amount"
    )


def moment(stamp: str | None) -> str:
    """Give an instant in UTC for people; what is no instant is given as it is."""
    when = _parsed(stamp)
    return when.strftime("%Y-%m-%d %H:%M:%S UTC") if when else stamp or "not finished"


def duration(start: str | None, end: str | None) -> str:
    """Give the time between two instants; empty when one of them is missing."""
    begun, done = _parsed(start), _parsed(end)
    if begun is None or done is None:
        return ""
    seconds = (done - begun).total_seconds()
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{seconds:.3g} s"


def _audit_headline(summary: Mapping[str, Any]) -> str:
    failing, unknown, passing = summary["fail"], summary["unknown"], summary["pass"]
    total = failing + unknown + passing + summary["exempt"]
    if not total:
        return "Nothing was checked"
    if failing:
        return f"{failing:,} of {counted(total, 'check')} {'fails' if failing == 1 else 'fail'}"
    if unknown:
        return f"No failure, but {unknown:,} of {counted(total, 'check')} could not be judged"
    return "The check passes" if total == 1 else f"All {total:,} checks pass" if not summary["exempt"] else "No failure"


def _keyword(name: str, argument: Any) -> str:
    match name, argument:
        case "const", _:
            words = value(argument)
        case "enum", list():
            words = "one of " + ", ".join(value(item) for item in argument)
        case "not", _:
            words = f"not {expected(argument)}"
        case "type", list():
            words = "of type " + " or ".join(argument)
        case "some" | "every", Mapping():
            words = f"{name} with " + " and ".join(f"{path} {expected(leaf)}" for path, leaf in argument.items())
        case _ if name in _COMPARISONS:
            words = _COMPARISONS[name].format(argument if isinstance(argument, str) else value(argument))
        case _:
            words = json.dumps({name: argument}, ensure_ascii=False, default=str)
    return words


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}." if text else ""


def _parsed(stamp: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(stamp) if stamp else None
    except ValueError:
        return None
