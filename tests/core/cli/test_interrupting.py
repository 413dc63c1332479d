"""Ctrl-C and a reader that has gone: the call in flight is finished, the journal says where it stands, no traceback."""

from __future__ import annotations

import signal
import subprocess
import threading
from typing import TYPE_CHECKING

from tests.core.cli.conftest import COMMAND, PITR

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.core.cli.conftest import Shell
    from trueup.testing import Answer, ApiRequest

_SECONDS = 120


def _meet(shell: Shell, operation: str) -> tuple[threading.Event, threading.Event, Callable[[], None]]:
    """Hold calls of an operation in flight; give the event of their arrival, the one to let them go, and the undo."""
    arrived, go_on = threading.Event(), threading.Event()

    def held(request: ApiRequest, answer: Callable[[ApiRequest], Answer]) -> Answer:
        arrived.set()
        go_on.wait(_SECONDS)
        return answer(request)

    return arrived, go_on, shell.aws.answer(operation, held)


def _interrupted(shell: Shell, operation: str, *arguments: str) -> tuple[int, str]:
    """Start trueup, press Ctrl-C while a call is in flight, answer the call; give code and stderr.

    The signal is pending before the answer is written, so that trueup has it by the time it reads the answer.
    """
    arrived, go_on, undo = _meet(shell, operation)
    try:
        with shell.start(*arguments) as process:
            assert arrived.wait(_SECONDS)
            process.send_signal(signal.SIGINT)
            go_on.set()
            _, said = process.communicate(timeout=_SECONDS)
    finally:
        go_on.set()
        undo()
    return process.returncode, said


def test_an_interrupted_apply_finishes_its_call_and_can_be_resumed(planned: Shell) -> None:
    """The call in flight takes effect and is journalled, no other is sent, 130; resume does the rest, once."""
    code, said = _interrupted(planned, "dynamodb:UpdateContinuousBackups", "apply", "plan.json", "--yes")
    assert (130, 0) == (code, said.count("Traceback")), said
    assert 1 == len(planned.writes())
    (run,) = [each for each in planned.json("runs", "list", "--format", "json")["runs"] if each["kind"] == "apply"]
    assert "interrupted" == run["status"]
    assert f"trueup resume {run['id']}" in said
    planned.ok("resume", run["id"])
    assert 3 == len(planned.writes())
    assert {"ENABLED"} == set(planned.backed_up().values())
    planned.ok("rollback", run["id"], "--yes")
    assert ["DISABLED", "DISABLED", "DISABLED", "ENABLED"] == sorted(planned.backed_up().values())


def test_an_interrupted_audit_ends_with_its_calls_under_way(estate: Shell) -> None:
    """130, one sentence, and a run in the journal that says that it was interrupted."""
    code, said = _interrupted(estate, "dynamodb:DescribeContinuousBackups", "audit", "--rule", PITR)
    assert (130, 0) == (code, said.count("Traceback")), said
    assert "trueup: interrupted" in said
    assert ["interrupted"] == [run["status"] for run in estate.json("runs", "list", "--format", "json")["runs"]]


def test_an_interrupted_audit_does_not_wait_for_what_aws_leaves_unanswered(estate: Shell) -> None:
    """Five attempts of half a minute each: nobody has to sit through them after Ctrl-C, since reads change nothing."""
    arrived, go_on, undo = _meet(estate, "dynamodb:DescribeContinuousBackups")
    with estate.start("audit", "--rule", PITR) as process:
        try:
            assert arrived.wait(_SECONDS)
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=_SECONDS)
        finally:
            process.kill()
            go_on.set()
            undo()
    assert (130, 0) == (process.returncode, said.count("Traceback")), said
    assert ["interrupted"] == [run["status"] for run in estate.json("runs", "list", "--format", "json")["runs"]]


def test_a_reader_that_has_gone_is_no_traceback(estate: Shell) -> None:
    """`trueup … | head -1` ends quietly."""
    estate.ok("audit", "--rule", PITR, code=3)
    for arguments in ("rules list --format json", "runs show last --format json"):
        done = subprocess.run(
            ["sh", "-c", f'"$0" {arguments} | head -1', COMMAND], cwd=estate.folder, env=estate.environment,
            stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", check=False,
        )  # fmt: skip
        assert ("{\n", "") == (done.stdout, done.stderr)


def test_an_interrupted_audit_does_not_wait_for_its_turns(estate: Shell) -> None:
    """At a call in a quarter of an hour, Ctrl-C ends it all the same, and the run says that it was interrupted."""
    log = ("--log-format", "json", "--log-level", "debug")
    with estate.start(*log, "audit", "--rule", PITR, "--max-calls-per-second", "0.001") as process:
        assert process.stderr is not None
        begun = next(line for line in process.stderr if '"service_started"' in line)
        process.send_signal(signal.SIGINT)
        try:
            _, said = process.communicate(timeout=_SECONDS)
        finally:
            process.kill()
    assert (130, 0) == (process.returncode, said.count("Traceback")), begun + said
    assert '"message": "interrupted"' in said
    assert "interrupted" == estate.json("runs", "list", "--format", "json")["runs"][0]["status"]
