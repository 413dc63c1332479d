"""Tests of the move to STANDARD_IA: the change, and each thing that speaks against it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from trueup.change import Reversible, Risk
from trueup.facts.unknown import Reason, Unknown

ACTION = "add-lifecycle-transition"


def _expiring(prefix: str = "", **expiration: Any) -> dict[str, Any]:
    return {"ID": "expiry", "Status": "Enabled", "Filter": {"Prefix": prefix}, "Expiration": expiration}


def _moving(days: int, storage_class: str = "GLACIER", prefix: str = "") -> dict[str, Any]:
    transitions = [{"Days": days, "StorageClass": storage_class}]
    return {"ID": "cold", "Status": "Enabled", "Filter": {"Prefix": prefix}, "Transitions": transitions}


def test_a_bucket_without_rules_gets_one_and_loses_it_again(buckets: Any) -> None:
    """Where there was no configuration the undo deletes it; every call names the owner."""
    change = buckets.change(ACTION, buckets.snapshot())
    (step,) = change.steps
    assert ["trueup-standard-ia-after-30-days"] == [rule["ID"] for rule in step.effect["lifecycle.Rules"]]
    assert "all_storage_classes_128K" == step.call.parameters["TransitionDefaultMinimumObjectSize"]
    assert ["s3:DeleteBucketLifecycle"] == [undo.name for undo in step.undo]
    assert {"123456789012"} == {call.parameters["ExpectedBucketOwner"] for call in (step.call, *step.undo)}
    assert "it had no lifecycle rule" in change.summary


@pytest.mark.parametrize("size", ["all_storage_classes_128K", "varies_by_storage_class"])
def test_the_minimum_size_is_sent_again(buckets: Any, size: str) -> None:
    """Not sending it would set it back to its default."""
    (step,) = buckets.change(ACTION, buckets.with_rules(_moving(90), size=size)).steps
    for call in (step.call, *step.undo):
        assert size == call.parameters["TransitionDefaultMinimumObjectSize"]
    assert size == step.effect["lifecycle.TransitionDefaultMinimumObjectSize"]


def test_it_says_that_objects_do_not_come_back(buckets: Any) -> None:
    """The rules come back, what moved does not."""
    change = buckets.change(ACTION, buckets.snapshot())
    assert (change.risk, change.reversible) == (Risk.SAFE, Reversible.NO)
    assert "stay in STANDARD_IA" in change.reversible_reason
    assert (1000, 1000 * buckets.gib) == (change.projection["objects_moved"], change.projection["bytes_moved"])


@pytest.mark.parametrize(
    ("rules", "said", "passes"),
    [
        ([_expiring(Days=89)], "expire after 89 days, expected at least 90", True),
        ([_expiring(Days=30)], "expire after 30 days", True),
        ([_expiring("logs/", Days=31)], "expire after 31 days", False),
        ([_expiring("logs/", Days=89)], "expire after 89 days", False),
        ([_moving(31)], "moves objects to GLACIER after 31 days, expected at least 60", False),
        ([_moving(59, "DEEP_ARCHIVE", "logs/")], "moves objects to DEEP_ARCHIVE after 59 days", False),
        ([_moving(0, "INTELLIGENT_TIERING", "logs/")], "uses Intelligent-Tiering", False),
    ],
)
def test_rules_that_stand_in_the_way_refuse_it(
    buckets: Any, rules: list[dict[str, Any]], said: str, *, passes: bool
) -> None:
    """An object that expires or goes on soon after the move has cost more than it saved."""
    refusal = buckets.refusal(ACTION, buckets.with_rules(*rules))
    assert said in refusal.reason
    assert passes is refusal.passes


@pytest.mark.parametrize(
    "rule",
    [
        _expiring(Days=90),
        _expiring("logs/", Days=30),
        _expiring(ExpiredObjectDeleteMarker=True),
        _expiring(Days=31) | {"Status": "Disabled"},
        _moving(60),
        _moving(10, prefix="logs/"),
        {"ID": "old", "Status": "Enabled", "Prefix": "", "NoncurrentVersionExpiration": {"NoncurrentDays": 1}},
    ],
)
def test_rules_that_do_no_harm_are_merged(buckets: Any, rule: dict[str, Any]) -> None:
    """What is gone or colder before the move, late enough after it, switched off, or of old versions only."""
    (step,) = buckets.change(ACTION, buckets.with_rules(rule)).steps
    assert len(step.effect["lifecycle.Rules"]) == 2


@pytest.mark.parametrize(("days", "planned"), [(-400, False), (10, False), (80, False), (400, True)])
def test_a_day_of_expiry_counts_from_now(buckets: Any, days: int, *, planned: bool) -> None:
    """A rule may name a day instead of an age; a day that has passed expires everything at once."""
    date = (buckets.now + timedelta(days=days)).replace(hour=0, minute=0).isoformat()
    snapshot = buckets.with_rules(_expiring(Date=date))
    if planned:
        buckets.change(ACTION, snapshot)
    else:
        assert "expire after" in buckets.refusal(ACTION, snapshot).reason


def test_small_objects_stay_where_they_are(buckets: Any) -> None:
    """Below 128 KB on average there is nothing to gain, and at 128 KB there may be."""
    gib = buckets.gib
    small = buckets.stored(count=8 * 1024 * 100 + 1, StandardStorage=100 * gib)
    refusal = buckets.refusal(ACTION, buckets.snapshot(small))
    assert "131071 bytes on average" in refusal.reason
    assert refusal.passes
    assert (
        "expected it back within 3 months"
        in buckets.refusal(
            ACTION, buckets.snapshot(buckets.stored(count=8 * 1024 * 100, StandardStorage=100 * gib))
        ).reason
    )


def test_nothing_in_standard_is_nothing_to_do(buckets: Any) -> None:
    """All of it lies somewhere else."""
    snapshot = buckets.snapshot(buckets.stored(StandardStorage=0, GlacierStorage=buckets.gib))
    refusal = buckets.refusal(ACTION, snapshot)
    assert ("STANDARD holds nothing that could move", True) == (refusal.reason, refusal.passes)


def test_intelligent_tiering_objects_cannot_move(buckets: Any) -> None:
    """Told from storage where no rule says so."""
    held = {"StandardStorage": buckets.gib, "IntelligentTieringIAStorage": 1}
    assert "Intelligent-Tiering" in buckets.refusal(ACTION, buckets.snapshot(buckets.stored(**held))).reason


@pytest.mark.parametrize("configurations", [[], ["all"]])
def test_unknown_reading_refuses_unless_waived(buckets: Any, configurations: list[str]) -> None:
    """Without request metrics, or without a point of them, nobody knows what reading will cost."""
    paid = {"whole_bucket": configurations, "filtered": ["logs"]}
    snapshot = buckets.snapshot(buckets.stored(read=None), metrics_configurations=paid)
    refusal = buckets.refusal(ACTION, snapshot)
    assert "turn request metrics of the whole bucket on" in refusal.reason
    assert not refusal.passes
    savings = buckets.change(ACTION, snapshot, access_pattern="waived").savings_monthly
    assert savings is not None
    assert "nobody knows how objects are read" in savings["assumptions"][2]


def test_an_unknown_price_refuses(buckets: Any) -> None:
    """Whether the one-time cost pays back cannot be told without a price."""
    unpriced = buckets.snapshot(prices=Unknown(Reason.NO_PRICE, "nobody knows"))
    assert "no price of Region us-east-1" in buckets.refusal(ACTION, unpriced).reason


def test_a_full_configuration_takes_no_more(buckets: Any) -> None:
    """S3 takes 1000 rules of a bucket."""
    rules = [_expiring(f"{number}/", Days=400) | {"ID": str(number)} for number in range(1000)]
    buckets.change(ACTION, buckets.with_rules(*rules[:999]))
    assert "as many as S3 takes" in buckets.refusal(ACTION, buckets.with_rules(*rules)).reason


def test_a_bucket_that_is_read_much_would_cost_more(buckets: Any) -> None:
    """The saving is negative, and so the host plans nothing."""
    snapshot = buckets.snapshot(buckets.stored(read=100 * buckets.gib))
    savings = buckets.change(ACTION, snapshot).savings_monthly
    assert savings is not None
    assert savings["likely"] < 0
