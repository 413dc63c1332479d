"""Rollback: last change first, against what is there now, and never over what others did."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.core.applying.queues import ARN, Hearing, fix
from trueup.applying.rollback import rollback_run
from trueup.errors import UsageError
from trueup.journal.changes import ChangeStatus, StepStatus

if TYPE_CHECKING:
    from tests.core.applying.queues import Shop

TWO = {"VisibilityTimeout": 10, "DelaySeconds": 5}
NAMES = ("a", "b", "c")


def _applied(shop: Shop, *names: str) -> str:
    shop.queues(*names)
    return shop.apply(shop.planned(fix()))


def test_the_last_change_is_undone_first(shop: Shop) -> None:
    """Last in, first out, over resources and over the steps of each."""
    shop.queues("a", "b")
    run = shop.apply(shop.planned(fix(to=TWO)))
    sent = [call.parameters for call in shop.writes()]
    back = shop.rollback(run)
    assert {"b": "rolled_back", "a": "rolled_back"} == shop.statuses(back)
    undone = [call.parameters for call in shop.writes()][len(sent) :]
    assert [each["QueueUrl"] for each in reversed(sent)] == [each["QueueUrl"] for each in undone]
    assert [list(each["Attributes"]) for each in reversed(sent)] == [list(each["Attributes"]) for each in undone]
    assert ([30, 30], 0) == (shop.timeouts("a", "b"), shop.exit_code(back))
    assert {"a": "rolled_back", "b": "rolled_back"} == shop.statuses(run)


def test_what_others_changed_is_left_and_shown(shop: Shop) -> None:
    """An owned fact that is not as trueup left it is refused, with both values; other changes go back."""
    run = _applied(shop, "a", "b")
    shop.change_by_hand("a", VisibilityTimeout=77)
    back = shop.rollback(run)
    assert ({"b": "rolled_back", "a": "skipped"}, 5) == (shop.statuses(back), shop.exit_code(back))
    assert "changed by others since (attributes.VisibilityTimeout: expected 10, found 77)" in shop.reasons(back)
    assert "--override-drift" in shop.reasons(back)
    assert [77, 30] == shop.timeouts("a", "b")


def test_drift_is_undone_when_that_is_said(shop: Shop) -> None:
    """``--override-drift`` brings the before-image back all the same."""
    run = _applied(shop, "a")
    shop.change_by_hand("a", VisibilityTimeout=77)
    back = shop.rollback(run, override_drift=True)
    assert ({"a": "rolled_back"}, [30]) == (shop.statuses(back), shop.timeouts("a"))


def test_facts_that_are_not_owned_do_not_matter(shop: Shop) -> None:
    """What trueup did not write is nobody's reason against an undo."""
    run = _applied(shop, "a")
    shop.change_by_hand("a", DelaySeconds=77)
    assert {"a": "rolled_back"} == shop.statuses(shop.rollback(run))
    assert "77" == shop.attributes("a")["DelaySeconds"]


def test_what_is_there_cannot_be_read(shop: Shop) -> None:
    """Nothing is undone blindly."""
    run = _applied(shop, "a")
    shop.aws.faults.inject("sqs:GetQueueAttributes", "denied")
    shop.aws.calls.clear()
    back = shop.rollback(run)
    assert ({"a": "skipped"}, []) == (shop.statuses(back), shop.written())
    assert "what is there now is not known: access denied at sqs:GetQueueAttributes" in shop.reasons(back)


def test_a_later_change_of_ones_own_comes_first(shop: Shop) -> None:
    """An older run does not undo under a newer one that wrote the same facts."""
    first = _applied(shop, "a")
    shop.aws.clock.advance(5)
    second = shop.apply(shop.planned(fix("sqs-queue-shorter", to={"VisibilityTimeout": 4})))
    assert {"a": "applied"} == shop.statuses(second)
    shop.aws.calls.clear()
    assert f"run {second} changed the same facts later; roll it back first" in shop.reasons(shop.rollback(first))
    assert [] == shop.written()
    for run, expected in ((second, 10), (first, 30)):
        shop.rollback(run)
        assert [expected] == shop.timeouts("a")


def test_a_later_change_of_other_facts_is_no_hindrance(shop: Shop) -> None:
    """Each owns its own."""
    first = _applied(shop, "a")
    shop.aws.clock.advance(5)
    shop.apply(shop.planned(fix("sqs-queue-delay", to={"DelaySeconds": 5})))
    assert {"a": "rolled_back"} == shop.statuses(shop.rollback(first))


def test_two_changes_of_one_run_and_resource_go_back_one_after_the_other(shop: Shop) -> None:
    """In one plan: the second was planned on the first's after-image, and both come back."""
    shop.queues("a")
    for name, value in (("one", 10), ("two", 5)):
        at_most = {"attributes.VisibilityTimeout": {"maximum": value}}
        shop.rule(fix(f"sqs-queue-{name}", to={"VisibilityTimeout": value}, expect=at_most))
    planned = shop.plan("sqs-queue-*")
    assert planned.plan is not None
    assert [(30, 10), (10, 5)] == [
        (each.before["attributes.VisibilityTimeout"], each.after["attributes.VisibilityTimeout"])
        for each in planned.plan.changes()
    ]
    run = shop.apply(planned.plan)
    assert (["applied", "applied"], [5]) == ([str(e.status) for e in shop.changes(run)], shop.timeouts("a"))
    back = shop.rollback(run)
    assert (["rolled_back"] * 2, [30]) == ([str(each.status) for each in shop.changes(back)], shop.timeouts("a"))


@pytest.mark.parametrize("by", ["change", "arn"])
def test_one_change_only(shop: Shop, by: str) -> None:
    """By its id or by its resource; the rest stays and can be rolled back later."""
    run = _applied(shop, *NAMES)
    record = shop.changes(run)[1]
    back = shop.rollback(run, **{by: record.change.id if by == "change" else record.change.resource.arn})
    assert {"b": "rolled_back"} == shop.statuses(back)
    assert [10, 30, 10] == shop.timeouts(*NAMES)
    assert {"c": "rolled_back", "a": "rolled_back"} == shop.statuses(shop.rollback(run))


@pytest.mark.parametrize("options", [{"change": "c0000000000"}, {"arn": ARN.format("x")}])
def test_a_change_that_the_run_does_not_have(shop: Shop, options: dict[str, str]) -> None:
    """The message names what was asked for and where to look."""
    run = _applied(shop, "a")
    with pytest.raises(UsageError) as raised:
        shop.rollback(run, **options)
    assert f"run {run} has no change {next(iter(options.values()))}; see `trueup runs show {run}`" == str(raised.value)


def test_only_applies_are_rolled_back(shop: Shop) -> None:
    """A plan or a rollback is none."""
    run = _applied(shop, "a")
    back = shop.rollback(run)
    with pytest.raises(UsageError, match=f"run {back}: expected an apply to roll back, found rollback"):
        shop.rollback(back)


def test_a_second_rollback_has_nothing_to_do(shop: Shop) -> None:
    """What was undone is not undone again."""
    run = _applied(shop, "a")
    shop.rollback(run)
    assert [] == shop.undos(run)


def test_an_expired_plan_hinders_no_rollback(shop: Shop) -> None:
    """At three in the morning the plan is yesterday's."""
    run = _applied(shop, "a")
    shop.aws.clock.advance(timedelta(days=400).total_seconds())
    assert {"a": "rolled_back"} == shop.statuses(shop.rollback(run))


def test_a_freeze_hinders_no_rollback(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing new is written while frozen, but the way back is open."""
    run = _applied(shop, "a")
    monkeypatch.setenv("TRUEUP_FREEZE", "1")
    assert {"a": "rolled_back"} == shop.statuses(shop.rollback(run))


def test_what_cannot_be_undone_is_said(shop: Shop) -> None:
    """A change without an undo is refused, with the reason that was approved with it."""
    shop.options = replace(shop.options, allow_irreversible=True)
    shop.queues("a")
    run = shop.apply(shop.planned(fix(undo=False)))
    back = shop.rollback(run)
    assert ({"a": "skipped"}, [10]) == (shop.statuses(back), shop.timeouts("a"))
    assert "cannot be undone: nobody knows the way back" in shop.reasons(back)


def test_half_a_change_is_undone_by_its_half(shop: Shop) -> None:
    """Only the steps that are in effect have an undo to send."""
    shop.queues("a")
    plan = shop.planned(fix(to=TWO))
    shop.aws.faults.inject("sqs:SetQueueAttributes", "denied", skip=1)
    run = shop.apply(plan)
    assert {"a": "failed"} == shop.statuses(run)
    shop.aws.faults.clear()
    shop.aws.calls.clear()
    assert {"a": "rolled_back"} == shop.statuses(shop.rollback(run))
    assert ([30], [("SetQueueAttributes", "a")]) == (shop.timeouts("a"), shop.written())


def test_what_was_meant_and_never_sent_needs_no_undo(shop: Shop) -> None:
    """Killed between intent and call: reading shows the before-image, so nothing is sent."""
    shop.queues("a")
    plan = shop.planned(fix())
    run = shop.journal.runs.start("apply", account="123456789012", plan_digest=plan.digest)
    (change,) = plan.changes()
    shop.journal.changes.add(run, change, ChangeStatus.PLANNED)
    shop.journal.changes.intend(run, change, "forward", 0, change.steps[0].call)
    (undo,) = shop.undos(run)
    assert (None, None) == (undo.inverse, undo.refused)
    assert {"a": "rolled_back"} == shop.statuses(shop.rollback(run))
    assert ({"a": "rolled_back"}, []) == (shop.statuses(run), shop.written())


def test_a_change_that_was_never_begun_is_not_rolled_back(shop: Shop) -> None:
    """Planned, stale and skipped changes stand for nothing."""
    run = _applied(shop, "a")
    shop.journal.changes.mark(run, shop.changes(run)[0].change.id, ChangeStatus.SKIPPED)
    assert [] == shop.undos(run)


def test_a_change_of_which_no_step_is_in_effect(shop: Shop) -> None:
    """A refused first call: there is nothing to send."""
    shop.queues("a")
    plan = shop.planned(fix())
    shop.aws.faults.inject("sqs:SetQueueAttributes", "denied")
    run = shop.apply(plan)
    (undo,) = shop.undos(run)
    assert (None, None) == (undo.inverse, undo.refused)


def test_an_undo_that_is_moving_is_waited_for_and_resumed(shop: Shop) -> None:
    """At the settle limit the rollback is settling; later it goes on from its own journal."""
    shop.queue("a", {"done": "yes"})
    settled = {"tags.done": {"const": "yes"}}
    run = shop.apply(shop.planned(fix(settled=settled)))
    undos = shop.undos(run)
    shop.tag_by_hand("a", done="no")
    account = shop.account()
    bench = account.bench(shop.said.append)
    back = shop.journal.runs.start("rollback", account="123456789012", of_run=run)
    assert "finished" == rollback_run(bench, back, undos)
    assert ({"a": "settling"}, 6, [30]) == (shop.statuses(back), shop.exit_code(back), shop.timeouts("a"))
    shop.tag_by_hand("a", done="yes")
    shop.aws.calls.clear()
    shop.resume(back)
    assert ({"a": "rolled_back"}, []) == (shop.statuses(back), shop.written())
    assert {"a": "rolled_back"} == shop.statuses(run)


def test_a_moving_resource_is_waited_for_before_drift_is_said(shop: Shop) -> None:
    """The look before an undo gives a resource the time that its change was given."""
    shop.queue("a", {"done": "yes"})
    run = shop.apply(shop.planned(fix(settled={"tags.done": {"const": "yes"}})))
    shop.tag_by_hand("a", done="no")
    began = shop.clock.now()
    (undo,) = shop.undos(run)
    assert undo.refused is not None
    assert 300 <= (shop.clock.now() - began).total_seconds()


def test_a_change_that_never_settles_is_rolled_back_without_a_second_wait(shop: Shop) -> None:
    """Its apply waited until the limit; what it wrote is there as it left it, and comes back."""
    shop.queues("a")
    run = shop.apply(shop.planned(fix(settled={"tags.done": {"const": "yes"}})))
    assert {"a": "settling"} == shop.statuses(run)
    began = shop.clock.now()
    (undo,) = shop.undos(run)
    assert (None, True) == (undo.refused, undo.inverse is not None)
    assert (shop.clock.now() - began).total_seconds() < 300
    shop.rollback(run)
    assert [30] == shop.timeouts("a")


def test_a_change_that_never_settles_and_was_changed_by_others_is_left(shop: Shop) -> None:
    """The value that is there is nobody's plan."""
    shop.queues("a")
    run = shop.apply(shop.planned(fix(settled={"tags.done": {"const": "yes"}})))
    shop.change_by_hand("a", VisibilityTimeout=77)
    (undo,) = shop.undos(run)
    assert "expected 10, found 77" in str(undo.refused)


def test_a_refused_undo_call(shop: Shop) -> None:
    """The rollback fails for that change, the original still stands, and it can be tried again."""
    run = _applied(shop, "a")
    shop.aws.faults.inject("sqs:SetQueueAttributes", "denied", times=1)
    back = shop.rollback(run)
    assert ({"a": "failed"}, 6, {"a": "applied"}) == (shop.statuses(back), shop.exit_code(back), shop.statuses(run))
    assert {"a": "failed"} == shop.statuses(shop.resume(back))
    assert {"a": "rolled_back"} == shop.statuses(shop.rollback(run))


def test_an_interrupted_rollback_goes_on_with_resume(shop: Shop) -> None:
    """Ctrl-C after the first undo: the second is not sent until the run is resumed."""
    run = _applied(shop, "a", "b")
    account = shop.account()
    bench = account.bench(shop.said.append)
    undos = shop.undos(run)
    back = shop.journal.runs.start("rollback", account="123456789012", of_run=run)

    def stop(line: str) -> None:
        if line == "b: rolled_back":
            bench.interrupt.signalled = True

    shop.said = Hearing(stop)
    bench = replace(bench, say=shop.said.append)
    assert "interrupted" == rollback_run(bench, back, undos)
    assert ({"b": "rolled_back", "a": "planned"}, 130) == (shop.statuses(back), shop.exit_code(back))
    shop.resume(back)
    assert ({"b": "rolled_back", "a": "rolled_back"}, [30, 30]) == (shop.statuses(back), shop.timeouts("a", "b"))


def test_a_rollback_killed_between_intent_and_answer(shop: Shop) -> None:
    """Resumed: what became of the call is read, and it is not sent twice."""
    run = _applied(shop, "a")
    (undo,) = shop.undos(run)
    assert undo.inverse is not None
    back = shop.journal.runs.start("rollback", account="123456789012", of_run=run)
    shop.journal.changes.add(back, undo.inverse, ChangeStatus.PLANNED, run)
    shop.journal.changes.intend(back, undo.inverse, "forward", 0, undo.inverse.steps[0].call)
    shop.change_by_hand("a", VisibilityTimeout=30)
    shop.aws.calls.clear()
    shop.resume(back)
    assert ({"a": "rolled_back"}, []) == (shop.statuses(back), shop.written())
    steps = shop.journal.changes.steps(back, undo.inverse.id)
    assert [StepStatus.SETTLED] == [step.status for step in steps]
