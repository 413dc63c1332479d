"""Canaries first, one soak, then waves; the first sign of harm undoes what did it and ends the run."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.core.applying.queues import Hearing, fix
from trueup.applying.options import ApplyOptions
from trueup.settings import ApplySettings, Settings
from trueup.testing import Constant

if TYPE_CHECKING:
    from tests.core.applying.queues import Shop

SHALLOW = {"metrics.depth": {"maximum": 5}}
NAMES = ("a", "b", "c")


def _depth(shop: Shop, queue: str, depth: float, since: Any = None) -> None:
    metric = "AWS/SQS", "ApproximateNumberOfMessagesVisible", {"QueueName": queue}
    shop.aws.metrics.put(*metric, Constant(depth), since=since or shop.clock.now() - timedelta(hours=1))


def _lowered(shop: Shop, **changed: Any) -> Any:
    shop.queues(*NAMES)
    return shop.planned(fix(action="lower", regression=SHALLOW, **changed))


def _order(shop: Shop) -> list[str]:
    return [line for line in shop.said if line.startswith(("canary", "soak", "wave"))]


def test_a_canary_is_soaked_before_the_waves(shop: Shop) -> None:
    """Half an hour in looks of five minutes, then the others."""
    plan = _lowered(shop)
    for name in NAMES:
        _depth(shop, name, 1)
    began = shop.clock.now()
    run = shop.apply(plan)
    assert {"a": "applied", "b": "applied", "c": "applied"} == shop.statuses(run)
    assert timedelta(minutes=30) <= shop.clock.now() - began
    said = [line.partition(":")[0] for line in _order(shop)]
    assert ["canary", *["soak"] * 6, "wave", "wave"] == said
    assert 0 == shop.exit_code(run)


def test_a_breach_during_the_soak_is_rolled_back(shop: Shop) -> None:
    """The canary is as before, nothing else was touched, and the exit code says that something was rolled back."""
    plan = _lowered(shop)
    _depth(shop, "a", 9, shop.clock.now() + timedelta(minutes=8))
    run = shop.apply(plan)
    assert {"a": "rolled_back", "b": "skipped", "c": "skipped"} == shop.statuses(run)
    assert ([30, 30, 30], 7) == (shop.timeouts(*NAMES), shop.exit_code(run))
    assert [("SetQueueAttributes", "a")] * 2 == shop.written()
    assert "its regression condition was breached after the change" in shop.reasons(run)
    assert "the run was stopped: a regression was seen" in shop.reasons(run)
    assert "stopped" == shop.journal.runs.get(run).status


def test_a_breach_between_waves_is_rolled_back(shop: Shop) -> None:
    """Before each further wave all that was applied is looked at; the one that is unwell is undone, the rest stays."""
    shop.settings = Settings(apply=ApplySettings(first_wave=1))
    plan = _lowered(shop)
    for name in ("a", "c"):
        _depth(shop, name, 1)
    _depth(shop, "b", 9, shop.clock.now() + timedelta(minutes=33))
    shop.said = Hearing(lambda line: shop.aws.clock.advance(600) if line == "b: applied" else None)
    run = shop.apply(plan)
    assert {"a": "applied", "b": "rolled_back", "c": "skipped"} == shop.statuses(run), shop.reasons(run)
    assert ([10, 30, 30], 7) == (shop.timeouts(*NAMES), shop.exit_code(run))


def test_a_canary_without_data_proves_nothing(shop: Shop) -> None:
    """What waits for it is skipped and says which option accepts it."""
    run = shop.apply(_lowered(shop))
    assert {"a": "applied", "b": "skipped", "c": "skipped"} == shop.statuses(run)
    assert "its canary could not be observed; see --accept-unobserved" in shop.reasons(run)
    assert [10, 30, 30] == shop.timeouts(*NAMES)


def test_an_unobserved_canary_may_be_accepted(shop: Shop) -> None:
    """The person who says so gets the waves."""
    shop.options = ApplyOptions(accept_unobserved=True)
    run = shop.apply(_lowered(shop))
    assert [10, 10, 10] == shop.timeouts(*NAMES), shop.reasons(run)


def test_a_stale_canary_is_none(shop: Shop) -> None:
    """The next change of the same action is tried first instead."""
    plan = _lowered(shop)
    for name in NAMES:
        _depth(shop, name, 1)
    shop.change_by_hand("a", VisibilityTimeout=50)
    run = shop.apply(plan)
    assert {"a": "stale", "b": "applied", "c": "applied"} == shop.statuses(run)
    assert ["canary: a", "canary: b", "wave: c"] == [
        ":".join(line.split(":")[:2]) for line in _order(shop) if not line.startswith("soak")
    ]


def test_a_refused_canary_ends_its_action(shop: Shop) -> None:
    """AWS refuses the first: the others of the same action are not tried."""
    shop.queues(*NAMES)
    plan = shop.planned(fix())
    shop.aws.faults.inject("sqs:SetQueueAttributes", "denied", times=1)
    run = shop.apply(plan)
    assert {"a": "failed", "b": "skipped", "c": "skipped"} == shop.statuses(run)
    assert "the canary of set failed" in shop.reasons(run)
    assert "nothing was changed: sqs:SetQueueAttributes was refused with AccessDenied" in shop.reasons(run)
    assert ([30, 30, 30], 6) == (shop.timeouts(*NAMES), shop.exit_code(run))


def test_a_stop_during_the_soak_ends_it_and_a_resume_goes_on(shop: Shop) -> None:
    """What is applied stays, what is not is left planned, and resume soaks again before it goes on."""
    plan = _lowered(shop)
    for name in NAMES:
        _depth(shop, name, 1)
    shop.said = Hearing(lambda line: shop.journal.runs.request_stop() if line.startswith("soak") else None)
    run = shop.apply(plan)
    assert ({"a": "applied", "b": "planned", "c": "planned"}, 6) == (shop.statuses(run), shop.exit_code(run))
    assert 1 == len([line for line in shop.said if line.startswith("soak")])
    shop.said = []
    shop.resume(run)
    assert {"a": "applied", "b": "applied", "c": "applied"} == shop.statuses(run), shop.reasons(run)
    assert 6 == len([line for line in shop.said if line.startswith("soak")])


def test_a_change_that_lowers_no_capacity_is_not_soaked(shop: Shop) -> None:
    """No half hour is spent where nothing can get too small."""
    shop.queues(*NAMES)
    run = shop.apply(shop.planned(fix(regression=SHALLOW)))
    assert {"a": "applied", "b": "applied", "c": "applied"} == shop.statuses(run)
    assert not [line for line in shop.said if line.startswith("soak")]
