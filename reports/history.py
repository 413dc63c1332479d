"""The words of the reports for what is new, was fixed or has returned since the audit before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueup.reports.wording import counted, moment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["baseline_line", "fixed_words", "history_line", "marks", "sentence"]

_FIXED = {"pass": "passes", "not_applicable": "the rule does not apply any more", None: "the resource is gone"}


def history_line(history: Mapping[str, Any]) -> str:
    """Give the line of counts since the run compared with; empty where there is none."""
    previous, counts = history["compared_with"], history["counts"]
    if not previous or not counts:
        return ""
    numbers = f"{counts['new']:,} new, {counts['returned']:,} returned, {counts['fixed']:,} fixed"
    return f"since {previous['run']} of {moment(previous['finished_at'])}: {numbers}, {counts['open']:,} open as before"


def baseline_line(history: Mapping[str, Any]) -> str:
    """Give the line of counts against the baseline; empty where there is none."""
    baseline = history["baseline"]
    if not baseline:
        return ""
    if baseline["new"] is None:
        return f"its baseline {baseline['run']} is not in this state, so nothing is known against it"
    numbers = f"{counted(baseline['new'], 'new failure')}, {baseline['known']:,} known"
    return f"against the baseline {baseline['run']}: {numbers}"


def marks(finding: Mapping[str, Any], history: Mapping[str, Any]) -> Iterator[str]:
    """Yield what to mark a failure with: since the audit before, and against the baseline."""
    word = finding.get("history")
    if history["compared_with"] and word in {"new", "returned"}:
        yield str(word)
    if finding.get("baseline") == "new":
        yield "not in the baseline"


def sentence(line: str) -> str:
    """Give a line of this module as a sentence."""
    return f"{line[:1].upper()}{line[1:]}."


def fixed_words(fixed: Mapping[str, Any]) -> str:
    """Give what was seen of something that was fixed."""
    return _FIXED[fixed["verdict"]]
