"""Plan files: what was edited, expired or is no plan at all is refused in one sentence."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.core.applying.queues import fix
from trueup.canonical import digest
from trueup.errors import RefusedError, UsageError
from trueup.planning.plan_file import Plan, read_plan, write_private

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.core.applying.queues import Shop


@pytest.fixture
def plan(shop: Shop) -> Plan:
    """A plan of one change."""
    shop.queues("a")
    return shop.planned(fix())


def _file(folder: Path, text: str) -> Path:
    file = folder / "plan.json"
    file.write_text(text, "utf-8")
    return file


def _sealed(document: dict[str, Any]) -> str:
    content = {name: value for name, value in document.items() if name != "digest"}
    return json.dumps({**content, "digest": digest(content)})


def test_a_plan_comes_back_from_its_file(plan: Plan, tmp_path: Path) -> None:
    """However it was laid out."""
    file = _file(tmp_path, json.dumps(plan.document, indent=4))
    found = read_plan(file)
    assert (plan, plan.changes(), plan.id, plan.digest) == (found, found.changes(), found.id, found.digest)
    assert ("123456789012", {"sqs-queue-timeout": 1}) == (found.account, dict(found.matched))


def test_a_plan_embeds_its_rules(shop: Shop, plan: Plan) -> None:
    """So that what is judged at apply is what was reviewed, whatever the rule file says by then."""
    shop.rule(fix(to={"VisibilityTimeout": 99}))
    (rule,) = plan.rules(shop.host.fact_schemas()).values()
    assert {"attributes.VisibilityTimeout": {"const": 10}} == rule.rule.expect


EDITS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "a call": lambda document: document["changes"][0]["steps"][0]["parameters"].update(QueueUrl="x"),
    "an undo": lambda document: document["changes"][0]["steps"][0]["undo"].clear(),
    "the risk": lambda document: document["changes"][0].update(risk="destructive"),
    "the expiry": lambda document: document.update(expires_at="2999-01-01T00:00:00Z"),
    "the account": lambda document: document.update(account="999999999999"),
    "a rule": lambda document: document["rules"]["sqs-queue-timeout"]["rule"].update(title="x"),
    "no change": lambda document: document["changes"].clear(),
    "the digest": lambda document: document.update(digest="sha256:" + "0" * 64),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS.keys())
def test_an_edit_is_found_out(plan: Plan, tmp_path: Path, edit: Callable[[dict[str, Any]], Any]) -> None:
    """Whatever of it was changed."""
    document = json.loads(json.dumps(plan.document))
    edit(document)
    with pytest.raises(RefusedError, match=r"plan file .*plan.json was edited: expected sha256:"):
        read_plan(_file(tmp_path, json.dumps(document)))


FORMS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "another form": lambda document: document.update(schema="trueup.plan/2"),
    "a stranger": lambda document: document.update(extra=1),
    "no digest": lambda document: document.pop("digest"),
    "no steps": lambda document: document["changes"][0]["steps"].clear(),
    "another risk": lambda document: document["changes"][0].update(risk="none"),
    "an account of letters": lambda document: document.update(account="x"),
    "a settle limit of none": lambda document: document["changes"][0].update(settle_seconds=0),
    "an operation of a path": lambda document: document["changes"][0]["steps"][0].update(operation="../x"),
    "a step without effect": lambda document: document["changes"][0]["steps"][0].pop("effect"),
}


@pytest.mark.parametrize("edit", FORMS.values(), ids=FORMS.keys())
def test_what_is_no_plan(plan: Plan, tmp_path: Path, edit: Callable[[dict[str, Any]], Any]) -> None:
    """Even sealed again: the schema is closed, and the message says where."""
    document = json.loads(json.dumps(plan.document))
    edit(document)
    with pytest.raises(UsageError, match=r"plan file .*: expected a trueup.plan/1 document, found at \$"):
        read_plan(_file(tmp_path, _sealed(document) if "digest" in document else json.dumps(document)))


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, '{"a": NaN}', "[]", "null", '{"a": Infinity}'])
def test_what_is_no_json_document(tmp_path: Path, text: str) -> None:
    """One sentence, no traceback."""
    with pytest.raises(UsageError, match=r"plan file .*plan.json: expected a"):
        read_plan(_file(tmp_path, text))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """It names the file."""
    with pytest.raises(UsageError, match=r"plan file .*nothing.json: expected a readable JSON file"):
        read_plan(tmp_path / "nothing.json")


def test_the_expiry_is_the_moment_itself(plan: Plan) -> None:
    """A second before is in time."""
    expires = datetime.fromisoformat(plan.document["expires_at"])
    plan.check_expiry(expires - timedelta(seconds=1))
    for late in (expires, expires + timedelta(days=1)):
        with pytest.raises(RefusedError, match=f"plan {plan.id} has expired: expected use before"):
            plan.check_expiry(late.astimezone(UTC))


def test_a_private_file_is_its_owners_alone(tmp_path: Path) -> None:
    """Also when one was there that all could read."""
    file = tmp_path / "plan.json"
    file.write_text("old")
    file.chmod(0o644)
    write_private(file, "new \ud800")
    assert (0o600, [file]) == (stat.S_IMODE(file.stat().st_mode), list(tmp_path.iterdir()))
    assert b"new " == file.read_bytes()[:4]


def test_a_private_file_where_none_can_be(tmp_path: Path) -> None:
    """One sentence."""
    with pytest.raises(UsageError, match=r"cannot be written \(No such file or directory\); free some space"):
        write_private(tmp_path / "no" / "plan.json", "x")


def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    """Whole or not at all: half a plan never stands where a plan was, and no remains beside it."""
    file = tmp_path / "plan.json"
    file.write_text("old")
    code = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from trueup.errors import UsageError; from trueup.planning.plan_file import write_private\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); none = resource.RLIM_INFINITY\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, none))\n"
        "try: write_private(Path(sys.argv[1]), 'x' * 1000)\n"
        "except UsageError as error: print(error, file=sys.stderr)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (none, none))\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(file)], capture_output=True, text=True, check=False)
    assert (0, "old", [file]) == (done.returncode, file.read_text(), list(tmp_path.iterdir()))
    assert "cannot be written (File too large)" in done.stderr
