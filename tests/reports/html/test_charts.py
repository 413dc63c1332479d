"""Bars are as long as their counts say, and nothing that was counted is invisible."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.reports.html.charts import CHARTED, WIDTH, bars

counts = st.dictionaries(st.sampled_from(CHARTED), st.integers(1, 100_000), min_size=1).map(Counter)


@given(counts)
def test_segments_fill_the_bar(numbers: Counter[str]) -> None:
    """Segments follow each other without a gap, one for each verdict that occurs, none too thin to see."""
    (bar,) = bars({"s3": numbers}, ["s3"])

    assert [verdict for verdict in CHARTED if numbers[verdict]] == [segment.verdict for segment in bar.segments]
    assert WIDTH == pytest.approx(sum(segment.length for segment in bar.segments), abs=0.5)
    assert min(segment.length for segment in bar.segments) > 3
    for before, after in zip(bar.segments, bar.segments[1:], strict=False):
        assert after.start == pytest.approx(before.start + before.length, abs=0.2)


def test_only_what_was_judged_has_a_bar() -> None:
    """Labels without a finding, or with none that applies, are left out; the order is the one given."""
    given_counts = {"low": Counter({"pass": 1}), "high": Counter({"fail": 1}), "medium": Counter({"not_applicable": 2})}

    assert ["high", "low"] == [bar.label for bar in bars(given_counts, ["critical", "high", "medium", "low"])]
