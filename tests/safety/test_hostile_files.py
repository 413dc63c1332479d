"""Files that somebody else wrote: plans and exported runs whose digests were made anew after an edit."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest

from tests.core.applying.queues import ARN, fix
from trueup.canonical import canonical, digest
from trueup.errors import RefusedError, UsageError
from trueup.journal.bundle import export_run, import_run
from trueup.journal.changes import ChangeStatus
from trueup.journal.journal import Journal
from trueup.planning.plan_file import Plan, read_plan

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.core.applying.queues import Shop

Document = dict[str, Any]


def _sealed(document: Document) -> Document:
    content = {name: value for name, value in document.items() if name != "digest"}
    return {**content, "digest": digest(content)}


def _forged(plan: Plan, act: Callable[[Document], Any]) -> Document:
    """Give a plan edited by somebody who knows how digests and ids are made."""
    document = deepcopy(dict(plan.document))
    document["id"] = "p20260101-000000-abcdef"
    act(document["changes"][0])
    return _sealed(document)


def _step(change: Document) -> Document:
    step: Document = change["steps"][0]
    return step


EDITS: dict[str, Callable[[Document], Any]] = {
    "another operation": lambda change: _step(change).update(operation="DeleteQueue"),
    "another service": lambda change: _step(change).update(
        service="iam", operation="CreateAccessKey", parameters={"UserName": "root"}
    ),
    "an undo of another service": lambda change: _step(change)["undo"][0].update(
        service="iam", operation="DeleteUser", parameters={"UserName": "x"}
    ),
    "an undo of another value": lambda change: _step(change)["undo"][0]["parameters"]["Attributes"].update(
        VisibilityTimeout="1"
    ),
    "another queue's URL": lambda change: _step(change)["parameters"].update(
        QueueUrl="https://sqs.us-east-1.amazonaws.com/123456789012/b"
    ),
    "another id under the ARN": lambda change: change["resource"].update(id="b"),
    "another ARN over the id": lambda change: change["resource"].update(arn=ARN.format("b")),
    "another account": lambda change: change["resource"].update(account="999999999999"),
    "another Region": lambda change: change["resource"].update(region="eu-west-1"),
    "another rule": lambda change: change.update(rule="nobody-knows-it"),
    "another action": lambda change: change.update(action="dead-letter"),
    "an action that is none": lambda change: change.update(action="erase"),
    "no soak": lambda change: change.update(capacity=not change["capacity"]),
    "no undo": lambda change: _step(change).update(undo=[]),
    "no before-image": lambda change: change.update(before={}),
    "another before-image": lambda change: change["before"].update({"attributes.VisibilityTimeout": 1}),
    "another after-image": lambda change: change["after"].update({"attributes.VisibilityTimeout": 1}),
    "a fact that is not owned": lambda change: [
        change[image].update({"attributes.MessageRetentionPeriod": 60}) for image in ("before", "after")
    ],
    "an odd path": lambda change: change["after"].update({'attributes."': 1}),
    "an odd path to rely on": lambda change: change["relies_on"].update({"a b": "sha256:" + "0" * 64}),
    "a condition that is none": lambda change: _step(change).update(ready={"attributes.Nothing": {"const": 1}}),
    "settles in a thousand years": lambda change: change.update(settle_seconds=10**11, poll_seconds=10**11),
    "a secret of another fact": lambda change: _step(change)["parameters"]["Attributes"].update(
        VisibilityTimeout={"$fact": {"path": "tags.secret"}}
    ),
    "an undo with a secret": lambda change: _step(change)["undo"][0]["parameters"]["Attributes"].update(
        VisibilityTimeout={"$fact": {"path": "tags.secret", "sha256": digest("s")}}
    ),
    "the answer of a step that is none": lambda change: _step(change)["parameters"].update(
        QueueUrl={"$result": {"step": "9", "path": "QueueUrl"}}
    ),
    "twice the same step": lambda change: change["steps"].append(dict(_step(change), id="2")),
    "another size": lambda change: change["parameters"].update(to=[["VisibilityTimeout", 1]]),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS.keys())
def test_a_plan_that_was_edited_with_its_digest_sends_nothing(
    shop: Shop, tmp_path: Path, edit: Callable[[Document], Any]
) -> None:
    """Whatever it claims: only what the installed action gives now for that very resource is sent."""
    shop.queue("b")
    shop.queue("a", {"secret": "s"})
    shop.aws.calls.clear()
    file = tmp_path / "plan.json"
    file.write_text(canonical(_forged(shop.planned(fix(), "a"), edit)), "utf-8")
    try:
        run = shop.apply(read_plan(file))
    except (RefusedError, UsageError):
        run = None
    assert [] == shop.written()
    if run is not None:
        assert 5 == shop.exit_code(run), shop.reasons(run)


def test_the_same_change_twice_is_refused(shop: Shop) -> None:
    """A plan of two changes with one id is no plan."""
    shop.queues("a")
    plan = shop.planned(fix())
    document = deepcopy(dict(plan.document))
    document["id"] = "p20260101-000000-abcdef"
    document["changes"] *= 2
    with pytest.raises(RefusedError, match="expected each change once"):
        shop.apply(Plan(_sealed(document)))
    assert [] == shop.written()


@pytest.mark.parametrize(
    "act",
    [
        lambda text: text.replace('"settle_seconds":300', '"settle_seconds":1e999'),
        lambda text: text.replace('"expires_at":"20', '"expires_at":"2026-99-99T99:99:99Z","was":"20'),
        lambda text: text.replace('"parameters":{', '"parameters":' + '{"a":' * 900 + "1" + "}" * 900 + ',"b":{', 1),
        lambda text: text.replace('"summary":"', '"summary":"\\ud800'),
    ],
    ids=["a number without end", "no date", "deep", "half a letter"],
)
def test_a_plan_file_that_breaks_readers_is_refused_in_a_sentence(
    shop: Shop, tmp_path: Path, act: Callable[[str], str]
) -> None:
    """Never a traceback: the file is named and what was expected of it."""
    shop.queues("a")
    file = tmp_path / "plan.json"
    file.write_text(act(canonical(shop.planned(fix()).document)), "utf-8")
    with pytest.raises((UsageError, RefusedError), match="plan file"):
        read_plan(file)


@pytest.fixture
def elsewhere(shop: Shop, tmp_path: Path) -> Journal:
    """The state of another machine."""
    return Journal.open(tmp_path / "other.db", shop.clock)


def _exported(shop: Shop, *, edit: Callable[[Document], Any]) -> tuple[str, str]:
    shop.queues("a", "b")
    run = shop.apply(shop.planned(fix(), "a"))
    document = json.loads(export_run(shop.journal, run))
    edit(document["tables"])
    return run, canonical(_sealed(document))


def _documents(tables: Document, act: Callable[[Document], Any]) -> None:
    for row in tables["change"]:
        document = json.loads(row["document"])
        act(document)
        row["document"] = json.dumps(document)


ROWS: dict[str, Callable[[Document], Any]] = {
    "a step of another run": lambda tables: tables["step"][0].update(run="20260101-000000-aaaaaa"),
    "an event of another run": lambda tables: tables["event"][0].update(run="20260101-000000-aaaaaa"),
    "no account": lambda tables: tables["run"][0].update(account=None),
    "a kind that is none": lambda tables: tables["run"][0].update(kind="delete"),
    "a status that is none": lambda tables: tables["change"][0].update(status="great"),
    "a step status that is none": lambda tables: tables["step"][0].update(status="great"),
    "a step of no change": lambda tables: tables["step"][0].update(change="c0"),
    "a change that is none": lambda tables: tables["change"][0].update(document="[]"),
    "a change under another ARN": lambda tables: tables["change"][0].update(arn=ARN.format("b")),
    "a resource of another account": lambda tables: _documents(
        tables, lambda change: change["resource"].update(account="999999999999")
    ),
    "options that are none": lambda tables: tables["run"][0].update(options="[]"),
    "a value of another kind": lambda tables: tables["step"][0].update(status=["sent"]),
    "another plan": lambda tables: tables["plan"][0].update(digest="sha256:" + "0" * 64),
}


@pytest.mark.parametrize("edit", ROWS.values(), ids=ROWS.keys())
def test_rows_that_no_journal_wrote_are_not_brought_in(
    shop: Shop, elsewhere: Journal, edit: Callable[[Document], Any]
) -> None:
    """Nothing of the file is kept, and the state stays as it was."""
    _, text = _exported(shop, edit=edit)
    with pytest.raises(UsageError, match="exported run"):
        import_run(elsewhere, text)
    assert [] == elsewhere.runs.listing()


UNDOS: dict[str, Callable[[Document], Any]] = {
    "another operation": lambda change: _step(change)["undo"][0].update(operation="PurgeQueue"),
    "another service": lambda change: _step(change)["undo"][0].update(
        service="iam", operation="DeleteUser", parameters={"UserName": "x"}
    ),
    "another id": lambda change: change["resource"].update(id="b"),
    "a fact that is not owned": lambda change: [
        change[image].update({"attributes.MessageRetentionPeriod": 60}) for image in ("before", "after")
    ],
    "a secret": lambda change: _step(change)["undo"][0]["parameters"]["Attributes"].update(
        VisibilityTimeout={"$fact": {"path": "tags.secret", "sha256": digest("s")}}
    ),
}


@pytest.mark.parametrize("edit", UNDOS.values(), ids=UNDOS.keys())
def test_an_imported_undo_is_held_against_what_the_action_declares(
    shop: Shop, elsewhere: Journal, edit: Callable[[Document], Any]
) -> None:
    """Neither a rollback nor a resume of an edited run sends anything."""
    run, text = _exported(shop, edit=lambda tables: _documents(tables, edit))
    import_run(elsewhere, text)
    shop.journal = elsewhere
    shop.aws.calls.clear()
    with pytest.raises(RefusedError, match="is not used"):
        shop.rollback(run)
    with pytest.raises(RefusedError, match="is not used"):
        shop.resume(run)
    assert [] == shop.written()


def test_an_imported_run_is_rolled_back(shop: Shop, elsewhere: Journal) -> None:
    """What was carried here untouched is undone as it would be there."""
    run, text = _exported(shop, edit=lambda tables: tables)
    import_run(elsewhere, text)
    shop.journal = elsewhere
    back = shop.rollback(run)
    assert ({"a": "rolled_back"}, [30], 0) == (shop.statuses(run), shop.timeouts("a"), shop.exit_code(back))


def test_what_an_imported_run_did_not_begin_is_not_begun_by_it(shop: Shop, elsewhere: Journal) -> None:
    """An approval that came in a file is none: the rest is planned anew."""

    def pending(tables: Document) -> None:
        tables["run"][0].update(status="interrupted", options=json.dumps({"allow": ["destructive"]}))
        tables["change"][0].update(status="planned")
        tables["step"].clear()

    run, text = _exported(shop, edit=pending)
    shop.change_by_hand("a", VisibilityTimeout=30)
    import_run(elsewhere, text)
    shop.journal = elsewhere
    shop.aws.calls.clear()
    shop.resume(run)
    assert ({"a": "skipped"}, [], 5) == (shop.statuses(run), shop.written(), shop.exit_code(run))


def test_half_a_letter_in_a_reason_is_kept_readable(shop: Shop) -> None:
    """SQLite cannot keep half a surrogate pair; a hostile name must not break the journal off."""
    shop.queues("a")
    plan = shop.planned(fix())
    run = shop.journal.runs.start("apply", account=plan.account, plan_digest=plan.digest)
    (change,) = plan.changes()
    shop.journal.changes.add(run, change, ChangeStatus.PLANNED)
    shop.journal.changes.mark(run, change.id, ChangeStatus.SKIPPED, "managed by \ud800")
    assert "managed by \\ud800" == shop.reasons(run)
