"""What is planned, what is not now, and why: everything that may not be done ends with a reason."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.core.applying.queues import ARN, fix
from trueup.running.plan_run import PlanRun
from trueup.settings import PlanSettings, Settings

if TYPE_CHECKING:
    from tests.core.applying.queues import Shop

LOW = {"attributes.VisibilityTimeout": {"maximum": 10}}
DAY = timedelta(days=1).total_seconds()


def _skipped(shop: Shop, document: dict[str, Any]) -> str:
    """Plan; give why its one change is not made now."""
    planned = shop.plan(shop.rule(document))
    assert (None, {"a": "skipped"}) == (planned.plan, shop.statuses(planned.run))
    return shop.reasons(planned.run)


def _finding(shop: Shop, document: dict[str, Any]) -> tuple[str, str]:
    """Plan; give verdict of the one finding and why there is no change."""
    planned = shop.plan(shop.rule(document))
    (finding,) = shop.findings(planned.run)
    assert (None, []) == (planned.plan, shop.changes(planned.run))
    fixed = finding["fix"] or {}
    return finding["verdict"], str(fixed.get("reason") or finding["reason"])


def test_what_was_rolled_back_is_left_alone_for_thirty_days(shop: Shop) -> None:
    """No ratchet: the same rule on the same resource waits; another rule does not, nor who says so."""
    shop.queues("a")
    run = shop.apply(shop.planned(fix()))
    shop.rollback(run)
    assert f"rolled back in run {run} less than 30 days ago; see --retry-rolled-back" in _skipped(shop, fix())
    assert shop.planned(fix("sqs-queue-delay", to={"DelaySeconds": 5})).changes()
    again = PlanRun(shop._auditor("sqs-queue-timeout", ()), retry_rolled_back=True).go()  # noqa: SLF001 - as the option
    assert again.plan is not None
    shop.aws.clock.advance(31 * DAY)
    assert shop.planned(fix()).changes()


def test_the_next_reduction_waits_for_a_look_back_of_data(shop: Shop) -> None:
    """Capacity was reduced: another reduction of the same resource waits, any other change does not."""
    shop.queues("a")
    run = shop.apply(shop.planned(fix(action="lower")))
    assert {"a": "applied"} == shop.statuses(run)
    lower = fix("sqs-queue-lower", action="lower", to={"VisibilityTimeout": 4})
    assert f"capacity was reduced in run {run}; the next waits for 30 days of data" in _skipped(shop, lower)
    assert shop.planned(fix("sqs-queue-other", to={"VisibilityTimeout": 4})).changes()
    shop.settings = Settings(plan=PlanSettings(look_back_days=1))
    shop.aws.clock.advance(2 * DAY)
    assert shop.planned(lower).changes()


def test_one_reduction_a_resource_and_plan(shop: Shop) -> None:
    """The second of two rules that lower the same queue is shown and waits."""
    shop.queues("a")
    shop.rule(fix("sqs-queue-one", action="lower", expect=LOW))
    shop.rule(fix("sqs-queue-two", action="lower", to={"VisibilityTimeout": 4}))
    planned = shop.plan("sqs-queue-*")
    assert ["planned", "skipped"] == [str(each.status) for each in shop.changes(planned.run)]
    assert "one reduction of capacity a resource and plan; plan again after it" in shop.reasons(planned.run)


def test_fixes_of_one_resource_are_planned_by_risk(shop: Shop) -> None:
    """What may not be approved comes last, so that nothing rests on it."""
    shop.queues("a")
    shop.rule(fix("sqs-queue-a-drop", action="drop", to={"VisibilityTimeout": 4}))
    shop.rule(fix("sqs-queue-b-set", to={"DelaySeconds": 5}))
    planned = shop.plan("sqs-queue-*")
    assert planned.plan is not None
    assert ["sqs-queue-b-set", "sqs-queue-a-drop"] == [change.rule for change in planned.plan.changes()]
    assert {"a": "skipped"} == shop.statuses(run := shop.apply(planned.plan))
    assert ["applied", "skipped"] == [str(each.status) for each in shop.changes(run)]


@pytest.mark.parametrize(
    ("category", "likely", "skipped"), [("cost", -1, True), ("cost", 1, False), ("security", -1, False)]
)
def test_a_saving_below_zero_blocks_changes_of_cost_only(shop: Shop, category: str, likely: int, skipped: bool) -> None:
    """What costs more is no saving; security may cost."""
    shop.queues("a")
    document = fix(category=category, savings={"low": -2, "likely": likely, "high": 3})
    planned = shop.plan(shop.rule(document))
    assert skipped is (planned.plan is None)
    if skipped:
        assert "it would cost more, not less: likely saving -1 a month" in shop.reasons(planned.run)


def test_a_budget_is_shared_by_the_whole_plan(shop: Shop) -> None:
    """Three want 40 of 97: the third is shown with what is left."""
    shop.queues("a", "b", "c")
    planned = shop.plan(shop.rule(fix(budget={"delay": 40})))
    assert ["planned", "planned", "skipped"] == sorted(str(each.status) for each in shop.changes(planned.run))
    assert "delay: needs 40, 17 of 97 left in this plan" in shop.reasons(planned.run)


def test_a_budget_that_is_not_declared_is_a_broken_action(shop: Shop) -> None:
    """Nothing is planned, and the finding says whose fault it is."""
    shop.queues("a")
    verdict, reason = _finding(shop, fix(budget={"other": 1}))
    assert ("fail", True) == (verdict, "expected a budget that it declares, found other" in reason)


def test_an_action_that_writes_what_it_does_not_declare(shop: Shop) -> None:
    """The failure stays a failure, without a change."""
    shop.queues("a")
    verdict, reason = _finding(shop, fix(undeclared=True))
    assert "fail" == verdict
    assert "action set of sqs.queue" in reason


def test_an_action_that_owns_other_facts(shop: Shop) -> None:
    """A step may write owned facts only."""
    shop.queues("a")
    verdict, reason = _finding(shop, fix(to={"MessageRetentionPeriod": 60}))
    assert "fail" == verdict
    assert "expected a fact that it owns, found attributes.MessageRetentionPeriod" in reason


def test_a_call_that_aws_would_refuse_is_not_planned(shop: Shop) -> None:
    """Checked against AWS's own model before there is a plan."""
    shop.queues("a")
    verdict, reason = _finding(shop, fix(invalid=True))
    assert "fail" == verdict
    assert "action set of sqs.queue plans a call that AWS would refuse: sqs:SetQueueAttributes" in reason


def test_an_action_that_declines_says_why(shop: Shop) -> None:
    """The finding stays a failure, with the action's reason."""
    shop.queues("a")
    assert ("fail", "this queue is special") == _finding(shop, fix(refuse=True))


def test_an_action_that_finds_nothing_to_do_lets_the_finding_pass(shop: Shop) -> None:
    """The rule's own expectation is stricter than what the action can do."""
    shop.queues("a")
    verdict, _ = _finding(shop, fix(to={"VisibilityTimeout": 30}, expect=LOW))
    assert "pass" == verdict


def test_a_need_that_cannot_be_read_makes_the_finding_unknown(shop: Shop) -> None:
    """The rule could be judged and the fix not planned: the budget's fact is missing."""
    shop.queues("a")
    document = fix(budget={"delay": 1}, expect={"attributes.VisibilityTimeout": {"const": 10}})
    shop.aws.faults.inject("sqs:ListQueues", "denied")
    planned = shop.plan(shop.rule(document), ARN.format("a"))
    (finding,) = shop.findings(planned.run)
    assert (None, []) == (planned.plan, shop.written())
    assert ("unknown", "sqs:ListQueues") == (finding["verdict"], finding["missing_action"])


def test_what_terraform_manages_is_planned_and_said(shop: Shop) -> None:
    """By its state file; an apply leaves it to the code."""
    shop.queues("a", "b")
    rule = shop.rule(fix())
    planned = PlanRun(shop._auditor(rule, ()), managed_arns=frozenset({ARN.format("a")})).go()  # noqa: SLF001 - as the option
    assert planned.plan is not None
    assert ["it stands in the given Terraform state", None] == [c.managed_by for c in planned.plan.changes()]
    run = shop.apply(planned.plan)
    assert {"a": "skipped", "b": "applied"} == shop.statuses(run)
    assert "managed as code (it stands in the given Terraform state)" in shop.reasons(run)


def test_only_declared_permissions_are_depended_on(shop: Shop) -> None:
    """A change that depends on more than its action declares is the plugin's mistake, and is not planned."""
    shop.queues("a")
    depends = {"iam:PassRole": ["arn:aws:iam::123456789012:role/r"]}
    document = fix(action="dead-letter", expect={"tags.dead": {"minLength": 1}}, depends=depends)
    assert "expected one of its declared permissions, found iam:PassRole" in _finding(shop, document)[1]


@pytest.mark.parametrize(("said", "found"), [(0, 300), (120, 120), (900, 300)])
def test_a_change_may_settle_sooner_than_its_action(shop: Shop, said: int, found: int) -> None:
    """Its own limit holds where it is the shorter one."""
    shop.queues("a")
    (change,) = shop.planned(fix(settle_seconds=said)).changes()
    assert found == change.settle_seconds
