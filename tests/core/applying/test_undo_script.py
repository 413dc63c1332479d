"""The undo script: plain ``aws`` calls that do what a rollback would, whatever the names in them."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.applying.queues import fix
from tests.core.applying.test_references import QUEUE, change
from trueup.applying.undo_script import undo_script
from trueup.canonical import digest
from trueup.change import Call, Step
from trueup.clock import SystemClock
from trueup.journal.changes import ChangeStatus, StepStatus
from trueup.journal.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.core.applying.queues import Shop

HOSTILE = "a'b\"c $(touch x) `y` \\ ; & | > \n # \x1b[31m \u202e ünï"


def _commands(script: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Give service, operation and parameters of the calls of a script, as a shell would hand them on."""
    found = []
    for line in _lines(script):
        parts = shlex.split(line)
        if parts[:1] == ["aws"] and "--cli-input-json" in parts:
            found.append((parts[1], parts[2], json.loads(parts[parts.index("--cli-input-json") + 1])))
    return found


def _lines(script: str) -> list[str]:
    return [line for line in script.splitlines() if line and not line.startswith("#")]


def _check_shell(script: str, folder: Path) -> None:
    file = folder / "undo.sh"
    file.write_text(script, "utf-8")
    checked = subprocess.run(["sh", "-n", str(file)], capture_output=True, text=True, check=False)
    assert (0, "") == (checked.returncode, checked.stderr)


def _run(shop: Shop, script: str) -> None:
    for service, operation, parameters in _commands(script):
        client = shop.aws.client(service)
        getattr(client, operation.replace("-", "_"))(**parameters)


def test_the_script_restores_what_was_there(shop: Shop, tmp_path: Path) -> None:
    """Its calls, read back from the shell and sent without trueup, bring the before-image back; last change first."""
    shop.queues("a", "b")
    plan = shop.planned(fix(to={"VisibilityTimeout": 10, "DelaySeconds": 5}))
    run = shop.apply(plan)
    script = undo_script(shop.journal, run)
    _check_shell(script, tmp_path)
    assert [("sqs", "set-queue-attributes")] * 4 == [command[:2] for command in _commands(script)]
    order = [(each["QueueUrl"][-1], *each["Attributes"]) for _, _, each in _commands(script)]
    assert [(name, *each) for name in "ba" for each in (("DelaySeconds",), ("VisibilityTimeout",))] == order
    _run(shop, script)
    assert [30, 30] == shop.timeouts("a", "b")
    assert ["0", "0"] == [shop.attributes(name)["DelaySeconds"] for name in ("a", "b")]


def test_the_script_has_the_answers_of_the_steps(shop: Shop, tmp_path: Path) -> None:
    """What was made is deleted by the name that AWS gave it, and the region is said."""
    shop.queues("a")
    run = shop.apply(shop.planned(fix(action="dead-letter", expect={"tags.dead": {"minLength": 1}})))
    script = undo_script(shop.journal, run)
    _check_shell(script, tmp_path)
    assert ["untag-queue", "delete-queue"] == [command[1] for command in _commands(script)]
    assert all("--region us-east-1" in line for line in _lines(script) if " --cli-input-json " in line)
    _run(shop, script)
    assert {} == shop.tags("a")


def test_only_what_stands_is_in_the_script(shop: Shop) -> None:
    """Nothing of a change that was rolled back or never made."""
    shop.queues("a", "b")
    run = shop.apply(shop.planned(fix()))
    shop.rollback(run, arn="arn:aws:sqs:us-east-1:123456789012:a")
    assert ["b"] == [each["QueueUrl"][-1] for _, _, each in _commands(undo_script(shop.journal, run))]


def test_the_script_refuses_other_credentials(shop: Shop, tmp_path: Path) -> None:
    """Run for real, with an ``aws`` that says another account: it ends before the first call."""
    shop.queues("a")
    run = shop.apply(shop.planned(fix()))
    tool = tmp_path / "aws"
    tool.write_text('#!/bin/sh\necho "$@" >> "$LOG"\necho 999999999999\n')
    tool.chmod(0o755)
    log = tmp_path / "log"
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "LOG": str(log)}
    script = undo_script(shop.journal, run)
    done = subprocess.run(["sh"], input=script, env=environment, capture_output=True, text=True, check=False)
    assert (1, "these credentials are for another account\n") == (done.returncode, done.stderr)
    assert ["sts get-caller-identity --query Account --output text"] == log.read_text().splitlines()


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """An empty journal."""
    opened = Journal.open(tmp_path / "state.db", SystemClock())
    yield opened
    opened.store.close()


def _script(journal: Journal, *steps: Step, **changed: Any) -> str:
    run = journal.runs.start("apply", account="123456789012")
    planned = replace(change(*steps), **changed)
    journal.changes.add(run, planned, ChangeStatus.APPLIED)
    for position in range(len(steps)):
        journal.changes.outcome(run, planned.id, "forward", position, StepStatus.SETTLED)
    return undo_script(journal, run)


def _step(**parameters: Any) -> Step:
    return Step(Call("sqs", "TagQueue", {}), (Call("sqs", "TagQueue", parameters),))


def test_hostile_names_are_quoted(journal: Journal, tmp_path: Path) -> None:
    """Quotes, substitutions, line ends and control characters are data; nothing of them is run or hidden."""
    resource = replace(QUEUE, arn=f"arn:aws:sqs:us-east-1:123456789012:{HOSTILE}")
    script = _script(journal, _step(Tags={HOSTILE: HOSTILE}), resource=resource, summary=HOSTILE)
    _check_shell(script, tmp_path)
    assert [("sqs", "tag-queue", {"Tags": {HOSTILE: HOSTILE}})] == _commands(script)
    assert not re.search("[\x1b\u202e]", script)
    done = subprocess.run(
        ["sh", "-c", 'aws() { for word; do printf "%s" "$word" | od -An -tx1 | tr -d " \\n"; echo; done; }\n'
         + "\n".join(line for line in _lines(script) if "--cli-input-json" in line)],
        capture_output=True, text=True, check=True, cwd=tmp_path,
    )  # fmt: skip
    given_json = bytes.fromhex(done.stdout.splitlines()[-1]).decode()
    assert {"Tags": {HOSTILE: HOSTILE}} == json.loads(given_json)
    assert not (tmp_path / "x").exists()


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_survives_the_shell(text: str) -> None:
    """Whatever the value, the shell's words give it back."""
    quoted = shlex.quote(json.dumps({"Tags": {"a": text}}, sort_keys=True))
    assert {"Tags": {"a": text}} == json.loads(shlex.split(quoted)[0])


def test_what_cannot_be_undone_is_a_comment(journal: Journal, tmp_path: Path) -> None:
    """The reason is there for a person, and the rest of the script still runs."""
    script = _script(journal, Step(Call("sqs", "PurgeQueue", {}), ()), reversible_reason="messages\nare gone")
    _check_shell(script, tmp_path)
    assert "# step 1 cannot be undone: messages⟨U+000A⟩are gone" in script
    assert [] == _commands(script)


def test_what_is_left_behind_is_a_comment(journal: Journal, tmp_path: Path) -> None:
    """A step that only leaves what nothing uses needs no command."""
    left = Step(Call("sqs", "CreateQueue", {"QueueName": "a"}), (), repeatable=True, leaves="an empty queue")
    script = _script(journal, left)
    _check_shell(script, tmp_path)
    assert "# step 1 leaves behind: an empty queue" in script.splitlines()
    assert [] == _commands(script)


def test_a_value_that_must_not_be_shown_is_left_to_fill_in(journal: Journal) -> None:
    """A secret is nowhere in the script; a person is told so."""
    secret = {"$fact": {"path": "tags.secret", "sha256": digest("hunter2")}}
    script = _script(journal, _step(Tags={"a": secret}))
    assert "hunter2" not in script
    assert "# a value of this call must not be shown here; fill it in from the resource" in script


def test_optimistic_locks_are_left_out(journal: Journal) -> None:
    """A revision is read right before a call; the person at the shell does without."""
    script = _script(journal, _step(RevisionId={"$fact": {"path": "tags.revision"}}, Tags={"a": "b"}))
    assert [("sqs", "tag-queue", {"Tags": {"a": "b"}})] == _commands(script)


def test_the_least_of_what_may_have_grown_is_shown(journal: Journal) -> None:
    """The script sets the number of the before-image, and says that more may be needed."""
    script = _script(journal, _step(desiredCount={"$fact": {"path": "service.desiredCount", "at_least": 8}}))
    assert [("sqs", "tag-queue", {"desiredCount": 8})] == _commands(script)
    assert "# service.desiredCount: 8, or what it is now if that is more" in script


def test_waits(journal: Journal, tmp_path: Path) -> None:
    """The CLI's own waiter where there is one, else a pause with what to look for."""
    undo = Call("dynamodb", "UpdateTable", {"TableName": "a b"})
    waiting = Step(Call("dynamodb", "UpdateTable", {}), (undo,), waiter="table_exists", settled={"a.b": {"const": "x"}})
    pausing = Step(Call("sqs", "TagQueue", {}), (Call("sqs", "TagQueue", {}),), settled={"a.b": {"const": 1}})
    script = _script(journal, waiting, pausing)
    _check_shell(script, tmp_path)
    assert "aws dynamodb wait table-exists --region us-east-1 --table-name 'a b'" in script
    assert "sleep 30" in _lines(script)
    assert '# settled when {"a.b": {"const": 1}}' in script


def test_a_wait_lasts_as_long_as_the_change_may_take(journal: Journal, tmp_path: Path) -> None:
    """The CLI gives up after minutes; the settle limit of nodes that are replaced is hours."""
    undo = Call("elasticache", "ModifyReplicationGroup", {"ReplicationGroupId": "a"})
    step = Step(undo, (undo,), waiter="replication_group_available")
    script = _script(journal, step, settle_seconds=10_800)
    _check_shell(script, tmp_path)
    command = "aws elasticache wait replication-group-available --region us-east-1 --replication-group-id a"
    assert f'tries=0; until {command}; do tries=$((tries + 1)); [ "$tries" -lt 18 ]; done' in _lines(script)


def test_services_have_the_name_of_the_cli(journal: Journal) -> None:
    """boto3 and the CLI do not always agree."""
    from importlib.resources import files

    names = json.loads(files("trueup.applying").joinpath("aws-cli.json").read_text("utf-8"))
    assert names
    for boto3_name, cli_name in names.items():
        step = Step(Call(boto3_name, "DoIt", {}), (Call(boto3_name, "DoIt", {}),))
        assert f"aws {cli_name} do-it" in _script(journal, step)
