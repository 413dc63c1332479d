"""``trueup rules``: writing a rule without Python, from the first file to the audit."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from tests.core.cli.conftest import ORDERS, PITR
from tests.core.hosting.conftest import Site
from trueup.cli.main import trueup
from trueup.errors import TrueupError
from trueup.ruleset.shipped import form_problems

if TYPE_CHECKING:
    from pathlib import Path

    from tests.core.cli.conftest import Shell

MINE = "dynamodb-table-mine"
FLOOR = "dynamodb-table-on-demand-when-idle"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the empty current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str, code: int = 0) -> str:
    """Run ``trueup`` in this process, without AWS; give all that it said."""
    done = CliRunner().invoke(trueup, arguments)
    told = str(done.exception) if isinstance(done.exception, TrueupError) else ""
    assert code == getattr(done.exception, "exit_code", done.exit_code), (done.output, done.exception)
    return f"{done.output}{told}"


def test_a_rule_from_nothing(here: Path) -> None:
    """``new`` writes what validates and passes at once, and names the commands for what comes next."""
    said = run("rules", "new", MINE, "--resource", "dynamodb.table", "--dir", "own rules")

    assert {f"{MINE}.json", f"{MINE}.cases.json"} == {path.name for path in (here / "own rules").iterdir()}
    assert f"test it      trueup --rules 'own rules' rules test {MINE} --coverage" in said
    assert "1 rule is right\n" == run("rules", "validate", "own rules")
    assert "3 cases, 0 wrong\n" == run("--rules", "own rules", "rules", "test", MINE, "--require-coverage")
    assert (here / "own rules" / f"{MINE}.json").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["one", "--resource", "dynamodb.table"], "expected lower-case words joined by '-'"),
        ([PITR, "--resource", "dynamodb.table"], f"found '{PITR}' in "),
        ([MINE, "--resource", "dynamodb.tabel"], "did you mean 'dynamodb.table'?"),
    ],
)
def test_nothing_is_written_of_what_cannot_be(here: Path, arguments: list[str], message: str) -> None:
    """Every refusal is a sentence, and leaves the folder empty."""
    assert message in run("rules", "new", *arguments, code=2)
    assert [] == list(here.iterdir())


def test_missing_coverage_is_shown_and_fails_when_required(here: Path) -> None:
    """Each clause that some outcome was not shown of is named by its place."""
    run("rules", "new", MINE, "--resource", "dynamodb.table")
    file = here / f"{MINE}.cases.json"
    cases = json.loads(file.read_text("utf-8"))
    cases["cases"][2]["facts"] = {}
    file.write_text(json.dumps(cases), encoding="utf-8")
    missing = f"{MINE}: /expect/table.DeletionProtectionEnabled is never unknown"

    assert "3 cases, 0 wrong\n" == run("--rules", ".", "rules", "test", MINE)
    covered = run("--rules", ".", "rules", "test", MINE, "--coverage").splitlines()
    assert [f"{MINE}  3      1        66 %", missing, "3 cases, 0 wrong"] == covered[1:]
    assert [missing, "3 cases, 1 wrong"] == run(
        "--rules", ".", "rules", "test", MINE, "--require-coverage", code=1
    ).splitlines()
    document = json.loads(run("--rules", ".", "rules", "test", MINE, "--format", "json"))
    assert ([], ["unknown"]) == (document["wrong"], document["rules"][0]["clauses"][0]["missing"])


def test_a_rule_is_shown_with_what_it_touches() -> None:
    """What it reads and what its fix calls stand there with the IAM actions."""
    said = run("rules", "show", PITR)
    lines = {line.strip() for line in said.splitlines()}

    assert {
        "reads      continuous_backups  by dynamodb:DescribeContinuousBackups",
        "allow      dynamodb:DescribeContinuousBackups, dynamodb:DescribeTable, dynamodb:ListTables",
        "risk       at least safe, at best reversible, settles in 1800 s",
        "fix calls  dynamodb:UpdateContinuousBackups",
        "fix needs  dynamodb:UpdateContinuousBackups",
    } <= lines
    other = "reads      encryption  by s3:GetBucketEncryption (allow s3:GetEncryptionConfiguration)"
    assert other in run("rules", "show", "s3-bucket-server-side-encryption-enabled")
    document = json.loads(run("rules", "show", PITR, "--format", "json"))
    assert (PITR, ["dynamodb:ListTables"]) == (document["id"], document["touches"]["lists"])


def test_a_rule_of_a_broken_plugin_is_shown(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without what it touches, and with why."""
    monkeypatch.syspath_prepend(here / "site")
    Site(here / "site").plugin("raise RuntimeError('out of order')", package="trueup_sqs_broken")
    run("rules", "new", "sqs-queue-mine", "--resource", "sqs.queue", "--dir", "own")
    said = run("--rules", "own", "rules", "show", "sqs-queue-mine")

    assert ("out of order" in said, "sqs-queue-mine: Say" in said, "lists" in said) == (True, True, False)


def test_a_verdict_is_explained() -> None:
    """Of a case of the rule's own, with parameters; as JSON for programs."""
    said = run("rules", "explain", FLOOR, "--case", "only an index is busy")

    assert ["only an index is busy", f"{FLOOR}: pass"] == said.splitlines()[:2]
    assert "    held      some element of indexes (1)" in said.splitlines()
    document = json.loads(
        run(
            "rules",
            "explain",
            FLOOR,
            "--case",
            "only an index is busy",
            "--param",
            f"{FLOOR}.gate=99",
            "--format",
            "json",
        )
    )
    assert ("fail", 99) == (document["verdict"], document["parameters"]["gate"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["dynamodb-*", "--case", "x"], "expected one rule, found 3 that 'dynamodb-*' stands for"),
        ([PITR], "expected --facts FILE, or --case"),
        ([PITR, "--facts", "none.json"], "none.json: expected a JSON file, found No such file or directory"),
        ([PITR, "--case", "recovery is of"], "did you mean 'recovery is off'"),
    ],
)
def test_what_cannot_be_explained_is_told(here: Path, arguments: list[str], message: str) -> None:
    """As one sentence."""
    assert message in run("rules", "explain", *arguments, code=2)
    assert [] == list(here.iterdir())


def test_a_rule_that_nobody_has_says_where_rules_are() -> None:
    """Whoever forgot ``--rules`` is told of it."""
    said = run("rules", "show", "queue-kept", code=2)
    assert "unknown rule 'queue-kept'; `trueup rules list` shows them, and --rules adds a folder of your own" in said


def test_a_rule_without_cases_names_the_file(here: Path) -> None:
    """Nothing is explained of cases that are not there."""
    run("rules", "new", MINE, "--resource", "dynamodb.table")
    (here / f"{MINE}.cases.json").unlink()

    expected = f"--case: expected {MINE}.cases.json beside {MINE}.json, found none; give --facts FILE"
    assert expected in run("--rules", ".", "rules", "explain", MINE, "--case", "x", code=2)
    assert [f"{MINE}.json: expected {MINE}.cases.json beside it, found none", "0 cases, 1 wrong"] == run(
        "--rules", ".", "rules", "test", MINE, code=1
    ).splitlines()


def test_the_schema_for_editors_is_of_what_is_installed(here: Path) -> None:
    """All types, or those that are asked for; on stdout or in a file."""
    run("rules", "schema", "--resource", "dynamodb.table", "--out", "rule.schema.json")
    written = json.loads((here / "rule.schema.json").read_text("utf-8"))

    assert written == json.loads(run("rules", "schema", "--resource", "dynamodb.table"))
    assert (True, False) == ("dynamodb.table" in written["$defs"], "s3.bucket" in written["$defs"])
    assert "did you mean 's3.bucket'" in run("rules", "schema", "--resource", "s3.buckets", code=2)
    assert "cannot be written" in run("rules", "schema", "--out", "none/rule.schema.json", code=2)


def test_live_facts_become_a_case_and_are_explained(estate: Shell) -> None:
    """From the account to the cases file and back, with only the aspects that the rule looks at."""
    estate.ok("rules", "new", MINE, "--resource", "dynamodb.table", "--dir", "own")
    file = estate.folder / "own" / f"{MINE}.cases.json"
    save = ("--rules", "own", "facts", "--resource", ORDERS, "--save", file)
    done = estate.run(*save, "--name", "orders", "--expect", "pass")
    assert (0, "") == (done.returncode, done.stdout)
    assert [
        f"saved the case 'orders' in {file}: table",
        f"{MINE} says fail of it, and not pass: mend the rule or the case",
    ] == done.stderr.splitlines()
    added = json.loads(file.read_text("utf-8"))
    assert ((), "orders", ["table"]) == (
        form_problems("cases", added),
        added["cases"][-1]["name"],
        [*added["cases"][-1]["facts"]],
    )

    refused = estate.run(*save, "--name", "orders", "--expect", "fail")
    assert (2, added) == (refused.returncode, json.loads(file.read_text("utf-8")))
    estate.aws.faults.inject("dynamodb:DescribeTable", "denied", resource="orders")
    assert 4 == estate.run(*save, "--name", "denied", "--expect", "unknown").returncode
    assert {"table": {"$unknown": "access denied"}} == json.loads(file.read_text("utf-8"))["cases"][-1]["facts"]
    estate.ok("--rules", "own", "rules", "test", MINE, code=1)

    printed = estate.ok("facts", "--resource", ORDERS, "--aspect", "continuous_backups", "--format", "json")
    (estate.folder / "facts.json").write_text(printed, encoding="utf-8")
    told = estate.json("rules", "explain", PITR, "--facts", "facts.json", "--format", "json")
    assert (ORDERS, "unknown", None, False) == (
        told["subject"],
        told["verdict"],
        told["when"]["holds"],
        told["expect"]["holds"],
    )
    assert [] == estate.writes()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--save", "x.json", "--name", "a"], "--save x.json: expected --name and --expect with it"),
        (["--name", "a"], "--name and --expect: expected --save FILE with them, found none"),
    ],
)
def test_saving_needs_all_that_a_case_has(here: Path, options: list[str], message: str) -> None:
    """Nothing is asked of AWS before that."""
    assert message in run("facts", "--resource", ORDERS, *options, code=2)
    assert [] == list(here.iterdir())


def test_facts_of_another_type_are_not_saved_beside_a_rule(estate: Shell) -> None:
    """They would be no case of it."""
    estate.ok("rules", "new", "s3-bucket-mine", "--resource", "s3.bucket")
    done = estate.run(
        "facts", "--resource", ORDERS, "--save", "s3-bucket-mine.cases.json", "--name", "x", "--expect", "pass"
    )

    assert (2, True) == (
        done.returncode,
        "expected a s3.bucket, as s3-bucket-mine is about, found a dynamodb.table" in done.stderr,
    )
