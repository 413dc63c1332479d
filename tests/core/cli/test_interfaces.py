"""What programs rely on: the JSON that commands print, and the report, which keeps its shipped schema."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator

from tests.core.cli.conftest import ORDERS, PITR
from trueup.reports.json_report import report_schema

if TYPE_CHECKING:
    from tests.core.cli.conftest import Shell

RULES = ("--rule", PITR, "--rule", "dynamodb-table-on-demand-when-idle")


def _problems(report: Any) -> list[str]:
    errors = Draft202012Validator(report_schema()).iter_errors(report)
    return [f"{each.json_path}: {each.message[:300]}" for each in errors]


def test_the_report_of_every_kind_of_run_keeps_its_schema(estate: Shell) -> None:
    """What audit, plan, apply, rollback and the report of each really print is valid by the strict schema."""
    reports = {
        "audit": estate.json("audit", *RULES, "--format", "json", code=3),
        "plan": estate.json("plan", *RULES, "--format", "json"),
        "apply": estate.json("apply", "plan.json", "--yes", "--format", "json"),
        "rollback": estate.json("rollback", "last", "--yes", "--format", "json"),
    }
    assert {kind: [] for kind in reports} == {kind: _problems(report) for kind, report in reports.items()}
    assert list(reports) == [report["run"]["kind"] for report in reports.values()]
    # a rollback says in the apply's report, too, what became of its changes
    for report in (reports["audit"], reports["plan"], reports["rollback"]):
        assert report == estate.json("report", report["run"]["id"], "--format", "json")


def test_a_report_with_unknowns_keeps_its_schema(estate: Shell) -> None:
    """A denied read is in the report with operation and missing action, and the report is valid."""
    estate.aws.faults.inject("dynamodb:DescribeContinuousBackups", "denied", resource="orders")
    report = estate.json("audit", "--rule", PITR, "--format", "json", "--resource", ORDERS, code=4)
    assert [] == _problems(report)
    (finding,) = report["findings"]
    assert ("unknown", "dynamodb:DescribeContinuousBackups") == (finding["verdict"], finding["missing_action"])


def test_a_report_in_a_file_is_the_one_on_stdout(estate: Shell) -> None:
    """``--out`` takes the report, private to its owner; stdout stays empty."""
    assert "" == estate.ok("audit", "--rule", PITR, "--format", "json", "--out", "report.json", code=3)
    path = estate.folder / "report.json"
    assert 0o600 == path.stat().st_mode & 0o777
    assert [] == _problems(json.loads(path.read_text("utf-8")))


def test_runs_are_listed_newest_first(estate: Shell) -> None:
    """``runs list --format json`` gives id, kind, start and status of each run."""
    estate.ok("audit", "--rule", PITR, code=3)
    estate.ok("plan", "--rule", PITR)
    runs = estate.json("runs", "list", "--format", "json")["runs"]
    assert ["plan", "audit"] == [run["kind"] for run in runs]
    assert {"id", "kind", "started_at", "status"} <= set(runs[0])


def test_rules_are_listed_by_id(shell: Shell) -> None:
    """``rules list --format json`` gives the id of each rule; ``python -m trueup`` is the same command."""
    listed = shell.json("rules", "list", "--format", "json")
    assert PITR in {rule["id"] for rule in listed["rules"]}
    done = subprocess.run(
        [sys.executable, "-m", "trueup", "rules", "list", "--format", "json"],
        cwd=shell.folder, env=shell.environment, capture_output=True, encoding="utf-8", check=True,
    )  # fmt: skip
    assert listed == json.loads(done.stdout)


def test_one_change_is_rolled_back_by_its_id_or_its_resource(planned: Shell) -> None:
    """``rollback RUN`` takes ``--change`` and ``--resource``, and leaves the rest of the run as it is."""
    applied = planned.json("apply", "plan.json", "--yes", "--format", "json")
    run, changes = applied["run"]["id"], {each["resource"]["id"]: each["id"] for each in applied["changes"]}
    planned.ok("rollback", run, "--yes", "--change", changes["inventory"])
    planned.ok("rollback", run, "--yes", "--resource", ORDERS)
    expected = {"catalogue": "ENABLED", "inventory": "DISABLED", "orders": "DISABLED", "sessions": "ENABLED"}
    assert expected == planned.backed_up()
