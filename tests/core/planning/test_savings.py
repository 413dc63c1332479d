"""What a plan saves in all is what the end state saves, whatever the order of its changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.core.applying.queues import fix
from trueup.journal.stored_run import StoredRun
from trueup.ruleset.load import load_rules
from trueup.ruleset.selection import Selection
from trueup.running.audit_run import Auditor
from trueup.running.plan_run import PlanRun

if TYPE_CHECKING:
    from tests.core.applying.queues import Shop

TIMEOUT = fix("sqs-queue-b-timeout", to={"VisibilityTimeout": 10}, category="cost", priced=True)
DELAY: dict[str, Any] = {"to": {"DelaySeconds": 5}, "category": "cost", "priced": True}


def _plan(shop: Shop, *documents: dict[str, Any]) -> tuple[list[float], dict[str, Any]]:
    """Plan several rules at once; give what each change saves, in the order of the plan, and the report's costs."""
    for document in documents:
        shop.rule(document)
    ruleset = load_rules(shop.host.rule_sources(), shop.host.fact_schemas(), tolerant=True)
    selection = Selection(rules=tuple(document["id"] for document in documents))
    bound = {each.id: each.bind({}) for each in selection.select(ruleset)}
    planned = PlanRun(Auditor(shop.account(), bound, selection)).go()
    assert planned.plan is not None
    costs = StoredRun(shop.journal, shop.journal.runs.get(planned.run)).costs()
    return [change.savings_monthly["likely"] for change in planned.plan.changes() if change.savings_monthly], costs


@pytest.mark.parametrize("delay", ["sqs-queue-a-delay", "sqs-queue-c-delay"])
def test_savings_on_one_resource_telescope(shop: Shop, delay: str) -> None:
    """Each change is priced on top of those before it: 30 times 20 becomes 10 times 5, in two steps or in one."""
    shop.queues("a", VisibilityTimeout="30", DelaySeconds="20")
    each, costs = _plan(shop, TIMEOUT, fix(delay, **DELAY))
    assert 30 * 20 - 10 * 5 == sum(each) == costs["total"]["saving"]["likely"]
    assert len(each) == 2
    assert each != [(30 - 10) * 20, 30 * (20 - 5)]


def test_what_costs_more_is_blocked_for_rules_about_cost_only(shop: Shop) -> None:
    """Security may cost something; a rule about cost that makes things dearer has missed its point."""
    shop.queues("a", VisibilityTimeout="30", DelaySeconds="20")
    dearer: dict[str, Any] = {"to": {"DelaySeconds": 40}, "priced": True}
    each, costs = _plan(shop, TIMEOUT, fix("sqs-queue-c-delay", **dearer, category="security"))
    assert each == [(30 - 10) * 20, 10 * (20 - 40)]
    assert costs["total"]["saving"]["likely"] == sum(each)
    each, costs = _plan(shop, TIMEOUT, fix("sqs-queue-c-delay", **dearer, category="cost"))
    assert each == [(30 - 10) * 20]
    assert (1, 400) == (costs["total"]["changes"], costs["total"]["saving"]["likely"])
