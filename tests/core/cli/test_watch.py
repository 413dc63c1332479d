"""``trueup watch`` as a person or a job runs it: what it says, what it writes, and the code that it ends with."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from tests.core.cli.conftest import ORDERS, PITR
from trueup.reports.json_report import report_schema
from trueup.testing import Constant

if TYPE_CHECKING:
    from tests.core.cli.conftest import Shell

SWITCH = "dynamodb-table-on-demand-when-idle"


@pytest.fixture
def applied(estate: Shell) -> tuple[Shell, str]:
    """The estate with ``orders`` on-demand, and the run that did it."""
    return estate, _applied(estate, SWITCH)


def _applied(shell: Shell, rule: str) -> str:
    shell.ok("plan", "--rule", rule, "--resource", ORDERS, "--out", "plan.json")
    shell.ok("apply", "plan.json", "--yes")
    run: str = shell.json("runs", "list", "--format", "json")["runs"][0]["id"]
    shell.aws.calls.clear()
    return run


def _throttle(shell: Shell) -> None:
    begin = shell.aws.clock.now() + timedelta(minutes=25)
    shell.aws.metrics.put("AWS/DynamoDB", "WriteThrottleEvents", {"TableName": "orders"}, Constant(3), since=begin)


def test_what_regresses_is_rolled_back_and_reported(applied: tuple[Shell, str]) -> None:
    """The report is one of a watch, in every format; the runs are there to look at."""
    shell, run = applied
    _throttle(shell)
    report = shell.json("watch", run, "--for", "1h", "--yes", "--format", "json", code=7)
    jsonschema.validate(report, report_schema())
    assert ("watch", run, "finished") == tuple(report["run"][name] for name in ("kind", "of_run", "status"))
    (change,) = report["changes"]
    assert "rolled_back" == change["status"]
    assert "regressed: throttling.write_events was " in change["reason"]
    _check_seen(change)
    rollback, watch, apply, *_ = shell.json("runs", "list", "--format", "json")["runs"]
    assert (["rollback", "watch", "apply"], run) == ([each["kind"] for each in (rollback, watch, apply)], apply["id"])
    assert f"rolled back by run {rollback['id']}" in change["reason"]
    assert "1 change rolled back" in shell.ok("report", watch["id"])
    shell.ok("report", watch["id"], "--format", "html", "--out", "watch.html")
    page = (shell.folder / "watch.html").read_text("utf-8")
    assert "regressed: throttling.write_events" in page
    assert "What was watched" in page


def _check_seen(change: Any) -> None:
    """What was seen stands in fields, limit by limit, and agrees with the sentence."""
    seen = change["watch"]
    by_path = {limit["path"]: limit for limit in seen["limits"]}
    writes = by_path["throttling.write_events"]
    assert (2, 2, {"maximum": 0}) == (seen["breached"], writes["breached"], writes["expected"])
    assert writes["last"] == writes["breaches"][-1]["actual"] > 0
    assert seen["periods"] == writes["held"] + writes["breached"] + writes["unknown"]
    assert 0 == by_path["throttling.read_events"]["breached"]
    assert ("rolled_back", True) == (seen["decision"], seen["decided"] in change["reason"])


def test_without_yes_the_alert_names_the_command(applied: tuple[Shell, str]) -> None:
    """Nothing is written; the code says that something has to be looked at."""
    shell, run = applied
    _throttle(shell)
    done = shell.run("watch", run, "--for", "1h")
    assert 6 == done.returncode
    assert "ALERT: regressed: throttling.write_events was " in done.stderr
    assert f"trueup rollback {run} --change c" in done.stderr
    assert [] == shell.writes()


def test_a_job_looks_once_and_the_next_one_goes_on(applied: tuple[Shell, str]) -> None:
    """``last`` is the apply that the last watch was of; the state remembers how far it was watched."""
    shell, run = applied
    _throttle(shell)
    shell.aws.clock.advance(timedelta(minutes=25).total_seconds())
    assert f"  go on       trueup watch {run}" in shell.ok("watch", run, "--once", "--yes", code=0)
    shell.aws.clock.advance(timedelta(minutes=20).total_seconds())
    shell.ok("watch", "last", "--once", "--yes", code=7)


def test_what_has_no_regression_condition_is_said(estate: Shell) -> None:
    """A watch of nothing says so, and ends well."""
    run = _applied(estate, PITR)
    done = estate.run("watch", run)
    assert 0 == done.returncode, done.stderr
    assert "not watched: its rule says of no metric what a regression is: orders" in done.stderr
    assert "no change was watched" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("watch", "nothing"), "bring it here with `trueup runs import FILE`"),
        (("watch", "last", "--for", "soon"), "--for: expected a span such as 90m, 24h, 7d or 2w, found 'soon'"),
        (("watch", "last", "--interval", "0m"), "--interval: expected a span"),
        (("watch", "last", "--format", "jason"), "--format: expected one of"),
    ],
)
def test_wrong_usage(shell: Shell, arguments: tuple[str, ...], said: str) -> None:
    """Each ends with 2 and a sentence that says what was expected."""
    done = shell.run(*arguments)
    assert 2 == done.returncode, done.stderr
    assert said in done.stderr


def test_two_watchers(applied: tuple[Shell, str]) -> None:
    """The second one is refused, and told who watches."""
    shell, run = applied
    first = shell.start("watch", run, "--for", "9w", "--format", "json")
    assert first.stderr is not None
    assert any("1 watched," in line for line in first.stderr)
    second = shell.run("watch", run, "--once")
    first.terminate()
    out, _ = first.communicate()
    assert 5 == second.returncode
    assert f"run {run} is watched by watch " in second.stderr
    assert ("interrupted", 130) == (json.loads(out)["run"]["status"], first.returncode)
