"""What the page says of other runs: the section, the trend, and the marks at findings.

Apart from the page, so that the findings, which are many, and their history, which is short, stand each for itself.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from trueup.reports import history as words
from trueup.reports.html.trend import HEIGHT, WIDTH, columns

if TYPE_CHECKING:
    from trueup.journal.view import RunView

__all__ = ["history_context", "history_globals"]

# More rows than this nobody reads; the JSON report has them all.
_MOST_FIXED = 500


def history_globals() -> dict[str, Any]:
    """Give the functions that the templates of the history call."""
    return {
        "baseline_line": words.baseline_line,
        "fixed_words": words.fixed_words,
        "history_line": words.history_line,
        "marks": words.marks,
        "sentence": words.sentence,
    }


def history_context(view: RunView) -> dict[str, Any]:
    """Give what the templates of the history show."""
    history = view.history()
    return {
        "fixed": itertools.islice(view.fixed(), _MOST_FIXED),
        "history": history,
        "most_fixed": _MOST_FIXED,
        "trend": columns(history["trend"]),
        "trend_height": HEIGHT,
        "trend_width": WIDTH,
    }
