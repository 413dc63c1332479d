"""What a person and a job see of earlier runs: comparing, a baseline, pruning."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator

from tests.core.cli.conftest import ORDERS, PITR
from trueup.reports.json_report import report_schema

if TYPE_CHECKING:
    from tests.core.cli.conftest import Shell

AUDIT = ("audit", "--rule", PITR)


def _restorable(estate: Shell, table: str, *, on: bool) -> None:
    estate.aws.client("dynamodb").update_continuous_backups(
        TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": on}
    )


def _tables(findings: Any) -> list[str]:
    return sorted(each["arn"].rpartition("/")[2] for each in findings)


def _marked(report: Any, name: str, value: str) -> list[str]:
    return _tables(each["resource"] for each in report["findings"] if each[name] == value)


def _aged(estate: Shell, days: int) -> None:
    """Make every run of the state that much older."""
    with closing(sqlite3.connect(estate.state)) as db, db:
        db.execute("UPDATE run SET started_at = strftime('%Y-%m-%dT%H:%M:%SZ', started_at, ?)", (f"-{days} days",))


def test_reports_tell_of_the_audit_before(estate: Shell) -> None:
    """One fixed, one returned: in JSON, on the console and on the page, and the schema holds."""
    first = estate.json(*AUDIT, "--format", "json", code=3)
    failing = _marked(first, "history", "new")
    _restorable(estate, "orders", on=True)
    second = estate.json(*AUDIT, "--format", "json", code=3)
    assert (["orders"], [name for name in failing if name != "orders"]) == (
        _tables(second["history"]["fixed"]),
        _marked(second, "history", "open"),
    )
    _restorable(estate, "orders", on=False)
    console = estate.ok(*AUDIT, code=3)
    assert f"  since {second['run']['id']} of " in console
    assert f"0 new, 1 returned, 0 fixed, {len(failing) - 1} open as before" in console
    assert f"    {ORDERS}  returned\n" in console
    third = estate.json("report", "last", "--format", "json")
    assert ["orders"] == _marked(third, "history", "returned")
    assert [each["run"]["id"] for each in (first, second, third)] == [p["run"] for p in third["history"]["trend"]]
    assert [] == list(Draft202012Validator(report_schema()).iter_errors(third))
    page = estate.ok("report", "last", "--format", "html")
    assert 'id="trend-title"' in page
    assert second == estate.json("report", second["run"]["id"], "--format", "json")


def test_an_apply_says_what_it_fixed(planned: Shell) -> None:
    """Its closing audit is an audit; after a rollback the next one finds all of it again."""
    applied = planned.json("apply", "plan.json", "--yes", "--format", "json")
    changed = _tables(each["resource"] for each in applied["changes"])
    assert changed == _tables(applied["history"]["fixed"])
    planned.ok("rollback", "last", "--yes")
    assert changed == _marked(planned.json(*AUDIT, "--format", "json", code=3), "history", "returned")


def test_two_runs_are_compared(estate: Shell) -> None:
    """What is new, fixed and still failing, for a person and for a program; it ends well whatever it finds."""
    before = estate.json(*AUDIT, "--format", "json", code=3)["run"]["id"]
    _restorable(estate, "orders", on=True)
    estate.aws.faults.inject("dynamodb:DescribeContinuousBackups", "denied", resource="sessions")
    after = estate.json(*AUDIT, "--format", "json", code=3)["run"]["id"]
    told = estate.json("runs", "diff", before, "last", "--format", "json")
    assert (before, after) == (told["first"]["id"], told["second"]["id"])
    assert told["counts"] == {kind: len(told[kind]) for kind in told["counts"]}
    assert ["orders"] == _tables(told["fixed"])
    console = estate.ok("runs", "diff", before)
    assert f"audit {after} against audit {before}\n\nFixed: 1\n  {PITR}  {ORDERS}  fail, now pass\n" in console
    assert "nothing fails in either" not in console
    back = estate.json("runs", "diff", after, before, "--format", "json")
    assert ["orders"] == _tables(back["new"])


def test_runs_that_are_about_something_else_are_compared_with_a_word(estate: Shell) -> None:
    """A difference that comes from the selection is not taken for one of the account."""
    estate.ok(*AUDIT, code=3)
    estate.ok(*AUDIT, "--resource", ORDERS, code=3)
    before = estate.json("runs", "list", "--format", "json")["runs"][1]["id"]
    done = estate.run("runs", "diff", before, "last", "--format", "json")
    assert 0 == done.returncode
    assert "the runs differ in selection (" in done.stderr
    told = json.loads(done.stdout)
    assert [] == told["fixed"]
    assert "orders" not in _tables(told["not_judged"])
    unknown = estate.run("runs", "diff", "nothing", "last")
    assert (2, "") == (unknown.returncode, unknown.stdout)


def test_only_new_failures_fail_a_job(estate: Shell) -> None:
    """3 for what did not fail in the baseline, 4 for what is unknown when nothing new fails, else 0."""
    _restorable(estate, "orders", on=True)
    baseline = estate.json(*AUDIT, "--format", "json", code=3)["run"]["id"]
    against = (*AUDIT, "--baseline", baseline[:-2], "--format", "json")
    same = estate.json(*against)
    assert (0, "known") == (same["history"]["baseline"]["new"], _baselines(same).pop())
    _restorable(estate, "orders", on=False)
    worse = estate.json(*against, code=3)
    assert ["orders"] == _marked(worse, "baseline", "new")
    assert f"    {ORDERS}  new, not in the baseline\n" in estate.ok("report", worse["run"]["id"])
    estate.ok(*against, "--exit-zero")
    # a baseline that is the run before, by name
    estate.ok(*AUDIT, "--baseline", "last")
    estate.aws.faults.inject("dynamodb:DescribeContinuousBackups", "denied", resource="orders", times=1)
    estate.ok(*against, code=4)


def _baselines(report: Any) -> set[str]:
    return {each["baseline"] for each in report["findings"] if each["verdict"] == "fail"}


def test_a_baseline_of_something_else(estate: Shell) -> None:
    """Another account or a run that judged nothing is refused; another selection is said."""
    run = estate.json(*AUDIT, "--resource", ORDERS, "--format", "json", code=3)["run"]["id"]
    done = estate.run(*AUDIT, "--baseline", run)
    assert 3 == done.returncode
    assert (
        f"the baseline {run} differs in selection (rules: {PITR} and resources: {ORDERS}; rules: {PITR}): what it"
        in (done.stderr)
    )
    with closing(sqlite3.connect(estate.state)) as db, db:
        db.execute("UPDATE scope SET account = '999999999999' WHERE run = ?", (run,))
    done = estate.run(*AUDIT, "--baseline", run)
    assert (2, f"expected a run of account 123456789012, found {run} of account 999999999999") == (
        done.returncode,
        done.stderr.strip().partition(": ")[2].partition(": ")[2],
    )
    with closing(sqlite3.connect(estate.state)) as db, db:
        db.execute("UPDATE run SET status = 'interrupted' WHERE id = ?", (run,))
    done = estate.run(*AUDIT, "--baseline", run)
    assert 2 == done.returncode
    assert f"expected a finished audit or plan, found audit {run}, interrupted" in done.stderr


def test_old_runs_are_pruned(estate: Shell) -> None:
    """Asked first, shown by a dry run, and gone after it; what failed before is known all the same."""
    runs = [estate.json(*AUDIT, "--format", "json", code=3)["run"]["id"] for _ in range(3)]
    _aged(estate, 100)
    estate.ok(*AUDIT, code=3)
    shown = estate.ok("runs", "prune", "--older-than", "90d", "--dry-run")
    assert runs == [line.split()[0] for line in shown.splitlines()[1:-1]]
    assert shown.splitlines()[-1].startswith("would remove 3 audits with ")
    refused = estate.run("runs", "prune", "--older-than", "90d")
    assert (5, "") == (refused.returncode, refused.stdout)
    assert "nothing was removed: expected --yes or a terminal to ask at, found neither" in refused.stderr
    assert 4 == len(estate.json("runs", "list", "--format", "json")["runs"])
    done = estate.run("runs", "prune", "--older-than", "90d", "--keep", "2", "--yes")
    assert (0, True) == (done.returncode, done.stdout.startswith("removed 2 audits with "))
    assert "stays, though as old: 1 (among the newest of its account)" in done.stderr
    assert "the state has " in done.stderr
    assert 2 == len(estate.json("runs", "list", "--format", "json")["runs"])
    assert "no run that began more than 90d ago may be removed\n" == estate.ok(
        "runs", "prune", "--older-than", "90d", "--keep", "2", "--yes"
    )
    after = estate.json(*AUDIT, "--format", "json", code=3)
    assert [] == _marked(after, "history", "new")
    assert runs[0] in {point["run"] for point in after["history"]["trend"]}


def test_nobody_is_kept_waiting_by_a_pruning(estate: Shell) -> None:
    """While a run may be under way the file is not written anew, and that is said."""
    for _ in range(2):
        estate.ok(*AUDIT, code=3)
    _aged(estate, 100)
    run = estate.json(*AUDIT, "--format", "json", code=3)["run"]["id"]
    with closing(sqlite3.connect(estate.state)) as db, db:
        db.execute("UPDATE run SET status = 'running' WHERE id = ?", (run,))
    done = estate.run("runs", "prune", "--older-than", "90d", "--yes")
    assert (0, True) == (done.returncode, done.stdout.startswith("removed 1 audit with "))
    assert f"the file was not made smaller, since audit {run} may be running; prune again after it" in done.stderr


def test_a_span_that_is_none(shell: Shell) -> None:
    """Wrong usage, with what was expected."""
    done = shell.run("runs", "prune", "--older-than", "soon", "--yes")
    assert 2 == done.returncode
    assert "--older-than: expected a span such as 90m, 24h, 7d or 2w, found 'soon'" in done.stderr
