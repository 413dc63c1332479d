"""Arbitrary runs for property tests: hostile text wherever a stranger writes, any JSON where facts stand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from tests.reports.views import KINDS, RULES, STATUSES, MemoryView, change, finding, view_of
from trueup.exemptions.usage import no_usage
from trueup.journal.runs import stamp

__all__ = ["any_text", "documents", "runs"]

VERDICTS = ("pass", "fail", "unknown", "exempt", "not_applicable")
any_text = st.text(st.characters(codec=None), min_size=1, max_size=30) | st.sampled_from(
    [
        "</script>",
        "'\"><b onclick=x>",
        "{{ 7 * 7 }}",
        "\x1b[2J",
        "a\u202eb",
        "<!--",
        "]]>",
        "&lt;",
        "\ud800",
        "$",
        "\\ud800",
    ]
)

_scalars = st.none() | st.booleans() | st.integers() | st.floats() | any_text
documents = st.recursive(
    _scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3), max_leaves=6
)

_resources = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["s3.bucket", "dynamodb.table", "sqs.queue"]),
        "arn": st.none() | any_text,
        "id": st.none() | any_text,
        "account": st.just("111122223333"),
        "region": st.sampled_from(["eu-central-1", "global"]),
        "tags": st.none() | st.dictionaries(any_text, any_text, max_size=2),
    }
)
_evidence = st.fixed_dictionaries(
    {
        "path": any_text,
        "actual": documents,
        "expected": documents,
        "holds": st.none() | st.booleans(),
        "unknown": st.none() | any_text,
    }
)
_fixes = st.fixed_dictionaries(
    {
        "action": any_text,
        "risk": st.sampled_from(["safe", "disruptive", "destructive"]),
        "reversible": st.sampled_from(["yes", "partly", "no"]),
    }
)
_savings = st.fixed_dictionaries(
    dict.fromkeys(("low", "likely", "high"), st.none() | st.floats(-1e6, 1e6)),
    optional={
        "one_time": st.floats(0, 100),
        "currency": st.just("USD"),
        "basis": st.sampled_from(["list", "commitment-adjusted"]),
        "source": any_text,
        "assumptions": st.lists(any_text, max_size=2),
    },
)
_facts = st.dictionaries(any_text, documents, max_size=3)


_exemption = {
    "rule": any_text,
    "resource": st.none() | any_text,
    "tag": st.none() | st.fixed_dictionaries({"key": any_text, "value": any_text}),
    "owner": any_text,
    "reason": any_text,
    "expires": st.dates().map(str),
    "file": any_text,
    "line": st.integers(1, 999),
}
_held = st.fixed_dictionaries({**_exemption, "expired": st.booleans()})
_uses = st.lists(
    st.fixed_dictionaries({**_exemption, "findings": st.integers(0, 9), "why": st.none() | any_text}), max_size=2
)


@st.composite
def _findings(draw: st.DrawFn) -> dict[str, Any]:
    return finding(
        draw(st.sampled_from(sorted(RULES))),
        draw(st.sampled_from(VERDICTS)),
        "",
        resource=draw(_resources),
        reason=draw(st.none() | any_text),
        missing_action=draw(st.none() | any_text),
        evidence=draw(st.lists(_evidence, max_size=3)),
        cost=draw(st.none() | _cost),
        exemption=draw(st.none() | _held),
        history=draw(st.sampled_from(["new", "open", "returned", None])),
        baseline=draw(st.sampled_from(["new", "known", None])),
        fix=draw(st.none() | _fixes),
    )


@st.composite
def _changes(draw: st.DrawFn) -> dict[str, Any]:
    record = change(draw(any_text), draw(st.sampled_from(sorted(RULES))), "", draw(st.sampled_from(STATUSES)))
    steps = [
        step | {"parameters": draw(_facts), "undo": draw(st.sampled_from([[], step["undo"]]))}
        for step in record["steps"]
    ]
    return record | {
        "resource": draw(_resources),
        "reason": draw(st.none() | any_text),
        "summary": draw(any_text),
        "managed_by": draw(st.none() | any_text),
        "before": draw(_facts),
        "after": draw(_facts),
        "projection": draw(_facts),
        "steps": steps,
        "savings_monthly": draw(st.none() | _savings),
    }


_ranges = st.none() | st.fixed_dictionaries(dict.fromkeys(("low", "likely", "high"), st.floats(-1e6, 1e6)))
_numbers = st.integers(0, 10**6)
_sums = {
    **dict.fromkeys(("resources", "unpriced", "changes", "unpriced_changes"), _numbers),
    **dict.fromkeys(("current", "optimised"), _ranges),
    "saving": _ranges,
}
_costs = st.fixed_dictionaries(
    {
        "currency": st.sampled_from([None, "USD"]),
        "services": st.lists(
            st.fixed_dictionaries({"service": st.just("s") | any_text.filter(bool), **_sums}), max_size=3
        ),
        "total": st.fixed_dictionaries(_sums),
        "unpriced": st.lists(st.fixed_dictionaries({"reason": any_text, "resources": st.integers(1, 9)}), max_size=2),
        "saving_annual": _ranges,
        "estimate": _ranges,
    }
)
_moments = st.integers(0, 10**9).map(lambda seconds: stamp(datetime.fromtimestamp(seconds, UTC)))
_points = st.fixed_dictionaries(
    {"run": any_text, "kind": st.sampled_from(["audit", "plan"]), "at": _moments, **dict.fromkeys(VERDICTS, _numbers)}
)
_histories = st.fixed_dictionaries(
    {
        "compared_with": st.none() | st.fixed_dictionaries({"run": any_text, "finished_at": _moments}),
        "counts": st.none() | st.fixed_dictionaries(dict.fromkeys(("new", "open", "returned", "fixed"), _numbers)),
        "baseline": st.none()
        | st.fixed_dictionaries({"run": any_text, "new": _numbers, "known": _numbers})
        | st.fixed_dictionaries({"run": any_text, "new": st.none(), "known": st.none()}),
        "trend": st.lists(_points, max_size=30),
    }
)
_fixed = st.fixed_dictionaries(
    {
        "fingerprint": st.text("0123456789abcdef", min_size=32, max_size=32),
        "rule": any_text,
        "type": any_text,
        "arn": st.none() | any_text,
        "account": any_text,
        "region": any_text,
        **dict.fromkeys(("first_seen", "fixed_at"), _moments),
        "fixed_by": any_text,
        "verdict": st.sampled_from(["pass", "not_applicable", None]),
    }
)
_cost = st.fixed_dictionaries(
    {
        "monthly": _ranges,
        "parts": st.dictionaries(any_text, st.floats(0, 1e6), max_size=2),
        "currency": st.sampled_from([None, "USD"]),
        "reason": st.none() | any_text,
    }
)


@st.composite
def runs(draw: st.DrawFn) -> MemoryView:
    """Give runs of every kind."""
    view = view_of(draw(st.sampled_from(KINDS)))
    view.finding_records = draw(st.lists(_findings(), max_size=5))
    view.change_records = draw(st.lists(_changes(), max_size=2))
    view.cost_record = draw(_costs)
    view.history_record = draw(_histories)
    view.fixed_records = draw(st.lists(_fixed, max_size=2))
    view.exemption_records = {name: draw(_uses) for name in no_usage()}
    return view
