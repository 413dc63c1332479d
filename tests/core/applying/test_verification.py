"""What a change is held against after its write: fresh configuration, and what was observed before it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.core.applying.queues import Waiting, fix

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.core.applying.queues import Shop

FITS = {"any": [{"attributes.VisibilityTimeout": {"maximum": 10}}, {"fit.timeout": {"const": True}}]}
TARGET_ONLY = {"attributes.VisibilityTimeout": {"maximum": 10}}


def _depth(shop: Shop, depth: float) -> None:
    """Let every five minutes of the last day have had so many messages."""
    end = shop.clock.now() + timedelta(minutes=5)
    points = [(end - timedelta(minutes=5 * number), depth) for number in range(1, 300)]
    shop.aws.metrics.put("AWS/SQS", "ApproximateNumberOfMessagesVisible", {"QueueName": "a"}, points)


def _shrunk(shop: Shop, expect: Any = FITS, **given: Any) -> Any:
    """Plan a timeout of 10 for a queue of 30 whose load needs 20."""
    shop.queues("a")
    _depth(shop, 20)
    return shop.planned(fix(action="shrink", expect=expect, target=10, **given))


def _meanwhile(shop: Shop, plan: Any, act: Callable[[], object]) -> str:
    """Apply a plan; let something happen once the change was found to fit, that is no call of SQS itself."""
    undo = shop.aws.answer("sqs:SetQueueAttributes", lambda request, proceed: (act(), proceed(request))[1])
    run = shop.apply(plan)
    undo()
    return run


def test_part_of_the_way_is_applied_and_comes_back(shop: Shop) -> None:
    """The load allows 20 of the 10 that are asked for: that is planned, applied, verified, and rolled back."""
    plan = _shrunk(shop)
    run = shop.apply(plan)
    assert ({"a": "applied"}, [20]) == (shop.statuses(run), shop.timeouts("a")), shop.reasons(run)
    assert {"a": "pass"} == shop.verdicts("sqs-queue-timeout")
    back = shop.rollback(run)
    assert ({"a": "rolled_back"}, [30]) == (shop.statuses(back), shop.timeouts("a")), shop.reasons(back)


def test_load_that_comes_after_the_write_is_not_judged(shop: Shop) -> None:
    """What fits is made again of the new configuration and the load of before, whatever the metrics say now."""
    plan = _shrunk(shop)
    run = _meanwhile(shop, plan, lambda: _depth(shop, 25))
    assert ({"a": "applied"}, [20]) == (shop.statuses(run), shop.timeouts("a")), shop.reasons(run)


def test_metrics_that_cannot_be_read_after_the_write_are_not_needed(shop: Shop) -> None:
    """They were judged before it."""
    plan = _shrunk(shop)
    run = _meanwhile(shop, plan, lambda: shop.aws.faults.inject("cloudwatch:GetMetricData", "denied"))
    assert {"a": "applied"} == shop.statuses(run), shop.reasons(run)


def test_what_was_observed_is_kept_for_a_resume(shop: Shop) -> None:
    """A change that settles days later is verified by the load that it was planned for."""
    plan = _shrunk(shop, settled={"tags.done": {"const": "yes"}})
    run = shop.apply(plan)
    assert {"a": "settling"} == shop.statuses(run)
    shop.aws.clock.advance(timedelta(days=2).total_seconds())
    shop.tag_by_hand("a", done="yes")
    shop.resume(run)
    assert ({"a": "applied"}, [20]) == (shop.statuses(run), shop.timeouts("a")), shop.reasons(run)


def test_a_rule_that_knows_the_target_only_is_asked_through_its_action(shop: Shop) -> None:
    """It fails still, and its action has nothing smaller to give: the next plan would pass it for the same reason."""
    run = shop.apply(_shrunk(shop, TARGET_ONLY))
    assert ({"a": "applied"}, [20]) == (shop.statuses(run), shop.timeouts("a")), shop.reasons(run)
    planned = shop.plan("sqs-queue-timeout")
    assert (None, ["pass"]) == (planned.plan, [each["verdict"] for each in shop.findings(planned.run)])


def test_a_change_that_could_have_gone_further_is_undone(shop: Shop) -> None:
    """The action, asked again, would make it smaller still: it did not do what it is for."""
    plan = _shrunk(shop, TARGET_ONLY, step=25, settled={"tags.done": {"const": "yes"}})
    shop.clock = Waiting(shop.aws, lambda: shop.tag_by_hand("a", done="yes", odd="yes"))
    run = shop.apply(plan)
    assert ({"a": "rolled_back"}, [30]) == (shop.statuses(run), shop.timeouts("a"))
    assert "as planned, but the rule fails still" in shop.reasons(run)


def test_an_action_that_cannot_tell_leaves_the_change_unverified(shop: Shop) -> None:
    """What it needs cannot be read any more: left, said, and verified by a resume."""
    plan = _shrunk(shop, TARGET_ONLY)
    run = _meanwhile(shop, plan, lambda: shop.aws.faults.inject("sqs:ListQueueTags", "denied"))
    assert ({"a": "unverified"}, [20]) == (shop.statuses(run), shop.timeouts("a"))
    assert "applied, but not verified: access denied at sqs:ListQueueTags" in shop.reasons(run)
    shop.aws.faults.clear()
    shop.resume(run)
    assert {"a": "applied"} == shop.statuses(run), shop.reasons(run)


def test_a_change_of_something_else_is_held_against_its_rule_alone(shop: Shop) -> None:
    """Only capacity goes part of the way: of any other fix that does not help, its own opinion counts for nothing."""
    shop.queues("a")
    run = shop.apply(shop.planned(fix(expect={"attributes.DelaySeconds": {"const": 9}})))
    assert {"a": "rolled_back"} == shop.statuses(run)
