"""What a person gets wrong ends as one clear sentence on stderr, with the right exit code, and nothing is lost."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.core.cli.conftest import COMMAND, PITR
from trueup.canonical import digest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.core.cli.conftest import Shell
    from trueup.testing import Answer, ApiRequest, Undo

AUDIT = ("audit", "--rule", PITR)


@dataclass(frozen=True)
class Bad:
    """One thing that a person gets wrong.

    Args:
        name: of the test.
        arguments: what is typed; ``{here}`` is the current folder.
        code: the exit code.
        says: words that stderr must have.
        prepare: what is wrong around it.
        sentences: how many lines stderr may have, 0 for click's own usage message.
    """

    name: str
    arguments: tuple[str, ...]
    code: int
    says: tuple[str, ...]
    prepare: Callable[[Shell], Undo | None] = lambda _shell: None
    sentences: int = 1


def _no_credentials(shell: Shell) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        del shell.environment[name]


def _half_credentials(shell: Shell) -> None:
    del shell.environment["AWS_SECRET_ACCESS_KEY"]


def _expired(shell: Shell) -> Undo:
    (shell.folder.parent / "credentials").write_text(
        "[audit]\naws_access_key_id = AKIAFAKEFAKEFAKEFAKE\naws_secret_access_key = fake\naws_session_token = old\n"
    )
    return shell.aws.answer("sts:GetCallerIdentity", _say_expired)


def _say_expired(_request: ApiRequest, _next: Callable[[ApiRequest], Answer]) -> Answer:
    from trueup.testing import AwsError

    raise AwsError("ExpiredToken", "The security token included in the request is expired", status=403)


def _text(name: str, text: str) -> Callable[[Shell], None]:
    def write(shell: Shell) -> None:
        path = shell.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    return write


def _corrupt(shell: Shell) -> None:
    shell.state.write_bytes(b"this was a state file, once upon a time" * 100)


def _newer(shell: Shell) -> None:
    with sqlite3.connect(shell.state) as connection:
        connection.execute("PRAGMA user_version=99")
    connection.close()


def _is_folder(shell: Shell) -> None:
    shell.state.mkdir()


def _unreachable(shell: Shell) -> None:
    shell.environment["AWS_ENDPOINT_URL"] = "http://127.0.0.1:9"


BAD = (
    Bad("unknown-command", ("audti",), 2, ("expected a command, found 'audti'", "audit"), sentences=0),
    Bad("unknown-option", ("audit", "--regoin", "eu-west-1"), 2, ("--regoin", "--region"), sentences=0),
    Bad("unknown-rule", ("audit", "--rule", "dynamodb-table-pitr-enable"), 2, ("dynamodb-table-pitr-enabled",)),
    Bad("unknown-service", ("audit", "--service", "dynamo"), 2, ("dynamo", "dynamodb")),
    Bad("unknown-pack", ("audit", "--pack", "aws-fsb"), 2, ("aws-fsbp",)),
    Bad("unknown-region", (*AUDIT, "--region", "eu-wset-1"), 2, ("eu-wset-1", "eu-west-1")),
    Bad("unknown-profile", (*AUDIT, "--profile", "adit"), 2, ("profile 'adit'", "list-profiles")),
    Bad("unknown-format", (*AUDIT, "--format", "jsno"), 2, ("--format", "'jsno'", "json")),
    Bad("unknown-parameter", (*AUDIT, "--param", f"{PITR}.dyas=3"), 2, ("dyas",)),
    Bad("no-parameter", (*AUDIT, "--param", "nonsense"), 2, ("nonsense",)),
    Bad("no-credentials", AUDIT, 2, ("the default profile", "environment variables", "--profile"), _no_credentials),
    Bad("half-credentials", AUDIT, 2, ("default profile", "incomplete", "AWS_SECRET_ACCESS_KEY"), _half_credentials),
    Bad(
        "expired-credentials", (*AUDIT, "--profile", "audit"), 2,
        ("profile 'audit'", "~/.aws/credentials", "expired", "sign in again"), _expired,
    ),
    Bad("unreachable", AUDIT, 1, ("sts:GetCallerIdentity", "check the network and the endpoint"), _unreachable),
    Bad("unknown-run", ("runs", "show", "2020"), 2, ("run '2020' is not in the state", "runs import")),
    Bad("unknown-run-rollback", ("rollback", "last", "--yes"), 2, ("not in the state",)),
    Bad("odd-span", ("runs", "list", "--since", "yesterday"), 2, ("--since", "24h", "'yesterday'")),
    Bad("missing-plan", ("apply", "gone.json", "--yes"), 2, ("gone.json",)),
    Bad("no-json-plan", ("apply", "p.json", "--yes"), 2, ("p.json", "JSON"), _text("p.json", "{")),
    Bad("no-plan", ("show", "p.json"), 2, ("p.json", "trueup.plan/1"), _text("p.json", "{}")),
    Bad("no-run-file", ("runs", "import", "r.json"), 2, ("trueup runs export",), _text("r.json", "{}")),
    Bad(
        "odd-settings", ("audit",), 2, ("trueup.toml", "max_chnages"),
        _text("trueup.toml", "[plan]\nmax_chnages = 3\n"),
    ),
    Bad("no-toml", ("audit",), 2, ("trueup.toml",), _text("trueup.toml", "= 3")),
    Bad("corrupt-state", AUDIT, 2, ("is damaged", "--state"), _corrupt),
    Bad("newer-state", AUDIT, 2, ("expected format", "found 99", "--state"), _newer),
    Bad("state-is-a-folder", AUDIT, 2, ("state.db", "cannot be opened"), _is_folder),
    Bad("unknown-resource", ("facts", "--resource", "arn:aws:sqs:us-east-1:123456789012:q"), 2, ("arn:aws:sqs",)),
    Bad("no-arn", ("facts", "--resource", "orders"), 2, ("resource orders", "expected the ARN")),
)  # fmt: skip


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_what_is_wrong_is_said_in_a_sentence(shell: Shell, bad: Bad) -> None:
    """One sentence that names the thing, the right exit code, no traceback, and nothing on stdout."""
    undo = bad.prepare(shell)
    try:
        done = shell.run(*bad.arguments)
    finally:
        if undo is not None:
            undo()
    assert (bad.code, "") == (done.returncode, done.stdout), done.stderr
    assert [] == [word for word in (*bad.says,) if word not in done.stderr], done.stderr
    assert "Traceback" not in done.stderr
    assert [] == shell.writes()
    if bad.sentences:
        lines = done.stderr.splitlines()
        assert bad.sentences == len(lines), done.stderr
        assert "trueup: " == lines[0][:8]


def test_every_problem_of_every_rule_file_is_said_at_once(shell: Shell) -> None:
    """Wrong rule files are told together, each with file, line, column and a near miss."""
    rule = {
        "id": "mine", "title": "t", "resource": "dynamodb.table", "category": "cost", "severity": "hgih",
        "stage": "stable", "rationale": "r", "references": [], "compliance": [],
        "expect": {"capacity.mdoe": {"const": "PROVISIONED"}},
    }  # fmt: skip
    _text("own/mine.json", json.dumps(rule, indent=1))(shell)
    _text("own/other.json", "{")(shell)
    done = shell.run("--rules", "own", "audit")
    assert 2 == done.returncode
    for words in ("mine.json:6:", "hgih", "high", "capacity.mdoe", "capacity.mode", "other.json:1:"):
        assert words in done.stderr, done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("how", ["edited", "resealed", "expired", "used", "other-account", "other-digest", "denied"])
def test_a_plan_that_must_not_be_applied_is_refused(planned: Shell, how: str) -> None:
    """An edited, expired or used plan, one for another account or digest, and a no: exit 5, and nothing is sent."""
    path = planned.folder / "plan.json"
    document = json.loads(path.read_text("utf-8"))
    options, says = ["--yes"], how
    if how in {"edited", "resealed"}:
        document["changes"][0]["summary"] = "harmless"
        if how == "resealed":
            document["digest"] = digest({name: value for name, value in document.items() if name != "digest"})
        says = "edited"
        path.write_text(json.dumps(document), "utf-8")
    elif how == "expired":
        planned.aws.clock.advance(25 * 3600)
    elif how == "used":
        planned.ok("apply", "plan.json", "--yes")
        says = "applied already by run"
    elif how == "other-account":
        document["account"] = "999999999999"
        document["id"] = "p20200101-000000-abcdef"
        document["digest"] = digest({name: value for name, value in document.items() if name != "digest"})
        path.write_text(json.dumps(document), "utf-8")
        says = "is for account 999999999999"
    elif how == "other-digest":
        options, says = ["--yes", "--digest", "sha256:" + "0" * 64], "expected the digest sha256:000"
    else:
        options, says = [], "expected --yes or a terminal"
    planned.aws.calls.clear()
    done = planned.run("apply", "plan.json", *options)
    assert 5 == done.returncode, done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert [] == planned.writes()
    if how == "denied":
        planned.ok("apply", "plan.json", "--yes")


def test_a_locked_state_is_waited_for_and_then_said(estate: Shell) -> None:
    """Another process inside a transaction: the message names the file, and nothing is lost."""
    estate.ok(*AUDIT, code=3)
    holder = sqlite3.connect(estate.state, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        done = estate.run(*AUDIT)
    finally:
        holder.execute("ROLLBACK")
        holder.close()
    assert 2 == done.returncode
    assert "is locked by another process" in done.stderr
    assert 1 == len(estate.json("runs", "list", "--format", "json")["runs"])


@pytest.mark.parametrize("command", ["audit", "plan"])
def test_a_result_that_cannot_be_written_is_said_and_the_run_is_kept(estate: Shell, command: str) -> None:
    """An ``--out`` in a folder that is not there: exit 2; the run itself is in the journal."""
    done = estate.run(command, "--rule", PITR, "--out", estate.folder / "gone" / "file")
    assert 2 == done.returncode
    assert "cannot be written" in done.stderr
    assert "choose another --out" in done.stderr
    assert "Traceback" not in done.stderr
    assert ["finished"] == [run["status"] for run in estate.json("runs", "list", "--format", "json")["runs"]]


def test_a_full_disk_is_said_and_the_journal_stays_whole(estate: Shell) -> None:
    """A state file that cannot grow ends the audit with a sentence; what it had is still there."""
    estate.ok(*AUDIT, code=3)
    limit = (estate.state.stat().st_size + 20_000) // 1024
    script = f"ulimit -f {limit}; trap '' XFSZ; exec \"$@\""
    # what measures this process's coverage would meet the same limit, and say so on stderr
    unmeasured = {name: value for name, value in estate.environment.items() if not name.startswith("COV")}
    done = subprocess.run(
        ["sh", "-c", script, "sh", COMMAND, *AUDIT], cwd=estate.folder, env=unmeasured,
        stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert (2, 0) == (done.returncode, done.stderr.count("Traceback")), done.stderr
    assert "state file" in done.stderr
    assert "finished" == estate.json("runs", "list", "--format", "json")["runs"][-1]["status"]
