"""The package as its user has it: installed from its wheel, used on a served simulated AWS, uninstalled.

It takes the package away, so it runs last, and only in an environment that was made for it: see ``example-sqs`` in
trueup's tox.ini.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

SITE = Path(sysconfig.get_path("purelib"))
TRUEUP = Path(sysconfig.get_path("scripts")) / "trueup"
RULES = ["sqs-queue-encrypted", "sqs-queue-retention-sufficient"]


class Shell:
    """A folder, and an environment in which ``trueup`` is called."""

    def __init__(self, folder: Path) -> None:
        """Take nothing of whoever runs the tests into it."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TRUEUP_"))}
        self.folder = folder
        self.environment = {**kept, "HOME": str(folder), "TRUEUP_STATE": str(folder / "state.db"), "COLUMNS": "200"}

    def run(self, *arguments: str, code: int = 0) -> str:
        """Run ``trueup``, which must end with ``code``; give its stdout."""
        done = subprocess.run(
            [TRUEUP, *arguments],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert code == done.returncode, done.stderr
        return done.stdout

    def json(self, *arguments: str, code: int = 0) -> Any:
        """Run ``trueup``, which must end with ``code`` and print JSON; give it."""
        return json.loads(self.run(*arguments, "--format", "json", code=code))

    def plugins(self) -> set[tuple[str, str]]:
        """Give the kinds and names of what is installed."""
        return {(each["kind"], each["name"]) for each in self.json("plugins", "list")["plugins"]}

    def rules(self) -> set[str]:
        """Give the ids of all rules."""
        return {each["id"] for each in self.json("rules", "list")["rules"]}

    def verdicts(self, code: int, service: str = "sqs") -> dict[str, str]:
        """Audit a service; give the verdicts by resource and rule."""
        findings = self.json("audit", "--service", service, code=code)["findings"]
        return {f"{each['resource']['arn'].rpartition(':')[2]} {each['rule']}": each["verdict"] for each in findings}


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """A shell that sees ``trueup demo --serve``."""
    made = Shell(tmp_path_factory.mktemp("user"))
    served = subprocess.Popen(
        [TRUEUP, "demo", "--serve"],
        cwd=made.folder,
        env=made.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert served.stdout is not None
    said = []
    for line in served.stdout:
        said.append(line)
        if line.startswith("export "):
            name, _, value = line.removeprefix("export ").rstrip("\n").partition("=")
            made.environment[name] = value
        if "the simulated AWS is running" in line:
            break
    assert "AWS_ENDPOINT_URL" in made.environment, "".join(said)
    yield made
    served.terminate()
    served.communicate()


def test_it_comes_from_wheels() -> None:
    """Both trueup and the package are installed copies, not the folders that they are developed in."""
    assert [] == [name for name in ("trueup/service/plugin.py", "trueup_sqs/plugin.py") if not (SITE / name).is_file()]


def test_audit_plan_apply_rollback(shell: Shell) -> None:
    """What fails is planned, applied, verified and brought back, by the command line alone."""
    before = shell.verdicts(code=3)
    assert {
        "clicks sqs-queue-encrypted": "pass",
        "clicks sqs-queue-retention-sufficient": "fail",
        "events sqs-queue-encrypted": "fail",
        "events sqs-queue-retention-sufficient": "pass",
        "orders sqs-queue-encrypted": "pass",
        "orders sqs-queue-retention-sufficient": "pass",
        "payments sqs-queue-encrypted": "pass",
        "payments sqs-queue-retention-sufficient": "pass",
    } == before

    changes = shell.json("plan", "--service", "sqs")["changes"]
    assert RULES == sorted(each["rule"] for each in changes)
    assert before == shell.verdicts(code=3)

    run = shell.json("apply", "plan.json", "--yes", "--allow", "disruptive")["run"]["id"]
    assert {"pass"} == set(shell.verdicts(code=0).values())

    shell.run("rollback", run, "--yes")
    assert before == shell.verdicts(code=3)


def test_trueup_goes_on_without_it(shell: Shell) -> None:
    """Once uninstalled, its plugin, rules and files are gone, the rest works, and its runs can still be read."""
    assert {("plugin", "sqs"), ("rules", "sqs")} <= shell.plugins()
    others, rules = shell.plugins() - {("plugin", "sqs"), ("rules", "sqs")}, shell.rules() - set(RULES)
    buckets, runs = shell.verdicts(code=3, service="s3"), shell.json("runs", "list")["runs"]

    subprocess.run([sys.executable, "-m", "pip", "uninstall", "--yes", "--quiet", "trueup-sqs"], check=True)

    assert [] == sorted(SITE.glob("trueup_sqs*"))
    assert others == shell.plugins()
    assert rules == shell.rules()
    assert runs == shell.json("runs", "list")["runs"]
    assert "sqs-queue-encrypted" in shell.run("runs", "show", runs[1]["id"])
    assert buckets == shell.verdicts(code=3, service="s3")
    shell.run("audit", "--service", "sqs", code=2)
