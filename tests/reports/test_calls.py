"""The calls of a run in words."""

from __future__ import annotations

import io
from typing import Any

import pytest

from tests.reports.views import empty_view, view_of
from trueup.journal.calls import calls_of
from trueup.reports.calls import calls_line, seconds, throttle_line
from trueup.reports.console import write_console
from trueup.reports.html.page import write_html

ALL = "1,200 calls; they took 1 min 15 s in all, many at once"
LONGEST = "longest in all s3:ListBuckets in eu-west-1, 500 ms"
QUIET: dict[str, Any] = {
    "made": 1200,
    "seconds": 75.04,
    **dict.fromkeys(("denied", "throttled", "failed", "retries", "throttles"), 0),
    "slowest": {"by_total": [{"operation": "s3:ListBuckets", "region": "eu-west-1", "seconds": 0.5}], "by_call": []},
}


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (None, "\N{EN DASH}"),
        (0, "0 ms"),
        (0.0126, "13 ms"),
        (1.25, "1.2 s"),
        (75.04, "1 min 15 s"),
        (7200, "120 min 0 s"),
    ],
)
def test_times_are_as_exact_as_they_matter(number: float | None, words: str) -> None:
    """Milliseconds of an hour are noise; a time that is not known is a dash and not zero."""
    assert words == seconds(number)


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ({}, f"{ALL}."),
        ({"made": 1, "seconds": None, "retries": None, "throttles": None}, "1 call."),
        (
            {"retries": 1, "throttles": 1, "denied": 2, "throttled": 1, "failed": 3},
            f"{ALL}; AWS said “too fast” 1 time; 1 retry; 2 denied, 1 given up as too fast, 3 failed otherwise.",
        ),
    ],
)
def test_one_sentence_sums_up(more: dict[str, Any], line: str) -> None:
    """Only what there is is named."""
    assert line == calls_line(QUIET | more)


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ({}, ""),
        ({"retries": None, "throttles": None}, ""),
        ({"retries": 2}, f"Calls to AWS: 2 retries; {LONGEST}"),
        (
            {"retries": 2, "throttles": 3},
            f"Calls to AWS: AWS said “too fast” 3 times; 2 retries; {LONGEST}; --max-calls-per-second asks more slowly",
        ),
    ],
)
def test_the_terminal_says_something_only_when_there_is_something_to_know(more: dict[str, Any], line: str) -> None:
    """A quiet account needs no line."""
    assert line == throttle_line(QUIET | more)


def test_console_and_page_show_what_was_slow() -> None:
    """The line at the terminal; sums, both lists and request ids in the page."""
    view = view_of("audit")
    console, page = io.StringIO(), io.StringIO()
    write_console(view, console)
    write_html(view, page)
    assert throttle_line(view.calls()) in console.getvalue()
    assert calls_line(calls_of(view.scopes())) in page.getvalue()
    for shown in ("Longest in all", "Longest single calls", "RQ4X2V8N5T1M7KPL", 'href="#calls"'):
        assert shown in page.getvalue()


def test_a_run_without_calls_has_no_section_about_them() -> None:
    """Nothing is said of nothing."""
    page = io.StringIO()
    write_html(empty_view("audit"), page)
    assert 'id="calls"' not in page.getvalue()
