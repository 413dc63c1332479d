"""Exemptions as a person meets them: shown and not hidden, never fixed, and never a surprise."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator

from tests.core.cli.conftest import ORDERS, PITR
from tests.core.cli.test_hostile import BIDI, CONTROL, MARKUP, _Markup, _unseen
from trueup.reports.json_report import report_schema

if TYPE_CHECKING:
    from tests.core.cli.conftest import Shell

TABLES = ORDERS.replace("orders", "{}")


def _entry(on: str | tuple[str, str], **more: Any) -> dict[str, Any]:
    days = more.pop("days", 30)
    about = {"resource": on} if isinstance(on, str) else {"tag": {"key": on[0], "value": on[1]}}
    expires = str(datetime.now(UTC).date() + timedelta(days=days))
    return {"rule": PITR, **about, "owner": "orders team", "reason": "rebuilt daily", "expires": expires, **more}


def _write(shell: Shell, *entries: dict[str, Any], name: str = "exemptions.json") -> str:
    (shell.folder / name).write_text(json.dumps({"exemptions": entries}, indent=1), "utf-8")
    return name


def _verdicts(report: Any) -> dict[str, str]:
    return {each["resource"]["id"]: each["verdict"] for each in report["findings"]}


def test_a_broken_file_stops_every_command_before_anything_is_asked(planned: Shell) -> None:
    """All that is wrong with all files at once, exit 2, no run, and not one call, not even for the account."""
    planned.ok("apply", "plan.json", "--yes")
    _write(planned, _entry(ORDERS, owner=""), _entry(ORDERS, rule="dynamodb-table-pitr-enable"), name="wrong.json")
    (planned.folder / "trueup.toml").write_text('[exemptions]\nfiles = ["gone.json"]\n', "utf-8")
    runs = planned.json("runs", "list", "--format", "json")
    planned.aws.calls.clear()
    commands = {
        "audit": ("--rule", PITR),
        "plan": ("--rule", PITR),
        "remediate": ("--rule", PITR, "--yes"),
        "apply": ("plan.json", "--yes"),
        "resume": ("last",),
    }
    for command, arguments in commands.items():
        done = planned.run(command, *arguments, "--exemptions", "wrong.json")
        assert (2, "", 3) == (done.returncode, done.stdout, len(done.stderr.splitlines())), done.stderr
        for words in ("gone.json: expected a JSON file", "wrong.json:6:13: expected", "did you mean", "wrong.json:11:"):
            assert words in done.stderr, done.stderr
    assert [] == list(planned.aws.calls)
    assert runs == planned.json("runs", "list", "--format", "json")


def test_what_is_exempt_is_shown_and_counted_and_not_fixed(estate: Shell) -> None:
    """From the first audit to the last: JSON, console, page, exit code, plan and remediate."""
    failing = [name for name, state in estate.backed_up().items() if state == "DISABLED"]
    again, *others = sorted(set(failing) - {"orders"})
    _write(
        estate,
        _entry(ORDERS),
        _entry(TABLES.format("gone"), owner="nobody"),
        _entry(TABLES.format(again), days=-3, owner="last year's team"),
    )
    (estate.folder / "trueup.toml").write_text('[exemptions]\nfiles = ["exemptions.json"]\n', "utf-8")
    done = estate.run("audit", "--rule", PITR, "--format", "json", "--out", "report.json")
    report = json.loads((estate.folder / "report.json").read_text("utf-8"))

    assert 3 == done.returncode, done.stderr
    assert [] == [each.message for each in Draft202012Validator(report_schema()).iter_errors(report)]
    assert {"orders": "exempt", again: "fail", **dict.fromkeys(others, "fail")}.items() <= _verdicts(report).items()
    assert {"used": [1], "unused": [0], "expired": [1], "undecided": []} == {
        state: [each["findings"] for each in listed] for state, listed in report["exemptions"].items()
    }
    warnings = [line for line in done.stderr.splitlines() if line.startswith("warning: ")]
    assert ["expired on", "is unused"] == [
        words for line in warnings for words in ("expired on", "is unused") if words in line
    ]
    assert all(words in done.stderr for words in ("exemptions.json:17: exemption of last year's team", "nobody"))

    console, page = (estate.ok("report", "last", "--format", form) for form in ("console", "html"))
    for words in ("orders team", "rebuilt daily", "last year's team"):
        assert words in console
        assert words.replace("'", "&#39;") in page
    assert "Exemptions to renew or remove" in console

    plan = estate.json("plan", "--rule", PITR, "--format", "json")
    assert {again, *others} == {each["resource"]["id"] for each in plan["changes"]}
    estate.ok("remediate", "--rule", PITR, "--yes")
    assert ["orders"] == [name for name, state in estate.backed_up().items() if state == "DISABLED"]
    # all that fails is exempt now, which is no failure, and nothing is left to be done
    estate.ok("audit", "--rule", PITR)
    estate.ok("remediate", "--rule", PITR, "--yes")


def test_a_plan_that_is_older_than_the_exemption_is_applied_without_it(planned: Shell) -> None:
    """It is said before the question and stands in the report; exit 5, since something was refused."""
    _write(planned, _entry(ORDERS))
    done = planned.run("apply", "plan.json", "--yes", "--exemptions", "exemptions.json", "--format", "json")
    report = json.loads(done.stdout)

    assert 5 == done.returncode, done.stderr
    assert "on orders: exempt until" in done.stderr
    statuses = {each["resource"]["id"]: each["status"] for each in report["changes"]}
    assert ("skipped", {"applied", "skipped"}) == (statuses["orders"], set(statuses.values()))
    assert "DISABLED" == planned.backed_up()["orders"]


def test_the_policy_of_an_audit_reads_the_tags_that_exemptions_go_by(shell: Shell) -> None:
    """Only with such exemptions: by ARN, tags are none of an audit's business."""
    _write(shell, _entry(("team", "legacy")), name="by-tag.json")
    _write(shell, _entry(ORDERS), name="by-arn.json")
    allowed = {
        name: "dynamodb:ListTagsOfResource" in shell.ok("policy", "--rule", PITR, "--exemptions", name)
        for name in ("by-tag.json", "by-arn.json")
    }

    assert {"by-tag.json": True, "by-arn.json": False} == allowed
    assert [] == list(shell.aws.calls)


def test_the_longest_time_is_a_setting(estate: Shell) -> None:
    """A year unless the settings say otherwise."""
    _write(estate, _entry(ORDERS, days=40))
    (estate.folder / "trueup.toml").write_text("[exemptions]\nmax_days = 30\n", "utf-8")
    asked = ("audit", "--rule", PITR, "--exemptions", "exemptions.json")
    done = estate.run(*asked)
    assert (2, True) == (done.returncode, "at most 30 days ahead" in done.stderr), done.stderr

    (estate.folder / "trueup.toml").write_text("[exemptions]\nmax_days = 41\n", "utf-8")
    estate.ok(*asked, code=3)


def test_hostile_owners_and_reasons_are_harmless(estate: Shell) -> None:
    """In terminal, log and page: no cursor is moved, no line turned, no element brought in."""
    hostile = {"owner": MARKUP + CONTROL, "reason": BIDI + MARKUP}
    days = {"orders": 30, "gone": 30, "sessions": -3}
    _write(estate, *(_entry(TABLES.format(name), **hostile, days=each) for name, each in days.items()))
    asked = ("--rule", PITR, "--exemptions", "exemptions.json")
    said = [
        estate.run("--verbose", "--log-format", "console", "audit", *asked),
        estate.run("--verbose", "--log-format", "json", "plan", *asked),
    ]
    page = estate.ok("report", "last", "--format", "html")
    markup = _Markup()
    markup.feed(page)

    assert [3, 0] == [done.returncode for done in said], said
    assert [] == [unseen for done in said for unseen in _unseen(done.stdout + done.stderr)]
    assert ([], False, []) == (_unseen(page), "img" in markup.tags, markup.handlers)
    found = estate.json("report", "last", "--format", "json")["exemptions"]["used"][0]
    assert hostile == {name: found[name] for name in hostile}
