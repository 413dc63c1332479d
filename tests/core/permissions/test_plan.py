"""What a plan needs: its reads on its resources, its writes on what they act on, and what these depend on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.core.applying.queues import ARN, fix
from trueup.hosting.host import Host
from trueup.permissions.grant import Grant
from trueup.permissions.plan import asked_together, plan_reads, plan_writes
from trueup.planning.planned import PlannedChange
from trueup.resource import Resource
from trueup.ruleset.load import load_rules

if TYPE_CHECKING:
    from tests.core.applying.queues import Shop

KEY = "arn:aws:kms:us-east-1:123456789012:key/k"


def _change(rule: str, arn: str) -> PlannedChange:
    """Give a change of a bucket without steps, as far as reading is concerned."""
    document = dict.fromkeys(PlannedChange.__slots__, "") | {
        "rule": rule,
        "resource": dict.fromkeys(Resource.__slots__, "") | {"type": "s3.bucket", "arn": arn},
        "steps": [],
        "risk": "safe",
        "reversible": "yes",
        "relies_on": {},
        "undo_carries": {},
    }
    return PlannedChange.from_json(document)


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


def test_each_resource_is_audited_by_each_rule_of_its_plan_in_the_end() -> None:
    """What one rule looks at is read of what another one changed; a bucket has to be listed for that."""
    host = Host()
    found = load_rules(host.rule_sources(), host.fact_schemas()).rules
    rules = {name: found[name].bind({}) for name in ("s3-bucket-versioning-enabled", "s3-bucket-ssl-requests-only")}
    buckets = ("arn:aws:s3:::one", "arn:aws:s3:::two")
    changes = [_change(rule, arn) for rule, arn in zip(rules, buckets, strict=True)]
    expected = {Grant(f"s3:GetBucket{what}", arn) for what in ("Versioning", "Policy") for arn in buckets}
    assert expected | {Grant("s3:ListAllMyBuckets")} <= plan_reads(changes, rules, host)
    assert Grant("s3:GetBucketPolicy", buckets[0]) not in plan_reads(changes[:1], rules, host)


def test_reads_have_what_settling_looks_at(shop: Shop) -> None:
    """Aspects that only a step's conditions look at, inside ``any``, too."""
    shop.queues("a")
    settled = {"any": [{"tags.done": {"const": "yes"}}, {"metrics.depth": {"maximum": 5}}]}
    assert Grant("cloudwatch:GetMetricData") in _reads(shop, fix(settled=settled))


def test_reads_have_what_a_watch_looks_at(shop: Shop) -> None:
    """The regression condition is judged during the soak, and for weeks after the apply."""
    shop.queues("a")
    assert Grant("cloudwatch:GetMetricData") in _reads(shop, fix(regression={"metrics.depth": {"maximum": 5}}))
