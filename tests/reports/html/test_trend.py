"""The chart of the last audits is true to its numbers, and can be read without seeing it."""

from __future__ import annotations

import io
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reports.html.markup import elements
from tests.reports.views import HOSTILE, NO_HISTORY, renamed_view, view_of
from trueup.reports.html.charts import CHARTED
from trueup.reports.html.page import write_html
from trueup.reports.html.trend import HEIGHT, WIDTH, columns

points = st.fixed_dictionaries(dict.fromkeys(CHARTED, st.integers(0, 100_000)))


@given(st.lists(points, min_size=2, max_size=30))
def test_columns_stay_in_the_drawing(trend: list[dict[str, int]]) -> None:
    """Side by side, none outside, each verdict that occurs visible, worst first, standing on the ground."""
    drawn = columns(trend)

    assert trend == [column.point for column in drawn]
    for before, after in pairwise(drawn):
        assert before.left + before.width < after.left
    assert drawn[-1].left + drawn[-1].width <= WIDTH
    for column in drawn:
        assert [verdict for verdict in CHARTED if column.point[verdict]] == [part.verdict for part in column.parts]
        assert all(part.height >= 2 and part.top >= -0.5 for part in column.parts)
        if column.parts:
            assert column.parts[-1].top + column.parts[-1].height == pytest.approx(HEIGHT, abs=0.3)


def test_heights_compare() -> None:
    """Half as many findings, half as high; the highest fills the drawing."""
    none = dict.fromkeys(CHARTED, 0)
    full, half, empty = columns([none | {"fail": 50, "pass": 50}, none | {"pass": 50}, none])
    assert [HEIGHT, HEIGHT / 2, 0] == [sum(part.height for part in column.parts) for column in (full, half, empty)]


@pytest.mark.parametrize("number", [0, 1])
def test_a_single_audit_is_no_trend(number: int) -> None:
    """There is nothing to compare."""
    assert [] == columns([dict.fromkeys(CHARTED, 1)] * number)


def _page(view: Any) -> str:
    stream = io.StringIO()
    write_html(view, stream)
    return stream.getvalue()


def test_the_section_says_what_the_report_says() -> None:
    """The counts, the baseline, what was fixed, and each audit of the chart in a table."""
    view = view_of("audit")
    found = elements(_page(view))
    texts = [each.text for each in found]
    assert (
        "Since audit-20261122-184512-7f3a of 2026-11-22 18:45:58 UTC: 1 new, 1 returned, 2 fixed, 5 open as before."
        in texts
    )
    assert "Against the baseline audit-20261110-184512-7f3a: 1 new failure, 6 known." in texts
    for each in view.fixed_records:
        assert each["arn"] in texts
    rows = {each.text for each in found if each.tag == "code"}
    assert {point["run"] for point in view.history_record["trend"]} <= rows


def test_changes_are_marked_at_findings() -> None:
    """One new, one returned, one not in the baseline, as in the report."""
    chips = [each.text for each in elements(_page(view_of("audit"))) if "chip" in each.attributes.get("class", "")]
    assert (1, 1, 1) == tuple(chips.count(text) for text in ("new", "returned", "not in the baseline"))


def test_a_first_audit_has_nothing_to_compare_with() -> None:
    """It is said, and nothing is marked nor drawn; a run that is not in the history has no such section."""
    view = view_of("audit")
    view.history_record = {**NO_HISTORY, "counts": dict.fromkeys(("new", "open", "returned", "fixed"), 0)}
    text = _page(view)
    assert "This is the first audit of this selection" in text
    assert "trend-title" not in text
    view.history_record = NO_HISTORY
    assert 'id="history"' not in _page(view)


def test_an_apply_says_what_its_audit_saw_fixed() -> None:
    """It is compared with no audit: it was no audit itself."""
    view = view_of("apply")
    view.history_record = {**NO_HISTORY, "counts": {"new": 0, "open": 0, "returned": 0, "fixed": 2}}
    view.fixed_records = view_of("audit").fixed_records
    text = _page(view)
    assert "The audit after the changes saw 2 failures fixed." in text
    assert "first audit of this selection" not in text


def test_hostile_names_are_shown_as_they_are() -> None:
    """A rule or resource that was fixed is called as a stranger chose, and does nothing."""
    text = _page(renamed_view("audit", HOSTILE))
    section = text[text.index('<section id="history"') : text.index('<section id="findings"')]
    assert "<script>alert" not in section
    assert "\u202e" not in section
    assert "⟨U+202E⟩" in section
