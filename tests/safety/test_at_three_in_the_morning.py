"""What an operator does under pressure while other things go on: nothing untrue, nothing lost, nothing twice."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.core.applying.queues import Hearing, fix
from trueup.applying.options import ApplyOptions
from trueup.clock import RemoteClock
from trueup.errors import RefusedError
from trueup.journal.changes import ChangeStatus, StepStatus
from trueup.running.account import Account, Target
from trueup.running.apply_plan import PlanApplier
from trueup.running.undo_run import UndoRun
from trueup.settings import Settings
from trueup.testing import Constant

if TYPE_CHECKING:
    from tests.core.applying.queues import Shop
    from trueup.planning.plan_file import Plan

SHALLOW = {"metrics.depth": {"maximum": 5}}
TWO = {"VisibilityTimeout": 10, "DelaySeconds": 5}


def _begun(shop: Shop, plan: Plan) -> str:
    """Give an apply that was killed before its first change."""
    run = shop.journal.runs.start(
        "apply", account=plan.account, plan_digest=plan.digest, options=ApplyOptions().to_json()
    )
    for change in plan.changes():
        shop.journal.changes.add(run, change, ChangeStatus.PLANNED)
    return run


def test_a_plan_that_expires_while_a_person_is_asked(shop: Shop) -> None:
    """The answer came a day late: the checks before the question do not count any more."""
    shop.queues("a")
    applier = PlanApplier(shop.account(), shop.planned(fix()), shop.options)
    rules = applier.check()
    shop.aws.clock.advance(timedelta(hours=25).total_seconds())
    with pytest.raises(RefusedError, match="has expired"):
        applier.go(rules)
    assert [] == shop.written()


def test_a_freeze_while_a_person_is_asked(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody froze everything meanwhile."""
    shop.queues("a")
    applier = PlanApplier(shop.account(), shop.planned(fix()), shop.options)
    rules = applier.check()
    monkeypatch.setenv("TRUEUP_FREEZE", "1")
    with pytest.raises(RefusedError, match="frozen by TRUEUP_FREEZE"):
        applier.go(rules)
    assert [] == shop.written()


def test_what_changed_between_a_shown_rollback_and_its_yes(shop: Shop) -> None:
    """Somebody repaired the queue while the operator read: it is left as it is and said."""
    shop.queues("a")
    run = shop.apply(shop.planned(fix()))
    undo = UndoRun(shop.account(), shop.journal.runs.get(run))
    undos = undo.plan()
    shop.change_by_hand("a", VisibilityTimeout=77)
    shop.aws.calls.clear()
    back = undo.go(undos)
    assert ({"a": "skipped"}, [77], 5) == (shop.statuses(back), shop.timeouts("a"), shop.exit_code(back))
    assert ({"a": "applied"}, []) == (shop.statuses(run), shop.written())


def test_two_operators_roll_back_at_once(shop: Shop) -> None:
    """Both were shown the same undo; the second sends nothing again."""
    shop.queues("a")
    run = shop.apply(shop.planned(fix()))
    first, second = (UndoRun(shop.account(), shop.journal.runs.get(run)) for _ in range(2))
    undos = first.plan(), second.plan()
    first.go(undos[0])
    shop.aws.calls.clear()
    back = second.go(undos[1])
    assert ({"a": "rolled_back"}, {"a": "skipped"}, []) == (shop.statuses(run), shop.statuses(back), shop.written())


def test_a_deleted_resource_is_not_waited_for(shop: Shop) -> None:
    """The queue is gone: the operator hears it in a minute, and not at the settle limit; nothing overrides it."""
    shop.queues("a")
    run = shop.apply(shop.planned(fix(settled={"attributes.DelaySeconds": {"const": 0}})))
    client = shop.aws.client("sqs")
    client.delete_queue(QueueUrl=client.get_queue_url(QueueName="a")["QueueUrl"])
    began = shop.clock.now()
    (undo,) = shop.undos(run, override_drift=True)
    assert "what is there now is not known" in str(undo.refused)
    assert shop.clock.now() - began < timedelta(seconds=120)


def test_overridden_drift_is_shown_first(shop: Shop) -> None:
    """What will be lost stands on the screen before anybody says yes."""
    shop.queues("a")
    run = shop.apply(shop.planned(fix()))
    shop.change_by_hand("a", VisibilityTimeout=77)
    shop.undos(run, override_drift=True)
    assert "attributes.VisibilityTimeout: expected 10, found 77" in shop.said[-1]


def test_a_rollback_that_nobody_knows_the_end_of_freezes_its_resource(shop: Shop) -> None:
    """Neither an apply nor a plan nor a resume touches what a killed rollback left in the air."""
    shop.queues("a")
    run = shop.apply(shop.planned(fix()))
    other = shop.planned(fix("sqs-queue-delay", to={"DelaySeconds": 5}))
    (change,) = shop.changes(run)
    inverse = change.change.inverse()
    back = shop.journal.runs.start("rollback", account=change.change.resource.account, of_run=run)
    shop.journal.changes.add(back, inverse, ChangeStatus.PLANNED)
    shop.journal.changes.intend(back, inverse, "forward", 0, inverse.steps[0].call)
    shop.aws.calls.clear()
    frozen = shop.apply(other)
    assert {"a": "skipped"} == shop.statuses(frozen)
    assert f"frozen: a change of run {back} is indeterminate; run `trueup resume {back}` first" in shop.reasons(frozen)
    assert shop.plan("sqs-queue-delay").plan is None
    assert [] == shop.written()


def test_a_twin_of_a_plan_does_not_bring_back_what_was_rolled_back(shop: Shop) -> None:
    """Two plans of one fix, the first applied and rolled back: the second is from before that, so it is not applied."""
    shop.queues("a")
    first, second = shop.planned(fix()), shop.planned(fix())
    shop.aws.clock.advance(60)
    shop.rollback(shop.apply(first))
    shop.aws.calls.clear()
    run = shop.apply(second)
    assert ({"a": "skipped"}, []) == (shop.statuses(run), shop.written())
    assert "after the plan was made; make a new plan" in shop.reasons(run)


def test_one_reduction_of_capacity_over_two_plans(shop: Shop) -> None:
    """Two plans of different rules made at once: the second reduction has no data from after the first."""
    shop.queues("a")
    first = shop.planned(fix(action="lower"))
    second = shop.planned(fix("sqs-queue-delay", to={"DelaySeconds": 5}, action="lower"))
    shop.aws.clock.advance(60)
    assert {"a": "applied"} == shop.statuses(shop.apply(first))
    run = shop.apply(second)
    assert {"a": "skipped"} == shop.statuses(run)
    assert "one reduction at a time" in shop.reasons(run)


def test_a_budget_that_shrank_since_the_plan(shop: Shop) -> None:
    """Others took what the plan counted on."""
    shop.queues("a")
    plan = shop.planned(fix(budget={"delay": 98}))
    shop.queues("b", "c")
    run = shop.apply(plan)
    assert ({"a": "skipped"}, []) == (shop.statuses(run), shop.written())
    assert "not enough is left now: delay: needs 98, 97 of 97 left" in shop.reasons(run)


def test_a_run_killed_right_after_an_undo_does_not_go_on(shop: Shop) -> None:
    """The first failed verification ends the run, though the process died before it could say so of the rest."""
    shop.queues("a", "b")
    plan = shop.planned(fix())
    run = _begun(shop, plan)
    first = plan.changes()[0]
    shop.journal.changes.outcome(run, first.id, "forward", 0, StepStatus.SETTLED)
    shop.journal.changes.outcome(run, first.id, "undo", 0, StepStatus.SETTLED)
    shop.journal.changes.mark(run, first.id, ChangeStatus.ROLLED_BACK, "the rule fails still")
    shop.resume(run)
    assert ({"a": "rolled_back", "b": "skipped"}, [], 7) == (shop.statuses(run), shop.written(), shop.exit_code(run))


def test_what_others_changed_before_a_resume_is_left(shop: Shop) -> None:
    """It was seen as planned before: what differs now is somebody's work, and no wrong after-image to undo."""
    shop.queues("a")
    plan = shop.planned(fix())
    run = _begun(shop, plan)
    (change,) = plan.changes()
    shop.journal.changes.outcome(run, change.id, "forward", 0, StepStatus.SETTLED)
    shop.journal.changes.mark(run, change.id, ChangeStatus.UNVERIFIED)
    shop.change_by_hand("a", VisibilityTimeout=77)
    shop.aws.calls.clear()
    shop.resume(run)
    assert ({"a": "unverified"}, [77], 6) == (shop.statuses(run), shop.timeouts("a"), shop.exit_code(run))
    assert [] == shop.written()


def test_a_breached_change_that_others_changed_is_not_undone_over_them(shop: Shop) -> None:
    """On call, somebody raised the timeout during the soak already: their value stays."""
    shop.queues("a", "b")
    plan = shop.planned(fix(action="lower", regression=SHALLOW))
    metric = "AWS/SQS", "ApproximateNumberOfMessagesVisible", {"QueueName": "a"}
    shop.aws.metrics.put(*metric, Constant(9), since=shop.clock.now() + timedelta(minutes=3))

    def on_call(line: str) -> None:
        if line.startswith("soak"):
            shop.change_by_hand("a", VisibilityTimeout=77)

    shop.said = Hearing(on_call)
    run = shop.apply(plan)
    assert ({"a": "unverified", "b": "skipped"}, [77, 30], 6) == (
        shop.statuses(run),
        shop.timeouts("a", "b"),
        shop.exit_code(run),
    )
    assert "not undone: changed by others since" in shop.reasons(run)


@pytest.mark.parametrize("endpoint", ["https://sts.us-east-1.amazonaws.com", "http://10.0.0.1:5000"])
def test_a_clock_that_jumps_is_for_the_simulated_aws_only(shop: Shop, endpoint: str) -> None:
    """A variable left over from the demo must not make half an hour of soak pass in no time on real tables."""
    assert isinstance(shop.clock, RemoteClock)
    account = Account(Target(endpoint_url=endpoint), "r", shop.host, shop.journal, shop.clock, Settings())
    with pytest.raises(RefusedError, match="TRUEUP_SIMULATED_CLOCK"):
        account.check_account("123456789012", "plan p")


def test_a_run_of_no_account_is_of_no_use(shop: Shop) -> None:
    """Credentials cannot be told to be the right ones for it."""
    run = shop.journal.runs.start("apply")
    with pytest.raises(RefusedError, match="expected the account that it is for, found none"):
        shop.rollback(run)


def test_a_second_resume_and_a_second_stop_send_nothing(shop: Shop) -> None:
    """A nervous operator may press everything twice."""
    shop.queues("a")
    run = _begun(shop, shop.planned(fix(to=TWO)))
    shop.journal.runs.request_stop(run)
    shop.journal.runs.request_stop(run)
    shop.resume(run)
    assert {"a": "applied"} == shop.statuses(run)
    sent = shop.written()
    shop.resume(run)
    assert ([("SetQueueAttributes", "a")] * 2, sent) == (sent, shop.written())


def test_no_error_leaves_an_exit_code_of_success(shop: Shop) -> None:
    """Whatever a change ends in, but applied, is not 0."""
    from trueup.cli.exits import changes_code

    codes = {each: changes_code([each, ChangeStatus.APPLIED], "finished") for each in ChangeStatus}
    wrong: list[Any] = [each for each, code in codes.items() if code == 0]
    assert [ChangeStatus.APPLIED] == [each for each in wrong if each is not ChangeStatus.PLANNED]
    assert 0 != changes_code([ChangeStatus.PLANNED], "stopped")
    assert 0 != changes_code([ChangeStatus.PLANNED], "failed")
    assert shop.state.stat().st_mode & 0o077 == 0


def test_a_run_killed_before_it_took_its_plan_takes_it_when_resumed(shop: Shop) -> None:
    """The plan is used up then, and another run that took it meanwhile keeps it."""
    shop.queues("a")
    plan = shop.planned(fix())
    killed = [_begun(shop, plan) for _ in range(2)]
    shop.resume(killed[0])
    assert {"a": "applied"} == shop.statuses(killed[0])
    with pytest.raises(RefusedError, match=f"was applied already by run {killed[0]}"):
        shop.apply(plan)
    shop.aws.calls.clear()
    with pytest.raises(RefusedError, match="was applied already by another run"):
        shop.resume(killed[1])
    assert ([], "failed") == (shop.written(), shop.journal.runs.get(killed[1]).status)


def test_what_becomes_busy_between_the_checks_and_the_call_is_left(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A deployment that starts while alarms are read: nothing waits for it and writes on what was read before."""
    shop.queues("a")
    plan = shop.planned(fix(ready={"attributes.DelaySeconds": {"const": 0}}))
    from trueup_queues import plugin  # type: ignore[import-not-found]  # installed by the fixture

    before = plugin.changed

    def meanwhile(queue: Any, given: Any) -> Any:
        shop.change_by_hand("a", DelaySeconds=9)
        shop.aws.calls.clear()
        return before(queue, given)

    monkeypatch.setattr(plugin, "changed", meanwhile)
    run = shop.apply(plan)
    assert ({"a": "skipped"}, []) == (shop.statuses(run), shop.written())
    assert "busy: the resource is not ready any more" in shop.reasons(run)
