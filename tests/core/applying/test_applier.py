"""One change from its first call to its status, which is true whatever happens on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.core.applying.queues import Hearing, Waiting, fix
from trueup.applying.options import ApplyOptions
from trueup.settings import ApplySettings, Settings

if TYPE_CHECKING:
    from tests.core.applying.queues import Shop

TWO = {"VisibilityTimeout": 10, "DelaySeconds": 5}
DEAD = {"tags.dead": {"minLength": 1}}


def _both(shop: Shop) -> tuple[int, int]:
    found = shop.attributes("a")
    return int(found["VisibilityTimeout"]), int(found["DelaySeconds"])


def test_steps_are_sent_in_order_each_once(shop: Shop) -> None:
    """Two steps: two calls, as planned, and the journal's story has intent before outcome for each."""
    shop.queues("a")
    plan = shop.planned(fix(to=TWO))
    run = shop.apply(plan)
    assert (10, 5) == _both(shop)
    (change,) = plan.changes()
    assert [dict(step.call.parameters) for step in change.steps] == [call.parameters for call in shop.writes()]
    story = [(each["what"], each["step"]) for each in shop.journal.changes.events(run) if each["step"]]
    first = [("intent", "forward-1"), ("sent", "forward-1"), ("settled", "forward-1")]
    assert first + [(what, "forward-2") for what, _ in first] == story


def test_every_call_names_the_run_and_the_rule(shop: Shop) -> None:
    """CloudTrail shows why a call was made."""
    shop.queues("a")
    run = shop.apply(shop.planned(fix()))
    (call,) = shop.writes()
    assert (True, True) == (f"run/{run}" in call.user_agent, "rule/sqs-queue-timeout" in call.user_agent)


def test_a_refused_second_step_undoes_the_first(shop: Shop) -> None:
    """Half a change is none: what was done is undone, and the run ends."""
    shop.queues("a")
    plan = shop.planned(fix(to=TWO))
    shop.aws.faults.inject("sqs:SetQueueAttributes", "denied", resource="DelaySeconds")
    run = shop.apply(plan)
    assert ({"a": "rolled_back"}, (30, 0), 7) == (shop.statuses(run), _both(shop), shop.exit_code(run))
    assert "was refused with AccessDenied" in shop.reasons(run)


def test_a_refused_undo_says_what_is_left(shop: Shop) -> None:
    """Both the reason of the undo and the reason of its failure are there."""
    shop.queues("a")
    plan = shop.planned(fix(to=TWO))
    shop.aws.faults.inject("sqs:SetQueueAttributes", "denied", skip=1)
    run = shop.apply(plan)
    assert ({"a": "failed"}, (10, 0), 6) == (shop.statuses(run), _both(shop), shop.exit_code(run))
    assert "its undo was refused" in shop.reasons(run)


def test_an_irreversible_change_that_goes_wrong_stays_and_says_so(shop: Shop) -> None:
    """Nothing is sent to undo what has no undo."""
    shop.queues("a")
    plan = shop.planned(fix(to=TWO, undo=False))
    shop.options = ApplyOptions(allow_irreversible=True)
    shop.aws.faults.inject("sqs:SetQueueAttributes", "denied", resource="DelaySeconds")
    run = shop.apply(plan)
    assert ({"a": "failed"}, (10, 0), 6) == (shop.statuses(run), _both(shop), shop.exit_code(run))
    assert "it cannot be undone: nobody knows the way back" in shop.reasons(run)


def test_what_is_not_as_planned_is_undone(shop: Shop) -> None:
    """Somebody sets another value right behind the call: known wrong, after the lag of reads, is undone."""
    shop.queues("a")
    plan = shop.planned(fix(settled={"attributes.DelaySeconds": {"minimum": 0}}))
    undo = shop.aws.answer("sqs:SetQueueAttributes", _setting_77)
    run = shop.apply(plan)
    undo()
    assert "expected 10, found 77" in shop.reasons(run)
    assert {"a": "failed"} == shop.statuses(run)


def _setting_77(request: Any, proceed: Any) -> Any:
    parameters = {**request.parameters, "Attributes": {"VisibilityTimeout": "77"}}
    return proceed(request.with_parameters(parameters))


def test_a_change_as_planned_whose_rule_fails_still_is_undone(shop: Shop) -> None:
    """The action did what it said and did not help."""
    shop.queues("a")
    plan = shop.planned(fix(expect={"attributes.DelaySeconds": {"const": 9}}))
    run = shop.apply(plan)
    assert ({"a": "rolled_back"}, [30], 7) == (shop.statuses(run), shop.timeouts("a"), shop.exit_code(run))
    assert "as planned, but the rule fails still" in shop.reasons(run)


def test_what_cannot_be_verified_is_left_and_said(shop: Shop) -> None:
    """The rule looks at tags, which cannot be read any more after the call; a resume verifies it."""
    shop.queues("a", "b")
    expect = {"all": [{"attributes.VisibilityTimeout": {"const": 10}}, {"not": {"tags.x": {"const": "y"}}}]}
    plan = shop.planned(fix(expect=expect))
    shop.said = Hearing(lambda line: _deny_tags(shop) if line == "canary: a: VisibilityTimeout becomes 10" else None)
    run = shop.apply(plan)
    assert {"a": "unverified", "b": "planned"} == shop.statuses(run), shop.reasons(run)
    assert ([10, 30], 6) == (shop.timeouts("a", "b"), shop.exit_code(run))
    assert "applied, but not verified: access denied at sqs:ListQueueTags" in shop.reasons(run)
    shop.aws.faults.clear()
    shop.resume(run)
    assert ({"a": "applied", "b": "applied"}, [10, 10]) == (shop.statuses(run), shop.timeouts("a", "b"))
    assert [("SetQueueAttributes", "a"), ("SetQueueAttributes", "b")] == shop.written()


def _deny_tags(shop: Shop) -> None:
    # the fresh look reads the tags once, verification reads them again
    shop.aws.faults.inject("sqs:ListQueueTags", "denied", skip=1)


def test_what_does_not_settle_is_settling_and_a_resume_finishes_it(shop: Shop) -> None:
    """At the limit: no undo, no further change, exit 6; later the same run goes on without a second call."""
    shop.queues("a", "b")
    plan = shop.planned(fix(settled={"tags.done": {"const": "yes"}}))
    began = shop.clock.now()
    run = shop.apply(plan)
    assert {"a": "settling", "b": "planned"} == shop.statuses(run)
    assert 300 <= (shop.clock.now() - began).total_seconds() < 600
    assert (6, [10, 30]) == (shop.exit_code(run), shop.timeouts("a", "b"))
    assert f"run `trueup resume {run}`" in shop.reasons(run)
    shop.tag_by_hand("a", done="yes")
    shop.tag_by_hand("b", done="yes")
    shop.aws.calls.clear()
    shop.resume(run)
    assert ({"a": "applied", "b": "applied"}, 0) == (shop.statuses(run), shop.exit_code(run))
    assert [("SetQueueAttributes", "b")] == shop.written()


def test_a_settling_resource_is_frozen_for_other_runs(shop: Shop) -> None:
    """Nothing is planned for it and nothing applied to it until the run that left it has gone on."""
    shop.queues("a")
    other = shop.planned(fix("sqs-queue-delay", to={"DelaySeconds": 5}))
    run = shop.apply(shop.planned(fix(settled={"tags.done": {"const": "yes"}})))
    second = shop.apply(other)
    assert {"a": "skipped"} == shop.statuses(second)
    assert f"frozen: a change of run {run} is settling; run `trueup resume {run}` first" in shop.reasons(second)
    planned = shop.plan("sqs-queue-delay")
    assert (None, {"a": "skipped"}) == (planned.plan, shop.statuses(planned.run))
    assert f"frozen: run {run} left it settling" in shop.reasons(planned.run)


def test_facts_that_cannot_be_read_while_settling(shop: Shop) -> None:
    """Whether it settled is not known: unverified, and resumed once it can be read."""
    shop.queues("a")
    plan = shop.planned(fix())
    shop.said = Hearing(
        lambda line: shop.aws.faults.inject("sqs:GetQueueAttributes", "denied", skip=2) if "canary" in line else None
    )
    run = shop.apply(plan)
    assert ({"a": "unverified"}, 6) == (shop.statuses(run), shop.exit_code(run)), shop.reasons(run)
    shop.aws.faults.clear()
    shop.resume(run)
    assert {"a": "applied"} == shop.statuses(run)
    assert [("SetQueueAttributes", "a")] == shop.written()


def test_a_step_waits_until_the_resource_is_ready(shop: Shop) -> None:
    """The second step's own condition comes to hold while it is waited for."""
    shop.queues("a")
    ready = {"any": [{"attributes.VisibilityTimeout": {"const": 30}}, {"tags.free": {"const": "yes"}}]}
    plan = shop.planned(fix(to=TWO, ready=ready))
    waits = []

    def meanwhile() -> None:
        waits.append(shop.timeouts("a"))
        if len(waits) == 3:
            shop.tag_by_hand("a", free="yes")

    shop.clock = Waiting(shop.aws, meanwhile)
    run = shop.apply(plan)
    assert ({"a": "applied"}, (10, 5)) == (shop.statuses(run), _both(shop)), shop.reasons(run)
    assert [[10]] * 3 == waits


def test_a_step_that_never_gets_ready_is_sent_at_the_limit(shop: Shop) -> None:
    """AWS is asked in the end, and says itself what it thinks."""
    shop.queues("a")
    plan = shop.planned(fix(to=TWO, ready={"attributes.VisibilityTimeout": {"const": 30}}))
    began = shop.clock.now()
    assert {"a": "applied"} == shop.statuses(shop.apply(plan))
    assert 300 <= (shop.clock.now() - began).total_seconds()


def test_an_answer_feeds_later_steps_and_the_undo(shop: Shop) -> None:
    """``$result``: the URL of the queue that the first step made is tagged, and deleted by a rollback."""
    shop.queues("a")
    run = shop.apply(shop.planned(fix(action="dead-letter", expect=DEAD)))
    assert {"a": "applied"} == shop.statuses(run)
    assert shop.tags("a")["dead"].endswith("/a-dead")
    back = shop.rollback(run)
    assert ({"a": "rolled_back"}, {}) == (shop.statuses(back), shop.tags("a")), shop.reasons(back)
    assert ["CreateQueue", "TagQueue", "UntagQueue", "DeleteQueue"] == [name for name, _ in shop.written()]
    assert [{"a": "rolled_back"}] == [shop.statuses(run)]


def test_what_a_step_leaves_behind_hinders_no_rollback(shop: Shop) -> None:
    """The change is reversible: what stays is used by nothing, and the person who rolls back is told."""
    shop.queues("a")
    plan = shop.planned(fix(action="dead-letter", expect=DEAD, leave=True))
    assert ["yes"] == [str(change.reversible) for change in plan.changes()]
    run = shop.apply(plan)
    back = shop.rollback(run)
    assert ({"a": "rolled_back"}, {}) == (shop.statuses(back), shop.tags("a")), shop.reasons(back)
    assert ["CreateQueue", "TagQueue", "UntagQueue"] == [name for name, _ in shop.written()]
    assert any(line.endswith("left behind: an empty queue") for line in shop.said)


def test_a_kill_between_a_call_and_its_answer_hinders_no_rollback(shop: Shop) -> None:
    """Whether the queue was made nobody knows; nothing uses it, and nothing else was done."""
    shop.queues("a")
    plan = shop.planned(fix(action="dead-letter", expect=DEAD, leave=True))
    shop.aws.faults.inject("sqs:CreateQueue", "response_lost")
    run = shop.apply(plan)
    assert {"a": "indeterminate"} == shop.statuses(run), shop.reasons(run)
    back = shop.rollback(run)
    assert ({"a": "rolled_back"}, 0) == (shop.statuses(back), shop.exit_code(back)), shop.reasons(back)


def test_an_answer_that_is_lost_when_a_later_step_needs_it(shop: Shop) -> None:
    """The call may be repeated, and its second answer serves as well as the first."""
    shop.queues("a")
    plan = shop.planned(fix(action="dead-letter", expect=DEAD))
    shop.aws.faults.inject("sqs:CreateQueue", "response_lost", times=1)
    run = shop.apply(plan)
    assert {"a": "applied"} == shop.statuses(run), shop.reasons(run)


def test_a_secret_is_read_right_before_the_call_and_shown_nowhere(shop: Shop) -> None:
    """``$fact``: the value reaches AWS and neither the plan nor the journal."""
    shop.queue("a", {"secret": "hunter2"})
    plan = shop.planned(fix(action="copy-secret", expect={"tags.copy": {"minLength": 1}}))
    run = shop.apply(plan)
    assert ("hunter2", {"a": "applied"}) == (shop.tags("a")["copy"], shop.statuses(run))
    assert "hunter2" not in str(plan.document)
    assert "hunter2" not in str([each.change for each in shop.changes(run)]) + str(shop.journal.changes.events(run))


def test_another_secret_than_the_plan_was_made_on_is_refused(shop: Shop) -> None:
    """What was approved is the reference to one value."""
    shop.queue("a", {"secret": "hunter2"})
    plan = shop.planned(fix(action="copy-secret", expect={"tags.copy": {"minLength": 1}}))
    shop.tag_by_hand("a", secret="hunter3")
    shop.aws.calls.clear()
    run = shop.apply(plan)
    assert ({"a": "stale"}, []) == (shop.statuses(run), shop.written())


@pytest.mark.parametrize(
    ("options", "changed", "reason"),
    [
        (ApplyOptions(), {"risk": "disruptive"}, "disruptive (as the test says): needs --allow disruptive"),
        (ApplyOptions(allow=("disruptive",)), {"risk": "destructive"}, "needs --allow destructive"),
        (ApplyOptions(), {"undo": False}, "irreversible (nobody knows the way back): needs --allow-irreversible"),
    ],
)
def test_what_is_not_allowed_is_skipped(
    shop: Shop, options: ApplyOptions, changed: dict[str, Any], reason: str
) -> None:
    """A risk or an irreversible change needs its own option, which the reason names."""
    shop.queues("a")
    plan = shop.planned(fix(**changed))
    shop.options = options
    run = shop.apply(plan)
    assert ({"a": "skipped"}, 5, []) == (shop.statuses(run), shop.exit_code(run), shop.written())
    assert reason in shop.reasons(run)


def test_what_is_allowed_is_applied(shop: Shop) -> None:
    """The same changes, with their options."""
    shop.queues("a")
    shop.options = ApplyOptions(allow=("destructive",), allow_irreversible=True)
    run = shop.apply(shop.planned(fix(risk="destructive", undo=False)))
    assert {"a": "applied"} == shop.statuses(run)


@pytest.mark.parametrize("key", ["aws:cloudformation:stack-name", "terraform-module", "Terraform", "pulumi:stack"])
def test_what_code_manages_is_left_to_it(shop: Shop, key: str) -> None:
    """A tag says so: planned and shown, skipped by an apply unless it is told otherwise."""
    tagged = key if not key.startswith("aws:") else "terraform"  # AWS alone sets its own tags
    shop.queue("a", {tagged: "shop"})
    plan = shop.planned(fix())
    assert f"tag {tagged}=shop" == plan.changes()[0].managed_by
    shop.aws.calls.clear()
    run = shop.apply(plan)
    assert ({"a": "skipped"}, []) == (shop.statuses(run), shop.written())
    assert f"managed as code (tag {tagged}=shop); change AWS::SQS::Queue" in shop.reasons(run)
    shop.options = ApplyOptions(include_managed=True)
    assert {"a": "applied"} == shop.statuses(shop.apply(shop.planned(fix())))


def test_a_tag_that_came_since_the_plan_counts(shop: Shop) -> None:
    """Code took the queue over after the plan was made."""
    shop.queues("a")
    plan = shop.planned(fix())
    shop.tag_by_hand("a", terraform="shop")
    shop.aws.calls.clear()
    run = shop.apply(plan)
    assert ({"a": "skipped"}, []) == (shop.statuses(run), shop.written())
    assert "managed as code (tag terraform=shop)" in shop.reasons(run)


def test_a_throttled_call_is_sent_again_with_growing_waits(shop: Shop) -> None:
    """Throttled calls surely had no effect."""
    shop.queues("a")
    plan = shop.planned(fix())
    shop.aws.faults.inject("sqs:SetQueueAttributes", "throttled", times=3)
    began = shop.clock.now()
    run = shop.apply(plan)
    assert ({"a": "applied"}, [10]) == (shop.statuses(run), shop.timeouts("a"))
    assert 2 + 4 + 8 <= (shop.clock.now() - began).total_seconds()
    assert [False, False, False, True] == [call.took_effect for call in shop.writes()]


def test_a_stop_while_throttled_leaves_the_change_planned(shop: Shop) -> None:
    """Nothing had effect, nothing more is sent, and a resume applies it."""
    shop.queues("a")
    plan = shop.planned(fix())
    shop.aws.faults.inject("sqs:SetQueueAttributes", "throttled")
    shop.settings = Settings(apply=ApplySettings(write_attempts=9))

    plan_change = plan.changes()[0]
    applied = _stopping_after(shop, plan, 2)
    assert ({"a": "planned"}, 6) == (shop.statuses(applied), shop.exit_code(applied)), shop.reasons(applied)
    assert 2 == len(shop.writes())
    assert ["planned"] == [str(step.status) for step in shop.journal.changes.steps(applied, plan_change.id)]
    shop.aws.faults.clear()
    shop.resume(applied)
    assert ({"a": "applied"}, [10]) == (shop.statuses(applied), shop.timeouts("a"))


def _stopping_after(shop: Shop, plan: Any, sends: int) -> str:
    """Apply, asking for a stop once so many writes have reached AWS."""

    def meanwhile() -> None:
        if len(shop.writes()) >= sends:
            shop.journal.runs.request_stop()

    before, shop.clock = shop.clock, Waiting(shop.aws, meanwhile)
    run = shop.apply(plan)
    shop.clock = before
    return run


def test_a_stop_between_two_steps(shop: Shop) -> None:
    """The first step stands and is said; a resume sends the second only."""
    shop.queues("a")
    plan = shop.planned(fix(to=TWO))
    undo = shop.aws.answer("sqs:SetQueueAttributes", _then(shop.journal.runs.request_stop))
    run = shop.apply(plan)
    undo()
    assert ({"a": "unverified"}, (10, 0), 6) == (shop.statuses(run), _both(shop), shop.exit_code(run))
    assert "stopped by `trueup stop` after step 1 of 2" in shop.reasons(run)
    shop.resume(run)
    assert ({"a": "applied"}, (10, 5)) == (shop.statuses(run), _both(shop))
    assert 2 == len(shop.writes())


def _then(act: Any) -> Any:
    def handler(request: Any, proceed: Any) -> Any:
        answer = proceed(request)
        act()
        return answer

    return handler
