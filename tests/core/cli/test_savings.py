"""``--sort savings`` and ``--min-savings``: what pays comes first, and what pays too little is left out and counted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.core.cli.conftest import Shell

RULES = ("--rule", "dynamodb-table-on-demand-when-idle", "--rule", "dynamodb-table-pitr-enabled")


def _likely(change: dict[str, Any]) -> float | None:
    likely: float | None = (change["savings_monthly"] or {}).get("likely")
    return likely


def test_a_plan_is_shown_by_savings_and_keeps_only_what_saves_enough(estate: Shell) -> None:
    """What is not known to save anything is left out, too; each change that is says why."""
    everything = estate.json("plan", *RULES, "--sort", "savings", "--format", "json")
    amounts = [_likely(change) for change in everything["changes"]]
    known = [each for each in amounts if each is not None]
    assert sorted(known, reverse=True) == amounts[: len(known)]
    assert known
    assert None in amounts
    least = max(known)
    done = estate.run("plan", *RULES, "--min-savings", str(least), "--format", "json", "--out", "best.json")
    kept = [change for change in json.loads(done.stdout)["changes"] if change["status"] == "planned"]
    assert [least] == [_likely(change) for change in kept]
    assert [kept[0]["id"]] == [each["id"] for each in json.loads((estate.folder / "best.json").read_text())["changes"]]
    reasons = {
        c["reason"] for c in json.loads(done.stdout)["changes"] if c["reason"] and "--min-savings" in c["reason"]
    }
    assert any(each.startswith("what it saves is not known") for each in reasons)
    assert f"left out {len(amounts) - 1} of the changes by --min-savings" in done.stderr


def test_costs_are_those_of_the_plan_and_then_of_what_was_applied(estate: Shell) -> None:
    """Now, after the plan, saved; and after the apply the plan's estimate beside what came of it."""
    costs = estate.json("plan", *RULES, "--format", "json")["costs"]
    (tables,) = costs["services"]
    assert tables["service"] == "dynamodb"
    assert tables["current"]["likely"] > tables["optimised"]["likely"] > 0
    assert tables["saving"]["likely"] == costs["total"]["saving"]["likely"]
    assert costs["saving_annual"]["likely"] == round(12 * costs["total"]["saving"]["likely"], 2)
    assert costs["estimate"] is None
    estate.run("apply", "plan.json", "--yes", "--accept-unobserved")
    applied = estate.json("report", "last", "--format", "json")
    states = {change["id"]: change["status"] for change in applied["changes"]}
    saved = sum(_likely(each) or 0 for each in applied["changes"] if states[each["id"]] == "applied")
    assert round(saved, 2) == applied["costs"]["total"]["saving"]["likely"] > 0
    assert applied["costs"]["estimate"]["likely"] == costs["total"]["saving"]["likely"]


def test_a_report_leaves_out_what_saves_too_little(estate: Shell) -> None:
    """And counts it; the console says so in words."""
    estate.ok("plan", *RULES)
    report = estate.json("report", "last", "--min-savings", "1", "--sort", "savings", "--format", "json")
    assert all((_likely(change) or 0) >= 1 for change in report["changes"])
    assert len(report["changes"]) == len(report["findings"]) > 0
    whole = estate.json("report", "last", "--format", "json")
    assert report["summary"]["left_out"] == {
        "min_savings": 1,
        "findings": len(whole["findings"]) - len(report["findings"]),
        "changes": len(whole["changes"]) - len(report["changes"]),
    }
    assert "left out: " in estate.ok("report", "last", "--min-savings", "1")


def test_an_audit_by_savings_begins_with_what_costs_most(estate: Shell) -> None:
    """Of the failing resources; an audit plans nothing."""
    audited = estate.json("audit", *RULES, "--sort", "savings", "--format", "json", "--exit-zero")
    failing = [each["cost"] for each in audited["findings"] if each["verdict"] == "fail" and each["cost"]]
    amounts = [each["monthly"]["likely"] for each in failing if each["monthly"]]
    assert sorted(amounts, reverse=True) == amounts
    assert len(amounts) > 1
    assert (None, None) == (audited["costs"]["total"]["saving"], audited["costs"]["total"]["optimised"])
    assert audited["costs"]["total"]["current"]["likely"] > 0
