"""Runs, plans and changes as the journal keeps them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.applying.test_references import change
from trueup import __version__
from trueup.change import Call, Step
from trueup.errors import RefusedError, UsageError
from trueup.facts.unknown import Reason, Unknown
from trueup.finding import Evidence, Finding, Judgement, Severity, Verdict
from trueup.journal.changes import ChangeStatus, StepStatus
from trueup.journal.findings import BATCH, finding_to_json
from trueup.journal.runs import moment, stamp
from trueup.journal.stored_run import StoredRun
from trueup.resource import Scope

if TYPE_CHECKING:
    from trueup.journal.journal import Journal

SCOPE = Scope("123456789012", "us-east-1", "aws")
STEP = Step(Call("sqs", "TagQueue", {"a": [1]}), (Call("sqs", "UntagQueue", {}),), {"tags.a": "b"})
PLANNED = replace(change(STEP), before={"tags.a": None}, after={"tags.a": "b"})
DOCUMENT = {"digest": "sha256:1", "id": "p1", "x": [1]}


@given(st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)))  # noqa: DTZ001 - the zone is added below
def test_a_stamp_is_read_back(at: datetime) -> None:
    """To the second, in UTC."""
    at = at.replace(tzinfo=UTC, microsecond=0, year=max(at.year, 1000))
    assert at == moment(stamp(at))


def test_a_run_is_kept_with_all_that_it_was_started_with(journal: Journal) -> None:
    """And with how it ended."""
    run = journal.runs.start(
        "apply", account="1", principal="arn:x", selection={"rules": ["a"]}, plan_digest="sha256:1", of_run="r",
        options={"allow": ["x"]},
    )  # fmt: skip
    record = journal.runs.get(run)
    assert ("apply", "running", "1", "arn:x", __version__) == (
        record.kind, record.status, record.account, record.principal, record.tool_version,
    )  # fmt: skip
    assert ({"rules": ["a"]}, {"allow": ["x"]}, "r") == (record.selection, record.options, record.of_run)
    assert ("2026-11-23T10:00:00Z", None) == (record.started_at, record.finished_at)
    journal.clock.sleep(60)
    journal.runs.finish(run, "finished")
    journal.runs.made_plan(run, "sha256:2")
    record = journal.runs.get(run)
    assert ("finished", "2026-11-23T10:01:00Z", "sha256:2") == (record.status, record.finished_at, record.plan_digest)


def test_runs_are_found_by_a_beginning_of_their_id(journal: Journal) -> None:
    """``last`` is the newest; what fits several or none is an error that says what to do."""
    for run in ("20260101-a", "20260101-b"):
        journal.runs.start("audit", run=run)
    assert ("20260101-b", "20260101-a") == (journal.runs.get("last").id, journal.runs.get("20260101-a").id)
    with pytest.raises(UsageError, match="found several; give more of it"):
        journal.runs.get("20260101")
    with pytest.raises(UsageError, match=r"is not in the state .*state.db; see `trueup runs list`"):
        journal.runs.get("%")
    assert journal.runs.new_id() != journal.runs.new_id()


def test_the_last_run_may_be_the_last_of_some_kinds(journal: Journal) -> None:
    """An audit after an apply does not hide the apply from who wants it undone; none is an error that says of what."""
    journal.runs.start("audit", run="20260101-a")
    with pytest.raises(UsageError, match=r"run 'last' of apply or watch is not in the state"):
        journal.runs.get("last", "apply", "watch")
    journal.runs.start("apply", run="20260101-b")
    journal.runs.start("audit", run="20260101-c")
    assert ("20260101-b", "20260101-c") == (journal.runs.get("last", "apply").id, journal.runs.get("last").id)


def test_runs_are_listed_newest_first(journal: Journal) -> None:
    """All, those since a moment, those that touched a resource."""
    began = journal.clock.now()
    old = journal.runs.start("apply")
    journal.clock.sleep(3600)
    new = journal.runs.start("audit")
    journal.changes.add(old, PLANNED, ChangeStatus.PLANNED)
    assert [new, old] == [each.id for each in journal.runs.listing()]
    assert [new] == [each.id for each in journal.runs.listing(since=began + timedelta(minutes=1))]
    assert [old] == [each.id for each in journal.runs.listing(arn=PLANNED.resource.arn)]
    assert [] == journal.runs.listing(arn="arn:x")


def test_a_plan_is_kept_checked_and_claimed_once(journal: Journal) -> None:
    """By its id and by its digest."""
    journal.plans.check("p1", "sha256:1")
    journal.plans.keep(DOCUMENT, "r")
    journal.plans.keep(DOCUMENT, None)
    assert DOCUMENT == journal.plans.get("sha256:1")
    journal.plans.check("p1", "sha256:1")
    with pytest.raises(RefusedError, match="plan p1 was edited: expected sha256:1, as it was made, found sha256:2"):
        journal.plans.check("p1", "sha256:2")
    journal.plans.claim("sha256:1", "r1")
    with pytest.raises(RefusedError, match="plan p1 was applied already by run r1"):
        journal.plans.check("p1", "sha256:1")
    with pytest.raises(RefusedError, match="was applied already by another run"):
        journal.plans.claim("sha256:1", "r2")


@pytest.mark.parametrize("status", ["interrupted", "stopped"])
def test_a_plan_of_a_run_that_has_not_finished_says_how_to_go_on(journal: Journal, status: str) -> None:
    """A new plan would come on top of half of the old one."""
    run = journal.runs.start("apply")
    journal.plans.keep(DOCUMENT, None)
    journal.plans.claim("sha256:1", run)
    with pytest.raises(RefusedError, match=f"that run is running: `trueup resume {run}` goes on"):
        journal.plans.check("p1", "sha256:1")
    journal.runs.finish(run, status)
    with pytest.raises(RefusedError, match=f"that run is {status}: .*, `trueup rollback {run}` undoes it"):
        journal.plans.check("p1", "sha256:1")
    journal.runs.finish(run, "finished")
    with pytest.raises(RefusedError, match=f"was applied already by run {run}; make a new plan"):
        journal.plans.check("p1", "sha256:1")


def test_a_change_that_was_begun_reads_indeterminate(journal: Journal) -> None:
    """Until its outcome is known: a crash leaves nothing untrue."""
    run = journal.runs.start("apply")
    journal.changes.add(run, PLANNED, ChangeStatus.PLANNED)
    journal.changes.intend(run, PLANNED, "forward", 0, STEP.call)
    (record,) = journal.changes.of(run)
    assert (ChangeStatus.INDETERMINATE, PLANNED) == (record.status, record.change)
    assert f"interrupted at sqs:TagQueue; what became of it is found out by `trueup resume {run}`" == record.reason
    (step,) = journal.changes.steps(run, PLANNED.id)
    assert ("forward", 0, StepStatus.INTENDED, None) == (step.direction, step.position, step.status, step.request_id)


def test_an_outcome_keeps_what_was_known_before(journal: Journal) -> None:
    """Settled later, the request's id and answer stay; undo rows are their own."""
    run = journal.runs.start("apply")
    journal.changes.add(run, PLANNED, ChangeStatus.PLANNED)
    journal.changes.outcome(run, PLANNED.id, "forward", 0, StepStatus.SENT, request_id="q", result={"Url": "u"})
    journal.changes.outcome(run, PLANNED.id, "forward", 0, StepStatus.SETTLED)
    journal.changes.outcome(run, PLANNED.id, "undo", 0, StepStatus.REFUSED, detail="d")
    forward, undo = journal.changes.steps(run, PLANNED.id)
    assert (StepStatus.SETTLED, "q", {"Url": "u"}) == (forward.status, forward.request_id, forward.result)
    assert ("undo", StepStatus.REFUSED, None) == (undo.direction, undo.status, undo.result)
    journal.changes.note(run, "hello", a=1)
    story = [(each["what"], each["step"]) for each in journal.changes.events(run)]
    assert [("sent", "forward-1"), ("settled", "forward-1"), ("refused", "undo-1"), ("hello", None)] == story


def test_what_was_judged_comes_back_with_its_unknowns(journal: Journal) -> None:
    """A resume verifies by the same facts."""
    run = journal.runs.start("apply")
    journal.changes.add(run, PLANNED, ChangeStatus.PLANNED, "why")
    assert (None, "why") == (journal.changes.of(run)[0].judged, journal.changes.of(run)[0].reason)
    judged = {"metrics": {"depth": Unknown(Reason.NO_DATA, "d")}, "account": Unknown(Reason.TIMEOUT)}
    journal.changes.keep_judged(run, PLANNED.id, judged)
    assert judged == journal.changes.of(run)[0].judged


def test_what_touched_a_resource_newest_first(journal: Journal) -> None:
    """Of applies only: a plan touches nothing, and a rollback speaks of its apply."""
    runs = []
    for kind in ("apply", "plan", "rollback", "apply"):
        runs.append(journal.runs.start(kind))
        journal.changes.add(runs[-1], PLANNED, ChangeStatus.APPLIED)
        journal.clock.sleep(60)
    arn = PLANNED.resource.arn
    assert [runs[3], runs[0]] == [each.run for each in journal.changes.touching(arn)]
    assert [runs[3]] == [
        each.run for each in journal.changes.touching(arn, journal.clock.now() - timedelta(seconds=90))
    ]
    assert [] == journal.changes.touching("arn:x")


def _finding(rule: str, verdict: Verdict, actual: Any = 1, **more: Any) -> Finding:
    evidence = (Evidence("tags.a", actual, {"const": 2}, holds=None if isinstance(actual, Unknown) else False),)
    unknown = actual if isinstance(actual, Unknown) else None
    return Finding(rule, "sqs.queue", PLANNED.resource, Judgement(verdict, evidence, unknown), **more)


def test_findings_are_stored_in_the_order_of_the_report(journal: Journal) -> None:
    """Worst first; unknown ones with reason, operation and missing action."""
    run = journal.runs.start("audit")
    denied = Unknown(Reason.ACCESS_DENIED, "", "sqs:ListQueueTags", "sqs:ListQueueTags")
    fix = {"action": "set"}
    with journal.findings(run, {"low": Severity.LOW, "high": Severity.HIGH}) as writer:
        writer.keep_rules({"low": {"title": "t"}})
        writer.end_scope({"account": "1", "region": "r"})
        writer.add(finding_to_json(_finding("low", Verdict.UNKNOWN, denied), SCOPE, fix))
        writer.add(finding_to_json(_finding("high", Verdict.FAIL), SCOPE, fix))
        writer.add(finding_to_json(_finding("low", Verdict.PASS), SCOPE, fix))
    stored = StoredRun(journal, journal.runs.get(run))
    found = list(stored.findings())
    assert [("high", "fail", fix), ("low", "unknown", None), ("low", "pass", None)] == [
        (each["rule"], each["verdict"], each["fix"]) for each in found
    ]
    assert ("sqs:ListQueueTags",) * 2 == (found[1]["missing_action"], found[1]["operation"])
    assert (None, denied.sentence()) == (found[1]["evidence"][0]["actual"], found[1]["evidence"][0]["unknown"])
    assert {"low": {"title": "t"}} == stored.rules()
    assert [{"account": "1", "region": "r"}] == stored.scopes()
    assert (1, 1, 1, 0) == tuple(stored.summary()[name] for name in ("pass", "fail", "unknown", "exempt"))
    journal.forget_findings(run)
    assert ([], {}, []) == (list(stored.findings()), stored.rules(), stored.scopes())


def test_findings_go_to_disk_by_the_batch(journal: Journal) -> None:
    """So that memory does not grow; the rest comes with the end."""
    run = journal.runs.start("audit")
    document = finding_to_json(_finding("low", Verdict.PASS), SCOPE, None)
    with journal.findings(run, {}) as writer:
        for _ in range(BATCH + 1):
            writer.add(document)
        assert BATCH == journal.store.rows("SELECT count(*) AS n FROM finding")[0]["n"]
    assert BATCH + 1 == journal.store.rows("SELECT count(*) AS n FROM finding")[0]["n"]


def test_a_stored_run_has_what_became_of_each_step(journal: Journal) -> None:
    """And a run's own line for the report."""
    run = journal.runs.start("apply", account="1")
    journal.changes.add(run, PLANNED, ChangeStatus.PLANNED)
    stored = StoredRun(journal, journal.runs.get(run))
    assert [("planned", None)] == [(s["status"], s["request_id"]) for each in stored.changes() for s in each["steps"]]
    journal.changes.outcome(run, PLANNED.id, "forward", 0, StepStatus.SENT, request_id="q")
    assert [("sent", "q")] == [(s["status"], s["request_id"]) for each in stored.changes() for s in each["steps"]]
    assert (run, "apply", "1") == tuple(stored.run()[name] for name in ("id", "kind", "account"))
