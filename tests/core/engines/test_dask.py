"""Audits in several processes: the same findings, none lost with a process, and no credentials on the way."""

from __future__ import annotations

import json
import os
import pickle
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from tests.accounts import FIRST, ROLE, SECOND, make_tables
from trueup.accounts.account_spec import AccountSpec
from trueup.accounts.opening import OpenScope
from trueup.aws.settings import ClientSettings
from trueup.engines.brief import AuditBrief, packed_rules
from trueup.resource import Scope
from trueup.ruleset.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.core.cli.conftest import Shell
    from trueup.testing import Answer, ApiRequest
    from trueup.testing.correction import Proceed

RULES = ("--rule", "dynamodb-table-deletion-protection-enabled", "--rule", "dynamodb-table-pitr-enabled")
WHERE = ("--account", FIRST, "--account", SECOND, "--role", ROLE, "--region", "us-east-1", "--region", "eu-west-1")


def _findings(report: Any) -> list[tuple[str, str, str, str, str]]:
    return sorted(
        (each["resource"]["account"], each["resource"]["region"], each["rule"], each["resource"]["id"] or "", judged)
        for each in report["findings"]
        for judged in [f"{each['verdict']} {each['reason']}"]
    )


def _scopes(report: Any) -> list[tuple[str, str, bool]]:
    return [(each["account"], each["region"], each["complete"]) for each in report["scopes"]]


def test_other_processes_find_the_same(shell: Shell) -> None:
    """Also what is denied or throttled there, and what each scope's calls came to."""
    for account in (FIRST, SECOND):
        for region in ("us-east-1", "eu-west-1"):
            make_tables(shell.aws, account, region, "orders", "carts")
    shell.aws.faults.inject("dynamodb:DescribeContinuousBackups", "denied", resource="carts")
    here = shell.json("audit", *WHERE, *RULES, "--format", "json", code=3)
    shell.aws.calls.clear()
    there = shell.json("audit", *WHERE, *RULES, "--processes", "2", "--format", "json", code=3)
    assert 16 == len(there["findings"])
    assert _findings(here) == _findings(there)
    made = [{name: calls["made"] for name, calls in each["calls"].items()} for each in here["scopes"]]
    assert made == [{name: calls["made"] for name, calls in each["calls"].items()} for each in there["scopes"]]
    # The workers assumed the roles themselves.
    assumed = [call for call in shell.aws.calls if call.name == "sts:AssumeRole"]
    assert {shell.aws.account} == {call.account for call in assumed}
    assert len(assumed) > 2


def _workers(process: int) -> list[psutil.Process]:
    children = psutil.Process(process).children(recursive=True)
    return [each for each in children if "spawn_main" in " ".join(each.cmdline())]


def _deadly(shell: Shell, command: Callable[[], int], deaths: int) -> Callable[[], None]:
    """Kill the worker that lists the tables of one scope, so many times; gives what takes it back."""
    left = [deaths]

    def list_tables(request: ApiRequest, proceed: Proceed) -> Answer:
        if (request.account, request.region) == (SECOND, "eu-west-1") and left[0]:
            left[0] -= 1
            for worker in _workers(command()):
                os.kill(worker.pid, signal.SIGKILL)
        return proceed(request)

    return shell.aws.answer("dynamodb:ListTables", list_tables)


def _audit(shell: Shell, deaths: int) -> tuple[int, Any, str]:
    make_tables(shell.aws, FIRST, "us-east-1", "orders")
    make_tables(shell.aws, SECOND, "eu-west-1", "carts")
    started: list[int] = []
    undo = _deadly(shell, lambda: started[0], deaths)
    try:
        process = shell.start("audit", *WHERE, *RULES, "--processes", "1", "--format", "json", "--out", "report.json")
        started.append(process.pid)
        _, said = process.communicate(timeout=240)
    finally:
        undo()
    return process.returncode, json.loads((shell.folder / "report.json").read_text("utf-8")), said


def test_the_scopes_of_a_worker_that_died_are_audited_again(shell: Shell) -> None:
    """Nothing is lost, and nothing is there twice."""
    code, report, said = _audit(shell, deaths=1)
    assert (3, "wrote report.json\n") == (code, said)
    assert [True] * 4 == [complete for _, _, complete in _scopes(report)]
    assert {(FIRST, "orders"), (SECOND, "carts")} == {(each[0], each[3]) for each in _findings(report)}
    assert 4 == len(report["findings"])


def test_a_scope_that_ends_workers_twice_is_one_unreadable_scope(shell: Shell) -> None:
    """It says why, its rules are unknown there, and the others are judged."""
    code, report, said = _audit(shell, deaths=9)
    assert (3, "wrote report.json\n") == (code, said)
    assert [(SECOND, "eu-west-1", False)] == [each for each in _scopes(report) if not each[2]]
    (unread,) = [each["unread"] for each in report["scopes"] if each["unread"]]
    assert "2 workers died while they audited it" in unread
    assert 2 == len([each for each in report["findings"] if each["verdict"] == "unknown"])
    assert {"orders"} == {each["resource"]["id"] for each in report["findings"] if each["verdict"] == "fail"}


@pytest.fixture
def cluster(shell: Shell) -> Iterator[str]:
    """Where a scheduler listens that has one worker, begun with the commands of the page about accounts."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    dask, port = str(Path(sys.executable).with_name("dask")), url.rpartition(":")[2]
    quiet: dict[str, Any] = {"env": shell.environment, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    begun = [
        subprocess.Popen([dask, "scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard"], **quiet),
        subprocess.Popen([dask, "worker", url, "--nthreads", "1", "--no-dashboard"], **quiet),
    ]
    yield url
    for each in begun:
        each.terminate()
    for each in begun:
        each.wait(60)


def test_a_cluster_of_somebody_else_audits(shell: Shell, cluster: str) -> None:
    """Its workers find what there is; that its scheduler gives up later than it should is said."""
    make_tables(shell.aws, FIRST, "us-east-1", "orders")
    done = shell.run("audit", *WHERE, *RULES, "--scheduler", cluster, "--format", "json")
    assert 3 == done.returncode, done.stderr
    report = json.loads(done.stdout)
    assert [True] * 4 == [complete for _, _, complete in _scopes(report)]
    assert {"orders"} == {each["resource"]["id"] for each in report["findings"]}
    assert "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES=1" in done.stderr


def test_a_scheduler_that_is_not_there(shell: Shell) -> None:
    """It is named, with what was expected."""
    done = shell.run("audit", *WHERE, *RULES, "--scheduler", "tcp://127.0.0.1:1")
    assert 2 == done.returncode
    assert "--scheduler tcp://127.0.0.1:1: expected a dask scheduler, found none that answers" in done.stderr
    assert "Traceback" not in done.stderr


def test_no_credentials_travel(shell: Shell) -> None:
    """What a task is given says which account and which role, and holds neither key nor secret nor token."""
    opened = OpenScope(AccountSpec(FIRST, ROLE, "x1"), Scope(FIRST, "us-east-1"))
    brief = AuditBrief(
        rules=packed_rules([]),
        selection=Selection(),
        tagged=frozenset(),
        plugins=(),
        client=ClientSettings(run_id="run-1"),
        profile="audit",
        region="us-east-1",
        endpoint_url=shell.aws.endpoint_url,
        role_arn=None,
        external_id=None,
    )
    sent = pickle.dumps((brief, opened))
    assert ROLE.encode() in sent
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        assert shell.environment[name].encode() not in sent
