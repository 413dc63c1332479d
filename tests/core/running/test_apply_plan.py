"""Apply and resume from start to finish: everything is refused before the first call, or done and written down."""

from __future__ import annotations

import os
import signal
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.core.applying.queues import Hearing, fix
from trueup.applying.options import ApplyOptions
from trueup.applying.windows import Window
from trueup.errors import RefusedError, StateError, UsageError
from trueup.journal.changes import ChangeStatus
from trueup.journal.lock import account_lock
from trueup.journal.stored_run import StoredRun
from trueup.planning.plan_file import Plan, read_plan, write_private
from trueup.running.apply_plan import PlanApplier
from trueup.settings import ApplySettings, PlanSettings, Settings

if TYPE_CHECKING:
    from pathlib import Path

    from tests.core.applying.queues import Shop

NAMES = ("a", "b", "c")


def _refused(shop: Shop, plan: Plan) -> str:
    """Give why a plan is refused, after a look that nothing was sent and no run begun."""
    runs = len(shop.journal.runs.listing())
    shop.aws.calls.clear()
    with pytest.raises(RefusedError) as raised:
        shop.apply(plan)
    assert ([], runs) == (shop.written(), len(shop.journal.runs.listing()))
    return str(raised.value)


@pytest.fixture
def plan(shop: Shop) -> Plan:
    """A plan of three changes."""
    shop.queues(*NAMES)
    return shop.planned(fix())


def test_a_plan_is_applied(shop: Shop, plan: Plan) -> None:
    """All changes are applied and verified, the run is finished, and its report has the audit afterwards."""
    run = shop.apply(plan)
    assert ({"a": "applied", "b": "applied", "c": "applied"}, 0) == (shop.statuses(run), shop.exit_code(run))
    assert [10, 10, 10] == shop.timeouts(*NAMES)
    record = shop.journal.runs.get(run)
    assert ("apply", "finished", plan.digest) == (record.kind, record.status, record.plan_digest)
    assert {"a": "pass", "b": "pass", "c": "pass"} == {
        each["resource"]["id"]: each["verdict"] for each in shop.findings(run)
    }
    report = list(StoredRun(shop.journal, record).changes())
    assert [["settled"]] * 3 == [[step["status"] for step in change["steps"]] for change in report]
    assert all(step["request_id"] for change in report for step in change["steps"])


def test_a_plan_from_its_file_is_applied(shop: Shop, plan: Plan, tmp_path: Path) -> None:
    """Written, read, and applied in another state, as a CI machine does."""
    import json

    from trueup.journal.journal import Journal

    file = tmp_path / "plan.json"
    write_private(file, json.dumps(plan.document))
    other = Journal.open(tmp_path / "other.db", shop.clock)
    before, shop.journal = shop.journal, other
    run = shop.apply(read_plan(file))
    assert {"a": "applied", "b": "applied", "c": "applied"} == shop.statuses(run)
    other.store.close()
    shop.journal = before


def test_a_digest_pins_the_plan(shop: Shop, plan: Plan) -> None:
    """With or without the algorithm's name; another one is refused and both are shown."""
    applier = PlanApplier(shop.account(), plan, shop.options)
    assert applier.check(plan.digest)
    assert applier.check(plan.digest.removeprefix("sha256:"))
    with pytest.raises(RefusedError) as raised:
        applier.check("sha256:0")
    assert f"plan {plan.id}: expected the digest sha256:0, found {plan.digest}; review it again" == str(raised.value)


def test_a_plan_is_used_once(shop: Shop, plan: Plan) -> None:
    """The state knows which run applied it."""
    run = shop.apply(plan)
    assert f"plan {plan.id} was applied already by run {run}; make a new plan" == _refused(shop, plan)


def test_a_plan_of_this_state_that_was_edited_with_its_digest(shop: Shop, plan: Plan) -> None:
    """Whoever recomputes the digest is found out where the plan was made."""
    from trueup.canonical import digest

    document = {**plan.document, "tool_version": "9"}
    document.pop("digest")
    forged = Plan({**document, "digest": digest(document)})
    assert f"plan {plan.id} was edited: expected {plan.digest}, as it was made" in _refused(shop, forged)


def test_an_expired_plan(shop: Shop, plan: Plan) -> None:
    """After 24 hours what was reviewed is too old."""
    shop.aws.clock.advance(timedelta(hours=24).total_seconds())
    assert f"plan {plan.id} has expired" in _refused(shop, plan)


def test_a_plan_for_another_account(shop: Shop, plan: Plan) -> None:
    """The credentials decide, and both accounts are named."""
    document = {**plan.document, "account": "999999999999", "id": "p20260101-000000-abcdef"}
    reason = _refused(shop, Plan(document))
    assert "is for account 999999999999, expected credentials for it, found arn:aws:" in reason


@pytest.mark.parametrize("how", ["environment", "setting", "window"])
def test_a_freeze(shop: Shop, plan: Plan, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """Nothing is begun while writing is not allowed."""
    if how == "environment":
        monkeypatch.setenv("TRUEUP_FREEZE", "1")
    closed = shop.clock.now() + timedelta(hours=5)
    window = Window.parse(f"{closed:%H}:00-{closed:%H}:01")
    shop.settings = Settings(apply=ApplySettings(freeze=how == "setting", windows=(window,) if how == "window" else ()))
    expected = {
        "environment": "frozen by TRUEUP_FREEZE",
        "setting": "frozen by apply.freeze in trueup.toml",
        "window": "outside the windows of apply.windows in trueup.toml",
    }
    assert f"plan {plan.id} is not applied: {expected[how]}" == _refused(shop, plan)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        (PlanSettings(max_changes=2), "expected at most 2 changes (plan.max_changes), found 3"),
        (PlanSettings(max_share=0.3, share_floor=1), "expected at most 1 of its 3 resources changed at once"),
    ],
)
def test_limits(shop: Shop, plan: Plan, settings: PlanSettings, reason: str) -> None:
    """More than that is refused as a whole, nothing is cut off silently."""
    shop.settings = Settings(plan=settings)
    assert reason in _refused(shop, plan)


def test_limits_count_what_would_be_applied(shop: Shop) -> None:
    """What is skipped for want of an option does not use them up."""
    shop.queues("a", "b")
    plan = shop.planned(fix(risk="disruptive"))
    shop.settings = Settings(plan=PlanSettings(max_changes=1))
    assert {"a": "skipped", "b": "skipped"} == shop.statuses(shop.apply(plan))


def _simulated(shop: Shop, decisions: dict[str, str]) -> Any:
    asked: list[tuple[str, ...]] = []

    def handler(request: Any, _proceed: Any) -> Any:
        names = request.parameters["ActionNames"]
        asked.append(tuple(names))
        found = [{"EvalActionName": name, "EvalDecision": decisions.get(name, "allowed")} for name in names]
        return request.answer({"EvaluationResults": found, "IsTruncated": False})

    return shop.aws.answer("iam:SimulatePrincipalPolicy", handler), asked


@pytest.mark.parametrize("decision", ["implicitDeny", "explicitDeny"])
def test_a_denied_call_is_known_before_the_first(shop: Shop, plan: Plan, decision: str) -> None:
    """Where IAM may be asked, what it denies refuses the plan by name."""
    undo, _ = _simulated(shop, {"sqs:SetQueueAttributes": decision})
    reason = _refused(shop, plan)
    undo()
    assert "needs sqs:SetQueueAttributes, which IAM denies; allow it, or leave the change out" in reason


def test_a_denied_undo_refuses_the_change(shop: Shop) -> None:
    """Undo and dependent permissions are asked for, too, each on what it acts on."""
    shop.queues("a")
    plan = shop.planned(fix(action="dead-letter", expect={"tags.dead": {"minLength": 1}}))
    undo, asked = _simulated(shop, {"sqs:DeleteQueue": "implicitDeny"})
    reason = _refused(shop, plan)
    undo()
    assert "needs sqs:DeleteQueue on arn:aws:sqs:us-east-1:123456789012:a-dead, which IAM denies" in reason
    assert [("kms:Decrypt",), ("sqs:CreateQueue", "sqs:DeleteQueue")] == asked


def test_allowed_calls_are_sent(shop: Shop, plan: Plan) -> None:
    """IAM allows, so it goes on; each change is asked for by its own resource."""
    undo, asked = _simulated(shop, {})
    run = shop.apply(plan)
    undo()
    assert ({"a": "applied", "b": "applied", "c": "applied"}, 3) == (shop.statuses(run), len(asked))


def test_not_being_allowed_to_ask_is_said_and_no_error(shop: Shop, plan: Plan) -> None:
    """Most roles may not simulate policies."""
    shop.aws.faults.inject("iam:SimulatePrincipalPolicy", "denied")
    assert 0 == shop.exit_code(shop.apply(plan))
    assert 1 == len(
        [line for line in shop.said if line.startswith("whether all calls are permitted could not be asked")]
    )


def test_one_writer_per_account(shop: Shop, plan: Plan) -> None:
    """Who comes second is refused with the process id of the first, and the plan is not used up."""
    applier = PlanApplier(shop.account(), plan, shop.options)
    rules = applier.check()
    with account_lock(shop.state, plan.account), pytest.raises(StateError) as raised:
        applier.go(rules)
    assert f"account {plan.account} is being written by another trueup (process {os.getpid()})" in str(raised.value)
    assert 0 == shop.exit_code(shop.apply(plan))


def test_of_two_that_checked_one_applies(shop: Shop, plan: Plan) -> None:
    """Both found the plan unused; the second to claim it is refused, and sends nothing."""
    first, second = (PlanApplier(shop.account(), plan, shop.options) for _ in range(2))
    rules = first.check(), second.check()
    first.go(rules[0])
    shop.aws.calls.clear()
    with pytest.raises(RefusedError, match="was applied already by another run"):
        second.go(rules[1])
    assert [] == shop.written()


def test_options_are_kept_for_a_resume(shop: Shop) -> None:
    """A resume allows what was approved, no more and no less."""
    shop.queues(*NAMES)
    plan = shop.planned(fix(risk="disruptive"))
    shop.options = ApplyOptions(allow=("disruptive",))
    shop.said = Hearing(lambda line: shop.journal.runs.request_stop() if line == "a: applied" else None)
    run = shop.apply(plan)
    assert ({"a": "applied", "b": "planned", "c": "planned"}, 6) == (shop.statuses(run), shop.exit_code(run))
    shop.options = ApplyOptions()
    shop.resume(run)
    assert ({"a": "applied", "b": "applied", "c": "applied"}, 0) == (shop.statuses(run), shop.exit_code(run))


def test_a_signal_finishes_the_change_in_hand_and_sends_no_more(shop: Shop, plan: Plan) -> None:
    """Ctrl-C: the run is interrupted, exit 130, and a resume does the rest."""
    before = signal.getsignal(signal.SIGINT)
    shop.said = Hearing(lambda line: os.kill(os.getpid(), signal.SIGINT) if line == "a: applied" else None)
    run = shop.apply(plan)
    assert ({"a": "applied", "b": "planned", "c": "planned"}, 130) == (shop.statuses(run), shop.exit_code(run))
    assert ("interrupted", before) == (shop.journal.runs.get(run).status, signal.getsignal(signal.SIGINT))
    shop.said = []
    shop.resume(run)
    assert ([10, 10, 10], 3) == (shop.timeouts(*NAMES), len(shop.written()))


def test_a_freeze_that_begins_meanwhile(shop: Shop, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked before each call, not only at the start."""
    shop.said = Hearing(lambda line: monkeypatch.setenv("TRUEUP_FREEZE", "1") if line == "a: applied" else None)
    run = shop.apply(plan)
    assert {"a": "applied", "b": "planned", "c": "planned"} == shop.statuses(run)
    assert f"frozen by TRUEUP_FREEZE; what is left goes on with `trueup resume {run}`" in shop.said


def test_a_resume_of_a_finished_run_does_nothing(shop: Shop, plan: Plan) -> None:
    """Asked twice, done once."""
    run = shop.apply(plan)
    shop.aws.calls.clear()
    shop.resume(run)
    assert ([], 0) == (shop.written(), shop.exit_code(run))


def test_a_resume_finishes_what_was_begun_and_skips_the_rest_of_an_expired_plan(shop: Shop) -> None:
    """What was sent is brought to its end; what was not is too old."""
    shop.queues("a", "b")
    plan = shop.planned(fix(settled={"tags.done": {"const": "yes"}}))
    run = shop.apply(plan)
    assert {"a": "settling", "b": "planned"} == shop.statuses(run)
    shop.tag_by_hand("a", done="yes")
    shop.aws.clock.advance(timedelta(days=2).total_seconds())
    shop.resume(run)
    assert ({"a": "applied", "b": "skipped"}, [10, 30]) == (shop.statuses(run), shop.timeouts("a", "b"))
    assert "has expired" in shop.reasons(run)


def test_a_resume_of_a_run_killed_before_its_changes_were_noted(shop: Shop, plan: Plan) -> None:
    """The plan in the journal has them."""
    run = shop.journal.runs.start("apply", account=plan.account, plan_digest=plan.digest, options={"allow": []})
    shop.journal.changes.add(run, plan.changes()[0], ChangeStatus.PLANNED)
    shop.resume(run)
    assert ({"a": "applied", "b": "applied", "c": "applied"}, 0) == (shop.statuses(run), shop.exit_code(run))


@pytest.mark.parametrize("taken", [True, False])
def test_a_resume_after_a_kill_at_the_call(shop: Shop, plan: Plan, taken: bool) -> None:
    """Intent on disk and no outcome: what became of the call is read, then it is sent or not."""
    run = shop.journal.runs.start("apply", account=plan.account, plan_digest=plan.digest, options={})
    (change, *_) = plan.changes()
    shop.journal.changes.add(run, change, ChangeStatus.PLANNED)
    shop.journal.changes.keep_judged(run, change.id, {})
    shop.journal.changes.intend(run, change, "forward", 0, change.steps[0].call)
    assert {"a": "indeterminate"} == shop.statuses(run)
    if taken:
        shop.change_by_hand("a", VisibilityTimeout=10)
    shop.aws.calls.clear()
    shop.resume(run)
    assert {"a": "applied", "b": "applied", "c": "applied"} == shop.statuses(run)
    assert ([] if taken else ["a"]) + ["b", "c"] == [queue for _, queue in shop.written()]


def test_a_resume_in_the_midst_of_an_undo(shop: Shop) -> None:
    """A change that was being undone goes on being undone."""
    shop.queues("a")
    plan = shop.planned(fix(to={"VisibilityTimeout": 10, "DelaySeconds": 5}))
    shop.aws.faults.inject("sqs:SetQueueAttributes", "denied", resource="DelaySeconds")
    run = shop.journal.runs.start("apply", account=plan.account, plan_digest=plan.digest, options={})
    (change,) = plan.changes()
    shop.journal.changes.add(run, change, ChangeStatus.PLANNED)
    from trueup.journal.changes import StepStatus

    shop.change_by_hand("a", VisibilityTimeout=10)
    shop.journal.changes.outcome(run, change.id, "forward", 0, StepStatus.SETTLED)
    shop.journal.changes.outcome(run, change.id, "forward", 1, StepStatus.REFUSED)
    shop.journal.changes.intend(run, change.inverse(1), "undo", 0, change.inverse(1).steps[0].call)
    shop.resume(run)
    assert ({"a": "rolled_back"}, [30], 7) == (shop.statuses(run), shop.timeouts("a"), shop.exit_code(run))


@pytest.mark.parametrize("kind", ["audit", "plan"])
def test_only_applies_and_rollbacks_are_resumed(shop: Shop, kind: str) -> None:
    """An audit is simply done again."""
    run = shop.journal.runs.start(kind)
    with pytest.raises(UsageError, match=f"run {run}: expected an apply or a rollback to resume, found {kind}"):
        shop.resume(run)


def test_a_resume_with_credentials_for_another_account(shop: Shop) -> None:
    """Nothing is read or sent there."""
    run = shop.journal.runs.start("apply", account="999999999999")
    with pytest.raises(RefusedError, match=f"run {run} is for account 999999999999"):
        shop.resume(run)


def test_the_closing_audit_that_cannot_be_done_is_said(shop: Shop, plan: Plan) -> None:
    """The changes stand as they are; only the report lacks the audit."""
    shop.said = Hearing(lambda line: _expire(shop) if line == "c: applied" else None)
    run = shop.apply(plan)
    assert {"a": "applied", "b": "applied", "c": "applied"} == shop.statuses(run)
    verdicts = {each["verdict"] for each in shop.findings(run)}
    assert verdicts == {"unknown"} or any("the closing audit could not be done" in line for line in shop.said)


def _expire(shop: Shop) -> None:
    shop.aws.faults.inject("sqs:GetQueueAttributes", "denied")


def test_a_resource_that_something_else_deleted_since(shop: Shop, plan: Plan) -> None:
    """One change less, the others are applied."""
    client = shop.aws.client("sqs")
    client.delete_queue(QueueUrl=client.get_queue_url(QueueName="b")["QueueUrl"])
    run = shop.apply(plan)
    assert ({"a": "applied", "b": "skipped", "c": "applied"}, 5) == (shop.statuses(run), shop.exit_code(run))
