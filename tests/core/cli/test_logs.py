"""The log: events as JSON lines or for people, from a level on, without secrets, and not even loaded when unasked."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.core.cli.conftest import ORDERS, PITR
from trueup.events import EVENTS

if TYPE_CHECKING:
    from tests.core.cli.conftest import Shell

CHOSEN = ("--rule", PITR)
JSON = ("--log-format", "json")
SENTINEL = "sentinel-that-no-log-may-hold"
DESCRIBE = "dynamodb:DescribeContinuousBackups"


def lines(text: str) -> list[dict[str, Any]]:
    """Give the lines of a JSON log, each an object with event, time and level."""
    found: list[dict[str, Any]] = [json.loads(line) for line in text.splitlines()]
    for each in found:
        assert datetime.fromisoformat(each.pop("timestamp")).tzinfo is not None
        kind = EVENTS[each["event"]]
        assert (kind.level, set()) == (each.pop("level"), each.keys() - {"event", *kind.fields})
    return found


def told(found: list[dict[str, Any]], *events: str) -> list[dict[str, Any]]:
    """Give the events of some names, without times."""
    return [{k: v for k, v in each.items() if k != "seconds"} for each in found if each["event"] in events]


def test_an_audit_says_as_json_lines_what_it_did(estate: Shell) -> None:
    """Every line is one object; each says of which run, account and Region it is."""
    done = estate.run(*JSON, "audit", *CHOSEN)
    found = lines(done.stderr)
    (run,) = [each["id"] for each in estate.json("runs", "list", "--format", "json")["runs"]]
    report = estate.json("report", "last", "--format", "json")
    assert 3 == done.returncode
    assert [
        "run_started", "audit_started", "scope_started", "scope_finished", "audit_finished", "run_finished"
    ] == [each["event"] for each in found]  # fmt: skip
    assert {run} == {each["run"] for each in found}
    who = {"event": "scope_finished", "run": run, "account": "123456789012", "region": "us-east-1"}
    counts = {"findings": len(report["findings"]), "calls": report["calls"]["made"], "retries": 0, "throttles": 0}
    assert [{**who, "complete": True, **counts}] == told(found, "scope_finished")


def test_failures_and_throttles_are_warnings_and_calls_are_for_debugging(estate: Shell) -> None:
    """Whoever listens to warnings hears what AWS refused, with the id to ask about; to debug, each call."""
    estate.aws.faults.inject("dynamodb:ListTables", "throttled", times=1)
    estate.aws.faults.inject(DESCRIBE, "denied", resource="orders")
    found = lines(estate.run(*JSON, "--log-level", "debug", "audit", *CHOSEN).stderr)
    report = estate.json("report", "last", "--format", "json")
    errors = [error for scope in report["scopes"] for error in scope["errors"]]
    call = {"account": "123456789012", "region": "us-east-1", "service": "dynamodb", "resource_type": "dynamodb.table"}
    assert [
        {"event": "throttled", "operation": "dynamodb:ListTables", "attempt": 1, "code": "ThrottlingException"},
        {"event": "call_failed", "operation": DESCRIBE, "reason": "access denied", "code": "AccessDeniedException",
         "missing_action": DESCRIBE},
    ] == [
        {k: v for k, v in each.items() if k not in {*call, "run", "request_id"}}
        for each in told(found, "throttled", "call_failed")
    ]  # fmt: skip
    assert [call] * 2 == [{k: each[k] for k in call} for each in told(found, "throttled", "call_failed")]
    assert [each["request_id"] for each in found if each["event"] == "call_failed"] == [
        error["request_id"] for error in errors
    ]
    assert report["calls"]["made"] == len(told(found, "call_made"))
    assert (1, 1) == (report["calls"]["throttles"], report["calls"]["retries"])
    assert "AWS said “too fast” 1 time; 1 retry" in estate.ok("report", "last")


def test_levels_leave_out_what_is_below_them(estate: Shell) -> None:
    """What a person is told is never left out."""
    estate.aws.faults.inject(DESCRIBE, "denied", resource="orders")
    done = estate.run(*JSON, "--log-level", "warning", "audit", *CHOSEN, "--format", "json", "--out", "report.json")
    assert ["call_failed", "said"] == [each["event"] for each in lines(done.stderr)]
    assert {"event": "said", "message": "wrote report.json"} == lines(done.stderr)[-1]


def test_people_read_the_same_with_time_and_level(estate: Shell) -> None:
    """``--verbose`` alone logs for people, words first."""
    done = estate.run("--verbose", "audit", *CHOSEN, "--format", "json", "--out", "report.json")
    assert "[info     ] wrote report.json" in done.stderr
    assert "scope_finished" in done.stderr
    assert "region=us-east-1" in done.stderr
    assert "call_made" not in done.stderr


def test_an_apply_tells_of_each_write_with_its_rule_and_request(planned: Shell) -> None:
    """Sent, answered, and where the change then stands."""
    found = lines(planned.run(*JSON, "apply", "plan.json", "--yes").stderr)
    run = planned.json("runs", "list", "--format", "json")["runs"][0]["id"]
    report = planned.json("report", run, "--format", "json")
    ids = [step["request_id"] for each in report["changes"] for step in each["steps"]]
    write = {"run": run, "account": "123456789012", "region": "us-east-1", "service": "dynamodb", "rule": PITR}
    call = {**write, "operation": "dynamodb:UpdateContinuousBackups"}
    assert [{"event": "write_sent", **call}] * 3 == told(found, "write_sent")
    assert [{"event": "write_answered", **call, "request_id": each} for each in ids] == told(found, "write_answered")
    stands = told(found, "change_status")
    assert {change["resource"]["arn"] for change in report["changes"]} == {
        each["resource"] for each in stands if each["status"] == "applied"
    }
    assert [write] * len(stands) == [{name: each[name] for name in write} for each in stands]


def test_a_refused_write_and_a_rollback_are_told(planned: Shell) -> None:
    """With AWS's code; a change that is rolled back says so."""
    fault = planned.aws.faults.inject("dynamodb:UpdateContinuousBackups", "denied", resource="catalogue")
    found = lines(planned.run(*JSON, "apply", "plan.json", "--yes").stderr)
    refused = [(each["outcome"], each["code"]) for each in told(found, "write_failed")]
    assert [("refused", "AccessDeniedException")] == refused
    planned.aws.faults.clear(fault)
    (run,) = [
        each["id"] for each in planned.json("runs", "list", "--format", "json")["runs"] if each["kind"] == "apply"
    ]
    found = lines(planned.run(*JSON, "rollback", run, "--yes").stderr)
    assert "rolled_back" in {each["status"] for each in told(found, "change_status")}


def test_a_role_is_told_when_its_credentials_are_got(shell: Shell) -> None:
    """Whose calls these are; never with what."""
    role = "arn:aws:iam::123456789012:role/audit"
    found = lines(shell.run(*JSON, "audit", *CHOSEN, "--role-arn", role).stderr)
    (renewed,) = told(found, "credentials_renewed")
    assert role == renewed["role"]
    assert {"event", "run", "role"} == renewed.keys()


@pytest.mark.parametrize("form", ["console", "json"])
def test_no_secret_reaches_the_log(estate: Shell, form: str) -> None:
    """Neither credentials nor what was asked and answered: tags, names of tags, parameters."""
    client = estate.aws.client("dynamodb")
    client.tag_resource(ResourceArn=ORDERS, Tags=[{"Key": "note", "Value": SENTINEL}])
    secrets = {"AWS_SECRET_ACCESS_KEY": f"{SENTINEL}-key", "AWS_SESSION_TOKEN": f"{SENTINEL}-token"}
    done = estate.run(
        "--log-format", form, "--log-level", "debug", "audit", *CHOSEN, "--tag", f"note={SENTINEL}", set_env=secrets
    )
    assert 3 == done.returncode, done.stderr
    assert "dynamodb:DescribeContinuousBackups" in done.stderr
    assert SENTINEL not in done.stderr


def test_without_a_log_nothing_is_written_and_structlog_is_not_loaded(estate: Shell) -> None:
    """A plain audit pays nothing for the log that nobody asked for."""
    done = estate.run("audit", *CHOSEN, set_env={"PYTHONPROFILEIMPORTTIME": "1"})
    imported = [line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if "import time:" in line]
    assert "botocore.session" in imported
    assert [] == [name for name in imported if name.partition(".")[0] == "structlog"]
    assert "" == estate.run("audit", *CHOSEN).stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("audit", "--rule", "no-such-rule"), "no-such-rule"),
        (("audit", "--region", "nowhere"), "nowhere"),
        (("audit", "--no-such-option"), "--no-such-option"),
    ],
    ids=["rule", "region", "option"],
)
@pytest.mark.parametrize("level", ["info", "error"])
def test_an_error_is_a_line_of_the_log_too(shell: Shell, arguments: tuple[str, ...], words: str, level: str) -> None:
    """So that a program that reads stderr finds nothing that is not JSON; without a log it is a plain sentence."""
    done = shell.run(*JSON, "--log-level", level, *arguments)
    (failed,) = lines(done.stderr)
    assert (2, "command_failed", 2) == (done.returncode, failed["event"], failed["exit_code"])
    assert words in failed["message"]
    assert words in shell.run(*arguments).stderr
