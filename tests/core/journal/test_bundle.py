"""A run carried from one state to another: all of it, once, and untouched."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.core.journal.audits import audit
from tests.core.journal.conftest import StandingClock
from tests.core.journal.test_runs import DOCUMENT, PLANNED, STEP, _finding
from trueup.canonical import canonical, digest
from trueup.errors import UsageError
from trueup.finding import Verdict
from trueup.journal.bundle import export_run, import_run
from trueup.journal.changes import ChangeStatus, StepStatus
from trueup.journal.findings import finding_to_json
from trueup.journal.journal import Journal
from trueup.journal.stored_run import StoredRun
from trueup.resource import Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Journal]:
    """The state of another machine."""
    opened = Journal.open(tmp_path / "other.db", StandingClock())
    yield opened
    opened.store.close()


@pytest.fixture
def run(journal: Journal) -> str:
    """An apply with everything that a run may have."""
    journal.plans.keep(DOCUMENT, None)
    run = journal.runs.start("apply", account="123456789012", plan_digest=DOCUMENT["digest"])  # type: ignore[arg-type]  # a text
    journal.changes.add(run, PLANNED, ChangeStatus.PLANNED)
    journal.changes.intend(run, PLANNED, "forward", 0, STEP.call)
    journal.changes.outcome(run, PLANNED.id, "forward", 0, StepStatus.SENT, request_id="q", result={"a": 1})
    with journal.findings(run, {}) as writer:
        writer.keep_rules({"low": {"title": "t"}})
        writer.end_scope({"account": "123456789012", "region": "us-east-1"})
        writer.add(finding_to_json(_finding("low", Verdict.PASS), Scope("123456789012", "us-east-1", "aws"), None))
    return run


def _whole(journal: Journal, run: str) -> Any:
    stored = StoredRun(journal, journal.runs.get(run))
    story = journal.changes.events(run), journal.changes.steps(run, PLANNED.id), journal.changes.of(run)
    return stored.run(), list(stored.findings()), list(stored.changes()), stored.rules(), stored.scopes(), story


def test_a_run_is_the_same_in_the_other_state(journal: Journal, other: Journal, run: str) -> None:
    """Rollback, resume and reports find there what they would find here."""
    assert run == import_run(other, export_run(journal, run) + "\n")
    assert _whole(journal, run) == _whole(other, run)
    assert DOCUMENT == other.plans.get("sha256:1")
    assert export_run(journal, run) == export_run(other, run)


def test_a_run_without_a_plan(journal: Journal, other: Journal) -> None:
    """An audit has none."""
    run = journal.runs.start("audit")
    assert run == import_run(other, export_run(journal, "last"))


def test_importing_twice_changes_nothing(journal: Journal, other: Journal, run: str) -> None:
    """And brings no second story."""
    text = export_run(journal, run)
    import_run(other, text)
    before = _whole(other, run)
    assert run == import_run(other, text)
    assert before == _whole(other, run)


def test_a_run_that_went_on_since_is_not_overwritten(journal: Journal, other: Journal, run: str) -> None:
    """Which of the two is right is not for us to say."""
    text = export_run(journal, run)
    import_run(other, text)
    other.changes.mark(run, PLANNED.id, ChangeStatus.APPLIED)
    before = _whole(other, run)
    with pytest.raises(UsageError, match=f"run {run} is in this state already, with another content"):
        import_run(other, text)
    assert before == _whole(other, run)


def _sealed(document: dict[str, Any]) -> str:
    content = {name: value for name, value in document.items() if name != "digest"}
    return canonical({**content, "digest": digest(content)})


def _edited(act: Callable[[dict[str, Any]], Any]) -> Callable[[str], str]:
    def edit(text: str) -> str:
        document = json.loads(text)
        act(document)
        return _sealed(document)

    return edit


def test_findings_are_known_by_what_they_are(journal: Journal, other: Journal, run: str) -> None:
    """An older file has no fingerprints and a forged one has wrong ones; neither is believed."""

    def forge(document: dict[str, Any]) -> None:
        document["tables"]["finding"][0]["fingerprint"] = "0" * 32

    def age(document: dict[str, Any]) -> None:
        del document["tables"]["finding"][0]["fingerprint"]
        document["version"] = 1

    expected = [each["fingerprint"] for each in StoredRun(journal, journal.runs.get(run)).findings()]
    for act in (forge, age):
        import_run(other, _edited(act)(export_run(journal, run)))
        assert expected == [each["fingerprint"] for each in StoredRun(other, other.runs.get(run)).findings()]
        with other.store.write() as db:
            for table in ("run", "rule", "scope", "finding", "change", "step", "event", "plan"):
                db.execute(f"DELETE FROM {table}")  # noqa: S608 - names from above


def test_the_history_stays_as_it_is(journal: Journal, other: Journal) -> None:
    """An audit from elsewhere has its report here, which says nothing of other runs."""
    run = audit(journal, {("encrypted", "a"): "fail"})
    import_run(other, export_run(journal, run))
    assert [] == other.store.rows("SELECT * FROM history")
    assert None is StoredRun(other, other.runs.get(run)).history()["counts"]


TAMPERED: dict[str, Callable[[str], str]] = {
    "a value": lambda text: text.replace('"applied"', '"x"').replace('"sent"', '"settled"'),
    "cut off": lambda text: text[:-10],
    "no json": lambda _text: "hello",
    "a list": lambda _text: "[]",
    "no digest": lambda text: canonical({k: v for k, v in json.loads(text).items() if k != "digest"}),
    "another form": _edited(lambda document: document.update(form="trueup.run/2")),
    "another version": _edited(lambda document: document.update(version=99)),
    "another table": _edited(lambda document: document["tables"].update(sqlite_master=[])),
    "no run": _edited(lambda document: document["tables"].update(run=[])),
}


@pytest.mark.parametrize("tamper", TAMPERED.values(), ids=TAMPERED.keys())
def test_what_is_not_an_untouched_export(
    journal: Journal, other: Journal, run: str, tamper: Callable[[str], str]
) -> None:
    """Nothing of it gets in."""
    with pytest.raises(UsageError, match=r"expected a run exported by `trueup runs export` \(trueup.run/1\)"):
        import_run(other, tamper(export_run(journal, run)))
    assert [] == other.runs.listing()


def test_columns_that_the_table_does_not_have(journal: Journal, other: Journal, run: str) -> None:
    """Names are never put into a statement unseen, and what was written before them is taken back."""
    edit = _edited(lambda document: document["tables"]["event"][0].update({"at) --": 1}))
    with pytest.raises(UsageError, match="expected the columns of event"):
        import_run(other, edit(export_run(journal, run)))
    assert [] == other.runs.listing()
