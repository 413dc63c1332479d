"""Tests of the words about costs: what is not known is said and never shown as zero."""

from __future__ import annotations

import io

import pytest

from tests.reports.views import NO_COSTS, MemoryView, costs, view_of
from trueup.reports.console import write_console
from trueup.reports.costs import cost_columns, cost_notes, cost_rows, has_costs, range_words

PLAN, APPLY, AUDIT = ({"kind": kind} for kind in ("plan", "apply", "audit"))


def _summary(view: MemoryView) -> list[str]:
    stream = io.StringIO()
    write_console(view, stream)
    return stream.getvalue().splitlines()


def test_a_plan_says_what_things_cost_now_and_after_it() -> None:
    """By service and in all, with the range, the year and what has no known price."""
    lines = _summary(view_of("plan"))
    start = lines.index("Costs a month, in USD")
    assert [
        "              now                         after the plan             saves",
        "  awslambda   12.50                       12.50                      not known",
        "  dynamodb    701.50 (654.12 to 760.25)   165.28 (72.02 to 335.45)   536.22 (424.80 to 582.10)",
        "  all         714.00 (666.62 to 772.75)   177.78 (84.52 to 347.95)   536.22 (424.80 to 582.10)",
        "  saves 6,434.64 (5,097.60 to 6,985.20) USD a year, and costs 3.25 once",
        "  2 of 7 resources have no known cost and are in no sum",
        "  2 of them: no price: no price file has awslambda in eu-central-1",
        "  1 change about cost has no known saving",
    ] == lines[start + 1 : start + 9]


def test_an_apply_says_what_was_estimated_and_what_was_applied() -> None:
    """Side by side; what it costs after the plan is what it costs now."""
    lines = _summary(view_of("apply"))
    start = lines.index("Costs a month, in USD")
    assert ["now", "saved"] == lines[start + 1].split()
    assert (
        "  the plan's estimate: 804.33 (424.80 to 582.10) USD a month; of it applied: 536.22 (424.80 to 582.10)"
        in lines
    )
    nothing = costs("apply") | {"estimate": None, "total": NO_COSTS["total"], "saving_annual": None}
    assert ["the plan's estimate: not known; of it applied: nothing with a known price"] == cost_notes(APPLY, nothing)


def test_an_audit_says_what_things_cost() -> None:
    """Nothing of savings, which take a plan."""
    known = costs("audit")
    unsaved = {
        **known,
        "services": [{**each, "saving": None, "changes": 0, "unpriced_changes": 0} for each in known["services"]],
        "total": {**known["total"], "saving": None, "unpriced_changes": 0},
        "saving_annual": None,
    }
    assert ("now",) == cost_columns(AUDIT, unsaved)
    assert ("now", "saved") == cost_columns(APPLY, known)
    unpriced, why = cost_notes(AUDIT, unsaved)
    assert "2 of 7 resources have no known cost and are in no sum" == unpriced
    assert "2 of them: no price: no price file has awslambda in eu-central-1" == why


def test_a_run_without_rules_about_cost_says_nothing_of_costs() -> None:
    """No row, no heading."""
    assert not has_costs(NO_COSTS)
    assert [] == cost_rows(PLAN, NO_COSTS)
    assert [] == [line for line in _summary(view_of("audit")) if line.startswith("Costs")]


def test_one_service_needs_no_sum() -> None:
    """It would say the same twice."""
    alone = costs("plan") | {"services": costs("plan")["services"][:1]}
    assert ["awslambda"] == [row.name for row in cost_rows(PLAN, alone)]


@pytest.mark.parametrize(
    ("known", "words"),
    [
        (None, "not known"),
        (dict.fromkeys(("low", "likely", "high"), 0.0), "0.00"),
        ({"low": -2.5, "likely": 1234.5, "high": 1300}, "1,234.50 (-2.50 to 1,300.00)"),
    ],
)
def test_an_amount_has_its_bounds(known: dict[str, float] | None, words: str) -> None:
    """Unless they are the same; what is not known is not zero."""
    assert words == range_words(known)


def test_what_was_left_out_is_said() -> None:
    """With how many findings and changes."""
    view = view_of("plan")
    summary = view.summary() | {"left_out": {"min_savings": 10.0, "findings": 12, "changes": 1}}
    view.summary = lambda: summary  # type: ignore[method-assign]  # as a report with --min-savings has it
    said = "  left out: 12 findings and 1 change that save less than 10.00 a month, or an unknown amount"
    assert said in _summary(view)
