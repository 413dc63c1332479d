"""A change is applied only while everything that it was planned on is as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.core.applying.queues import fix

if TYPE_CHECKING:
    from tests.core.applying.queues import Shop

SHORT = {"attributes.VisibilityTimeout": {"maximum": 10}}


def _by_hand(shop: Shop, **attributes: Any) -> tuple[str, str]:
    """Plan, let somebody else change the queue, apply; give status and reason, after a look that nothing was sent."""
    shop.queues("a")
    plan = shop.planned(fix(expect=SHORT))
    shop.change_by_hand("a", **attributes)
    shop.aws.calls.clear()
    run = shop.apply(plan)
    assert [] == shop.written()
    return shop.statuses(run)["a"], shop.reasons(run)


def test_what_is_fixed_already_is_stale(shop: Shop) -> None:
    """Somebody else fixed it: there is nothing to send."""
    assert ("stale", "expected the rule to fail still, found pass") == _by_hand(shop, VisibilityTimeout=5)


def test_another_value_of_an_owned_fact_is_stale(shop: Shop) -> None:
    """The undo of the plan would bring back a value that is not there any more."""
    status, reason = _by_hand(shop, VisibilityTimeout=40)
    assert ("stale", True) == (status, reason.startswith("attributes.VisibilityTimeout is not as it was"))


def test_what_the_change_does_not_depend_on_may_differ(shop: Shop) -> None:
    """Neither the rule nor the action looks at how long messages are kept."""
    shop.queues("a")
    plan = shop.planned(fix(expect=SHORT))
    shop.change_by_hand("a", MessageRetentionPeriod=86_400)
    assert {"a": "applied"} == shop.statuses(shop.apply(plan))


def test_observed_facts_are_judged_again_and_not_compared(shop: Shop) -> None:
    """A deeper queue than at the time of the plan is no difference, as long as the rule fails."""
    shop.queues("a")
    expect = {"any": [SHORT, {"account.spare": {"minimum": 1000}}]}
    plan = shop.planned(fix(expect=expect))
    shop.queue("b")
    assert {"a": "applied"} == shop.statuses(shop.apply(plan))


def test_what_cannot_be_read_any_more_is_skipped(shop: Shop) -> None:
    """A denied read is no reason to write, and no reason to call the plan stale."""
    shop.queues("a")
    plan = shop.planned(fix())
    shop.aws.faults.inject("sqs:GetQueueAttributes", "denied")
    run = shop.apply(plan)
    assert {"a": "skipped"} == shop.statuses(run)
    assert "not known any more: access denied at sqs:GetQueueAttributes" in shop.reasons(run)
    assert [] == shop.written()


def test_a_resource_that_is_gone_is_not_written(shop: Shop) -> None:
    """A queue that was deleted since the plan is not made again."""
    shop.queues("a")
    plan = shop.planned(fix())
    client = shop.aws.client("sqs")
    client.delete_queue(QueueUrl=client.get_queue_url(QueueName="a")["QueueUrl"])
    shop.aws.calls.clear()
    assert {"a": "skipped"} == shop.statuses(shop.apply(plan))
    assert [] == shop.written()


@pytest.mark.parametrize(
    ("name", "changed", "status", "reason"),
    [
        ("other steps", {"repeatable": True}, "stale", "the action gives other steps now than in the plan"),
        ("riskier", {"risk": "disruptive"}, "stale", "riskier now: approved as safe, found disruptive"),
        ("refused", {"refuse": True}, "stale", "the action plans nothing now: this queue is special"),
        ("broken", {"undeclared": True}, "skipped", "expected one of its declared writes, found sqs:PurgeQueue"),
    ],
)
def test_an_action_that_gives_another_answer_now(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, name: str, changed: dict[str, Any], status: str, reason: str
) -> None:
    """Another version of the plugin between plan and apply: what was not approved is not sent."""
    shop.queues("a")
    plan = shop.planned(fix())
    from trueup_queues import plugin  # type: ignore[import-not-found]  # installed by the fixture

    before = plugin.changed
    monkeypatch.setattr(plugin, "changed", lambda queue, given: before(queue, {**given, **changed}))
    run = shop.apply(plan)
    assert (name, status) == (name, shop.statuses(run)["a"])
    assert reason in shop.reasons(run)
    assert [] == shop.written()
