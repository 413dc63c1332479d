"""``trueup policy``: a policy on stdout, or in a folder in as many files as it takes; nothing is asked of AWS."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.core.cli.conftest import ORDERS, PITR
from trueup.permissions.policy import MANAGED_POLICY_CHARACTERS, characters

if TYPE_CHECKING:
    from pathlib import Path

    from tests.core.cli.conftest import Shell

MANY = [f"arn:aws:dynamodb:us-east-1:123456789012:table/orders-{number:03}" for number in range(150)]


def _without_credentials(shell: Shell) -> Shell:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL", "AWS_DEFAULT_REGION"):
        del shell.environment[name]
    return shell


def _actions(document: dict[str, Any]) -> list[str]:
    return [action for statement in document["Statement"] for action in statement["Action"]]


def _named(*arns: str) -> list[str]:
    return [part for arn in arns for part in ("--resource", arn)]


def test_the_policy_of_a_selection_needs_no_account(shell: Shell) -> None:
    """Neither credentials nor a Region, and no call is made; planning takes more than auditing."""
    audit = _without_credentials(shell).json("policy", "--rule", PITR)
    plan = shell.json("policy", "--rule", PITR, "--for", "plan")
    read = ["dynamodb:DescribeContinuousBackups", "dynamodb:DescribeTable", "dynamodb:ListTables"]
    assert (read, [*read, "dynamodb:ListTagsOfResource"]) == (_actions(audit), _actions(plan))
    assert audit == shell.json("policy", "--rule", PITR, "--for", "audit")
    assert ["*"] == [statement["Resource"] for statement in audit["Statement"]]
    assert [] == list(shell.aws.calls)


def test_the_policy_of_a_plan_is_the_one_that_show_prints(planned: Shell) -> None:
    """Limited to the planned tables, and what a soak or an undo takes is in it."""
    document = planned.json("policy", "--plan", "plan.json")
    assert document == planned.json("show", "plan.json", "--policy")
    assert "dynamodb:UpdateContinuousBackups" in _actions(document)
    limited = [each for each in document["Statement"] if each["Resource"] != "*"]
    assert {ORDERS} == {arn for each in limited for arn in each["Resource"] if arn.endswith("/orders")}


def test_a_plan_allows_no_selection_beside_it(planned: Shell) -> None:
    """The plan would seem to be narrowed by it, and is not."""
    for more in (["--rule", PITR], ["--for", "audit"], ["--resource", ORDERS], ["--tag", "team"]):
        done = planned.run("policy", "--plan", "plan.json", *more)
        assert (2, "") == (done.returncode, done.stdout)
        assert "--plan: expected no selection and no --for beside it" in done.stderr


def test_a_long_policy_is_said_to_be_too_long(shell: Shell) -> None:
    """It is printed whole all the same, for whoever reads it; the hint goes to stderr."""
    done = shell.run("policy", "--rule", PITR, *_named(*MANY))
    length = characters(json.loads(done.stdout))
    assert 0 == done.returncode
    assert f"this policy has {length} characters, a managed policy {MANAGED_POLICY_CHARACTERS} at most" in done.stderr
    assert "as 2 policies" in done.stderr


def test_policies_are_written_into_a_folder(shell: Shell) -> None:
    """One file, or as many as managed policies are needed; each is said."""
    short = shell.run("policy", "--rule", PITR, "--out", "short")
    assert (0, "", "wrote short/policy.json\n") == (short.returncode, short.stdout, short.stderr)
    assert shell.json("policy", "--rule", PITR) == json.loads((shell.folder / "short" / "policy.json").read_text())
    shell.ok("policy", "--rule", PITR, *_named(*MANY), "--out", "long")
    files = sorted((shell.folder / "long").iterdir())
    parts = [json.loads(file.read_text()) for file in files]
    assert ["policy-1.json", "policy-2.json"] == [file.name for file in files]
    assert MANAGED_POLICY_CHARACTERS >= max(map(characters, parts))
    assert set(MANY) == {arn for part in parts for each in part["Statement"] for arn in each["Resource"]}


def test_a_folder_that_cannot_be_written_to(shell: Shell) -> None:
    """One sentence, with what to do."""
    (shell.folder / "file").write_text("")
    done = shell.run("policy", "--rule", PITR, "--out", "file/below")
    assert 2 == done.returncode
    assert "file/below: expected a folder that can be written to, found Not a directory" in done.stderr


def test_a_rule_file_that_cannot_be_used_gives_no_policy(shell: Shell, tmp_path: Path) -> None:
    """What it reads is not known; an audit would go on without it, and find out."""
    broken = tmp_path / "mine" / "dynamodb-table-mine.json"
    broken.parent.mkdir()
    broken.write_text("{}")
    done = shell.run("--rules", broken.parent, "policy", "--rule", PITR)
    assert (2, "") == (done.returncode, done.stdout)
    assert "dynamodb-table-mine.json" in done.stderr
