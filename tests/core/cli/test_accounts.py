"""Several accounts, as a person audits them: each by its role, none left out in silence, interrupted and resumed."""

from __future__ import annotations

import json
import signal
import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from tests.accounts import FIRST, ROLE, SECOND, make_organization, make_tables

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterable

    from tests.core.cli.conftest import Shell

RULE = "dynamodb-table-deletion-protection-enabled"
BOTH = ("--account", FIRST, "--account", SECOND, "--role", ROLE)
REGIONS = ("us-east-1", "eu-west-1")


@pytest.fixture
def two(shell: Shell) -> Shell:
    """A shell, with tables in two other accounts: two in each Region of each."""
    for account in (FIRST, SECOND):
        for region in REGIONS:
            make_tables(shell.aws, account, region, "orders", "carts")
    shell.aws.calls.clear()
    return shell


def _report(shell: Shell, *arguments: str, code: int = 3) -> Any:
    given = (*BOTH, *(word for region in REGIONS for word in ("--region", region)), "--rule", RULE)
    return shell.json("audit", *(arguments or given), "--format", "json", code=code)


def _found(report: Any) -> set[tuple[str, str, str]]:
    return {
        (each["resource"]["account"], each["resource"]["region"], each["resource"]["id"] or "")
        for each in report["findings"]
    }


def _scopes(report: Any) -> list[tuple[str, str, bool]]:
    return [(each["account"], each["region"], each["complete"]) for each in report["scopes"]]


EVERY_TABLE = {
    (account, region, name) for account in (FIRST, SECOND) for region in REGIONS for name in ("orders", "carts")
}


def test_each_account_in_each_region(two: Shell) -> None:
    """Every table is judged, by calls of its own account, and the report says where was looked."""
    report = _report(two)
    assert EVERY_TABLE == _found(report)
    assert [(a, r, True) for a in (FIRST, SECOND) for r in sorted(REGIONS)] == _scopes(report)
    described = {(c.account, c.region) for c in two.aws.calls if c.name == "dynamodb:DescribeTable"}
    assert {(a, r) for a in (FIRST, SECOND) for r in REGIONS} == described
    assert all("run/" in call.user_agent for call in two.aws.calls)


def test_an_organisation_with_an_account_that_denies(two: Shell) -> None:
    """That account is one unreadable scope with the reason; the others go on; without failures it ends with 4."""
    made = make_organization(two.aws, "shop", "closed", "tools")
    make_tables(two.aws, made["shop"], "us-east-1", "orders")
    two.aws.faults.inject("sts:AssumeRole", "denied", resource=made["closed"])
    report = _report(
        two, "--organization", "--role", ROLE, "--region", "us-east-1", "--exclude", made["tools"], "--rule", RULE
    )
    assert {
        (two.aws.account, "us-east-1", True),
        (made["shop"], "us-east-1", True),
        (made["closed"], "*", False),
    } == set(_scopes(report))
    (denied,) = [each for each in report["scopes"] if each["unread"]]
    assert "allow sts:AssumeRole" in denied["unread"]
    unknown = [each for each in report["findings"] if each["verdict"] == "unknown"]
    assert [(made["closed"], "sts:AssumeRole")] == [
        (each["resource"]["account"], each["missing_action"]) for each in unknown
    ]
    done = two.run("audit", "--account", made["closed"], "--role", ROLE, "--rule", RULE)
    assert 4 == done.returncode, done.stderr


def test_accounts_from_a_file(two: Shell) -> None:
    """Each with Regions of its own."""
    entries = [{"id": FIRST, "regions": ["eu-west-1"]}, {"id": SECOND, "role": "other"}]
    (two.folder / "accounts.json").write_text(json.dumps({"accounts": entries}), "utf-8")
    report = _report(two, "--accounts-file", "accounts.json", "--role", ROLE, "--rule", RULE)
    assert [(FIRST, "eu-west-1", True), (SECOND, "us-east-1", True)] == _scopes(report)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--account", "1234", "--role", ROLE), "expected a twelve-digit account id, found '1234'"),
        (("--account", FIRST), "--account: expected the role to assume in each account, found none; give --role NAME"),
        (("--role", ROLE), "--role: expected with one of --account, --organization, --accounts-file, found without"),
        (("--ou", "ou-1"), "--ou: expected with --organization, found without it"),
        ((*BOTH, "--organization"), "expected one of --account, --organization, --accounts-file, found --account and"),
        (("--accounts-file", "gone.json"), "gone.json: expected a JSON file, found No such file or directory"),
        (("--engine", "dusk"), "--engine: expected one of dask, local, found 'dusk'; did you mean 'dask'"),
        (("--engine", "local", "--processes", "2"), "use --engine dask"),
        (("--processes", "2", "--scheduler", "tcp://x"), "expected --processes of this machine or --scheduler"),
        (("--region", "mars-1"), "'mars-1' is no AWS Region"),
    ],
)
def test_what_contradicts_itself_is_refused_before_anything_is_asked(
    shell: Shell, arguments: tuple[str, ...], expected: str
) -> None:
    """Exit 2, one sentence, no run and no call."""
    done = shell.run("audit", *arguments)
    assert (2, 1) == (done.returncode, len(done.stderr.splitlines())), done.stderr
    assert expected in done.stderr
    assert [] == list(shell.aws.calls)
    assert [] == shell.json("runs", "list", "--format", "json")["runs"]


def _kept(shell: Shell, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(shell.environment["TRUEUP_STATE"], timeout=20)) as state:
        return state.execute(query).fetchall()


def _wait_for_scopes(shell: Shell, process: subprocess.Popen[str], number: int) -> None:
    """Wait until so many scopes have been read to their end."""
    for _ in range(600):
        assert process.poll() is None, process.communicate()
        try:
            if len(_kept(shell, "SELECT region FROM scope")) >= number:
                return
        except sqlite3.OperationalError:
            pass  # the state is being made
        time.sleep(0.1)
    raise AssertionError(_kept(shell, "SELECT * FROM scope"))


def _arguments() -> Iterable[str]:
    return (*BOTH, "--region", "us-east-1", "--region", "eu-west-1", "--rule", RULE)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_an_audit_that_was_ended_goes_on_where_it_was(two: Shell, how: signal.Signals) -> None:
    """Scopes that were read are not read again, the rest is, and the report is that of an audit that was not ended."""
    whole = _report(two)
    two.aws.faults.inject("dynamodb:DescribeTable", "timeout", resource="carts", skip=3, seconds=2)
    process = two.start("audit", *_arguments(), "--format", "json")
    state = len(_kept(two, "SELECT region FROM scope"))
    _wait_for_scopes(two, process, state + 1)
    process.send_signal(how)
    _, said = process.communicate(timeout=60)
    assert (-9 if how == signal.SIGKILL else 130) == process.returncode, said
    (run,) = {each[0] for each in _kept(two, "SELECT run FROM scope")} - {whole["run"]["id"]}
    finished = set(_kept(two, f"SELECT account, region FROM scope WHERE run = '{run}'"))  # noqa: S608 - an id
    assert 0 < len(finished) < 4
    if how == signal.SIGINT:
        assert f"trueup resume {run}" in said

    two.aws.faults.clear()
    two.aws.calls.clear()
    resumed = two.json("resume", "last", "--format", "json", code=3)
    assert run == resumed["run"]["id"]
    assert EVERY_TABLE == _found(resumed) == _found(whole)
    assert len(EVERY_TABLE) == len(resumed["findings"])
    assert _scopes(whole) == _scopes(resumed)
    read = {(call.account, call.region) for call in two.aws.calls if call.service == "dynamodb"}
    assert not read & finished
    again = two.run("resume", run)
    assert 2 == again.returncode
    assert "expected an audit that was interrupted, found one that has finished" in again.stderr


def test_an_audit_that_goes_on_is_not_resumed_beside_it(two: Shell) -> None:
    """Two processes would find everything twice."""
    two.aws.faults.inject("dynamodb:DescribeTable", "timeout", resource="carts", skip=3, seconds=20)
    process = two.start("audit", *_arguments())
    _wait_for_scopes(two, process, 1)
    done = two.run("resume", "last")
    process.kill()
    process.communicate(timeout=60)
    assert 2 == done.returncode
    assert f"still goes on (process {process.pid})" in done.stderr


def test_the_credentials_of_another_account_do_not_go_on(two: Shell) -> None:
    """A run begun by one account's credentials is not mixed with another's."""
    two.aws.faults.inject("dynamodb:DescribeTable", "timeout", resource="carts", skip=3, seconds=8)
    process = two.start("audit", *_arguments())
    _wait_for_scopes(two, process, 1)
    process.kill()
    process.communicate(timeout=60)
    done = two.run("resume", "last", "--role-arn", f"arn:aws:iam::{FIRST}:role/hub")
    assert 5 == done.returncode
    assert f"expected credentials for it, found arn:aws:sts::{FIRST}:assumed-role/hub" in done.stderr
