"""What a plan needs: its reads on its resources, its writes on what they act on, and what these depend on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.core.applying.queues import ARN, fix
from trueup.permissions.grant import Grant
from trueup.permissions.plan import asked_together, plan_reads, plan_writes

if TYPE_CHECKING:
    from tests.core.applying.queues import Shop

KEY = "arn:aws:kms:us-east-1:123456789012:key/k"


def _reads(shop: Shop, document: dict[str, Any]) -> frozenset[Grant]:
    plan = shop.planned(document)
    return plan_reads(plan.changes(), plan.rules(shop.host.fact_schemas()), shop.host)


def test_writes_and_undos_are_limited_to_what_they_act_on(shop: Shop) -> None:
    """A step's own ARNs, else the resource; what it depends on where the change says."""
    shop.queues("a")
    plan = shop.planned(fix(action="dead-letter", expect={"tags.dead": {"minLength": 1}}))
    queue = ARN.format("a")
    expected = {
        Grant("sqs:CreateQueue", f"{queue}-dead"),
        Grant("sqs:DeleteQueue", f"{queue}-dead"),
        Grant("sqs:TagQueue", queue),
        Grant("sqs:UntagQueue", queue),
        Grant("kms:Decrypt", KEY),
    }
    assert expected == plan_writes(plan.changes(), shop.host)


def test_iam_is_asked_of_each_action_with_its_own_resources(shop: Shop) -> None:
    """Actions on the same resources are one question."""
    shop.queues("a")
    (change,) = shop.planned(fix(action="dead-letter", expect={"tags.dead": {"minLength": 1}})).changes()
    queue = ARN.format("a")
    assert [
        ((f"{queue}-dead",), "", ("sqs:CreateQueue", "sqs:DeleteQueue")),
        ((KEY,), "", ("kms:Decrypt",)),
        ((queue,), "", ("sqs:TagQueue", "sqs:UntagQueue")),
    ] == sorted(asked_together(change, shop.host), key=lambda each: each[2][0] != "sqs:CreateQueue")


def test_reads_are_limited_to_the_planned_resources(shop: Shop) -> None:
    """What the rule, the fix and the busy check look at; what is read once for all queues stays on everything."""
    shop.queues("a", "b")
    grants = _reads(shop, fix())
    limited = {grant.action: grant.resource for grant in grants if grant.resource != "*"}
    assert {ARN.format("a"), ARN.format("b")} == {g.resource for g in grants if g.action == "sqs:GetQueueAttributes"}
    assert {"sqs:GetQueueAttributes", "sqs:ListQueueTags"} == set(limited)
    assert {"cloudwatch:DescribeAlarms", "sqs:ListQueues"} == {
        grant.action for grant in grants if grant.resource == "*"
    }


def test_reads_have_what_settling_looks_at(shop: Shop) -> None:
    """Aspects that only a step's conditions look at, inside ``any``, too."""
    shop.queues("a")
    settled = {"any": [{"tags.done": {"const": "yes"}}, {"metrics.depth": {"maximum": 5}}]}
    assert Grant("cloudwatch:GetMetricData") in _reads(shop, fix(settled=settled))


def test_reads_have_what_a_watch_looks_at(shop: Shop) -> None:
    """The regression condition is judged during the soak, and for weeks after the apply."""
    shop.queues("a")
    assert Grant("cloudwatch:GetMetricData") in _reads(shop, fix(regression={"metrics.depth": {"maximum": 5}}))
