"""What is exempt is never fixed: not planned, and not applied by a plan that is older than the exemption."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.core.applying.queues import ARN, Hearing, fix
from tests.core.exemptions.conftest import exemption
from trueup.errors import UsageError
from trueup.exemptions.exemptions import NO_EXEMPTIONS

if TYPE_CHECKING:
    from tests.core.exemptions.conftest import ExemptShop
    from trueup.planning.plan_file import Plan

RULE = "sqs-queue-timeout"
NAMES = ("a", "b", "c")


@pytest.fixture
def shop(shop: ExemptShop) -> ExemptShop:
    """A shop with three queues that fail, one of them tagged."""
    shop.queues("a", "c")
    shop.queue("b", tags={"team": "legacy"})
    shop.rule(fix(RULE))
    shop.aws.calls.clear()
    return shop


@pytest.fixture
def plan(shop: ExemptShop) -> Plan:
    """A plan of three changes, made when nothing was exempt."""
    return shop.planned(fix(RULE))


@pytest.mark.parametrize("on", [ARN.format("b"), ("team", "leg*")])
def test_what_is_exempt_is_not_planned(shop: ExemptShop, on: str | tuple[str, str]) -> None:
    """It stands in the plan's report as exempt, and nothing else changes."""
    shop.exempt(exemption(RULE, on))
    planned, view = shop.planned_view(RULE)

    assert planned.plan is not None
    assert {"a", "c"} == {change.resource.id for change in planned.plan.changes()}
    assert {"a": "fail", "b": "exempt", "c": "fail"} == {
        each["resource"]["id"]: each["verdict"] for each in view.findings()
    }


def test_what_may_be_exempt_is_not_planned(shop: ExemptShop) -> None:
    """Where the tags cannot be read nothing is planned, and the finding says why and what to allow."""
    shop.exempt(exemption(RULE, ("team", "legacy")))
    shop.aws.faults.inject("sqs:ListQueueTags", "denied", resource="/b")
    planned, view = shop.planned_view(RULE)

    assert planned.plan is not None
    assert {"a", "c"} == {change.resource.id for change in planned.plan.changes()}
    (found,) = [each for each in view.findings() if each["resource"]["id"] == "b"]
    assert ("fail", "sqs:ListQueueTags") == (found["verdict"], found["missing_action"])
    assert found["fix"]["reason"].startswith("whether a tag exempts it is not known, and what is exempt is not fixed")


def test_an_expired_exemption_hinders_nothing_and_is_said(shop: ExemptShop) -> None:
    """It is planned again, and the finding still names the exemption, after the closer look too."""
    shop.exempt(exemption(RULE, ARN.format("b"), days=-1))
    planned, view = shop.planned_view(RULE)

    assert planned.plan is not None
    assert set(NAMES) == {change.resource.id for change in planned.plan.changes()}
    expired = {each["resource"]["id"]: bool(each["exemption"]) for each in view.findings()}
    assert {"a": False, "b": True, "c": False} == expired


@pytest.mark.parametrize("on", [ARN.format("b"), ("team", "legacy")])
def test_a_plan_that_is_older_than_the_exemption_leaves_it_alone(
    shop: ExemptShop, plan: Plan, on: str | tuple[str, str]
) -> None:
    """The change is skipped with the reason, the others are applied; the closing audit says the same."""
    entry = exemption(RULE, on)
    shop.exempt(entry)
    run = shop.apply(plan)

    assert ({"a": "applied", "b": "skipped", "c": "applied"}, 5) == (
        dict(sorted(shop.statuses(run).items())), shop.exit_code(run),
    )  # fmt: skip
    assert [10, 30, 10] == shop.timeouts(*NAMES)
    reason = f"exempt until {entry.expires} (owner queues team, exemptions.json:3): they are drained on Friday"
    assert [reason] == [each.reason for each in shop.changes(run) if each.status == "skipped"]


def test_an_apply_that_cannot_read_the_tags_leaves_it_alone(shop: ExemptShop, plan: Plan) -> None:
    """An exempt resource is never fixed; what may be one is treated as one."""
    shop.exempt(exemption(RULE, ("team", "legacy")))
    shop.aws.faults.inject("sqs:ListQueueTags", "denied", resource="/b")
    run = shop.apply(plan)

    assert [10, 30, 10] == shop.timeouts(*NAMES)
    assert "whether a tag exempts it is not known" in shop.reasons(run)
    assert "allow sqs:ListQueueTags" in shop.reasons(run)


def test_a_resume_keeps_to_the_exemptions_that_the_run_began_with(shop: ExemptShop, plan: Plan) -> None:
    """Whoever resumes need not name the files again, and cannot forget them."""
    shop.exempt(exemption(RULE, ARN.format("c")))
    first, *_ = (change.resource.id for change in plan.changes())
    shop.said = Hearing(lambda line: shop.journal.runs.request_stop() if line == f"{first}: applied" else None)
    run = shop.apply(plan)
    assert ["applied", "planned", "planned"] == sorted(shop.statuses(run).values())

    shop.exemptions, shop.said = NO_EXEMPTIONS, []
    shop.resume(run)
    assert {"a": "applied", "b": "applied", "c": "skipped"} == dict(sorted(shop.statuses(run).items()))
    assert 30 == shop.timeouts("c")[0]


def test_a_resume_heeds_exemptions_that_are_newer_than_the_run(shop: ExemptShop, plan: Plan) -> None:
    """What was not begun is not begun any more."""
    first, *others = (change.resource.id for change in plan.changes())
    shop.said = Hearing(lambda line: shop.journal.runs.request_stop() if line == f"{first}: applied" else None)
    run = shop.apply(plan)
    shop.said = []
    shop.exempt(*(exemption(RULE, ARN.format(name)) for name in NAMES))
    shop.resume(run)

    assert {first: "applied", **dict.fromkeys(others, "skipped")} == shop.statuses(run)


def test_exemptions_of_a_run_that_are_none_stop_its_resume(shop: ExemptShop, plan: Plan) -> None:
    """A run that was edited elsewhere is refused with a sentence, before anything is read."""
    run = shop.journal.runs.start(
        "apply", account=plan.account, plan_digest=plan.digest, options={"exemptions": [{"rule": RULE}]}
    )
    shop.aws.calls.clear()
    with pytest.raises(UsageError, match=f"run {run}: expected its exemptions as they were written, found KeyError"):
        shop.resume(run)
    assert [] == list(shop.aws.calls)
