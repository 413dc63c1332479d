"""The lifecycle rule that moves a bucket's objects to STANDARD_IA, and what speaks against it.

Objects that moved do not come back and the backlog moves at once, so everything that could make it a loss is asked
before: small objects, unknown reading, early expiry, a cost that does not pay back.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from trueup.canonical import plain
from trueup.change import Call, Change, Refusal, Reversible, Risk, Step
from trueup.plugins.s3.lifecycle import DEFAULT_MINIMUM_SIZE, MAX_RULES, covers_all, enabled, merged, transition_rule
from trueup.plugins.s3.money import monthly_saving
from trueup.service.money import known_prices

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from trueup.facts.snapshot import Snapshot
    from trueup.plugins.s3.lifecycle import Rule

__all__ = ["add_lifecycle_transition"]

_SMALLEST_MEAN = 128 * 1024
"""Bytes; S3 moves no smaller object, and bills smaller ones in STANDARD_IA as this large.

Source: S3 user guide, lifecycle transition general considerations.
"""

_EXPIRY_MARGIN_DAYS = 60
"""An object that expires this soon after its move has hardly paid for it, or not even for the 30 days it is billed."""

_CLASS_MARGIN_DAYS = 30
"""STANDARD_IA is billed for 30 days at least, so that a colder class must not follow earlier.

Source: S3 user guide, lifecycle transition general considerations.
"""

_PAYBACK_MONTHS = 3


def add_lifecycle_transition(bucket: Snapshot, parameters: Mapping[str, Any]) -> Change | Refusal:
    """Add one rule to a bucket's lifecycle configuration, keeping all others.

    Args:
        bucket: with ``lifecycle``, ``tiering``, ``objects``, ``access``, ``prices``.
        parameters: ``days``, and ``access_pattern`` (``measured``, or ``waived`` when it is known some other way).

    Source: S3 API, PutBucketLifecycleConfiguration (replaces all rules; TransitionDefaultMinimumObjectSize goes back
    to its default when it is not sent), DeleteBucketLifecycle.
    """
    days = parameters["days"]
    refusal = _not_to_be_moved(bucket, days, waived=parameters.get("access_pattern") == "waived")
    if refusal is not None:
        return refusal
    prices = known_prices(bucket)
    savings = None if prices is None else monthly_saving(bucket["objects"], bucket["access"], prices)
    if savings is None:
        return Refusal(
            f"moving objects is paid once for each of them, and no price of Region {bucket.resource.region} is known "
            "to tell whether it pays back"
        )
    if savings["likely"] >= 0 and savings["one_time"] > _PAYBACK_MONTHS * savings["likely"]:
        return Refusal(
            f"moving the objects costs {savings['one_time']:.2f} {savings['currency']} once and saves "
            f"{savings['likely']:.2f} a month: expected it back within {_PAYBACK_MONTHS} months",
            passes=True,
        )
    return Change(
        summary=f"{bucket.resource.id}: objects move to STANDARD_IA after {days} days; {_kept(bucket)}",
        steps=(_step(bucket, days),),
        risk=Risk.SAFE,
        risk_reason="objects stay as available and as quick to read; reading them is billed by the byte",
        reversible=Reversible.NO,
        reversible_reason="the undo brings the rules back, not the objects that have moved: they stay in STANDARD_IA",
        projection={
            "objects_moved": bucket["objects.count"],
            "bytes_moved": bucket["objects.standard_bytes"],
            "unit": "objects and bytes",
            "basis": "what STANDARD holds today, all of it older than the transition: the most that can move",
        },
        savings_monthly=savings,
        code=(
            "AWS::S3::Bucket LifecycleConfiguration.Rules: one more with "
            f"Transitions: [{{StorageClass: STANDARD_IA, TransitionInDays: {days}}}]"
        ),
    )


def _step(bucket: Snapshot, days: int) -> Step:
    before = bucket["lifecycle.Rules"]
    size = bucket["lifecycle.TransitionDefaultMinimumObjectSize"]
    after = merged(before, transition_rule(before, days))
    who = {"Bucket": bucket.resource.id, "ExpectedBucketOwner": bucket.resource.account}
    undo = Call("s3", "DeleteBucketLifecycle", who)
    if before:
        undo = _put(who, plain(before), size)
    return Step(
        call=_put(who, after, size or DEFAULT_MINIMUM_SIZE),
        undo=(undo,),
        effect={
            "lifecycle.Rules": after,
            "lifecycle.TransitionDefaultMinimumObjectSize": size or DEFAULT_MINIMUM_SIZE,
        },
        repeatable=True,
    )


def _put(who: Mapping[str, str], rules: Sequence[Rule], size: str) -> Call:
    return Call(
        "s3",
        "PutBucketLifecycleConfiguration",
        {**who, "LifecycleConfiguration": {"Rules": rules}, "TransitionDefaultMinimumObjectSize": size},
    )


def _kept(bucket: Snapshot) -> str:
    number = len(bucket["lifecycle.Rules"])
    if not number:
        return "it had no lifecycle rule"
    return "its one rule is kept" if number == 1 else f"its {number} rules are kept"


def _not_to_be_moved(bucket: Snapshot, days: int, *, waived: bool) -> Refusal | None:
    if bucket["tiering.intelligent"] or bucket["objects.intelligent_bytes"]:
        return Refusal("the bucket uses Intelligent-Tiering, whose objects cannot move to STANDARD_IA")
    if len(bucket["lifecycle.Rules"]) >= MAX_RULES:
        return Refusal(f"the bucket has {MAX_RULES} lifecycle rules, which is as many as S3 takes")
    if bucket["objects.standard_bytes"] == 0:
        return Refusal("STANDARD holds nothing that could move", passes=True)
    if bucket["objects.mean_bytes"] < _SMALLEST_MEAN:
        return Refusal(
            f"the bucket's objects have {bucket['objects.mean_bytes']} bytes on average, and objects below "
            f"{_SMALLEST_MEAN} cost more in STANDARD_IA",
            passes=True,
        )
    if not waived and not bucket["access.known"]:
        return Refusal(
            "how the objects are read is not known: turn request metrics of the whole bucket on and plan again after "
            "30 days, or say access_pattern=waived if it is known some other way"
        )
    return next(_in_the_way(bucket, days), None)


def _in_the_way(bucket: Snapshot, days: int) -> Iterator[Refusal]:
    """Yield what other rules do to objects too soon after the move."""
    for rule in enabled(bucket["lifecycle.Rules"]):
        name, whole = rule.get("ID", ""), covers_all(rule)
        after = _expires_after(rule, bucket.read_at)
        if after is not None and after < days + _EXPIRY_MARGIN_DAYS and (whole or after > days):
            yield Refusal(
                f"lifecycle rule {name!r} lets objects expire after {after} days, expected at least "
                f"{days + _EXPIRY_MARGIN_DAYS} for a move after {days} days",
                passes=whole,
            )
        for transition in rule.get("Transitions") or ():
            colder = transition.get("Days")
            if colder is not None and days < colder < days + _CLASS_MARGIN_DAYS:
                yield Refusal(
                    f"lifecycle rule {name!r} moves objects to {transition['StorageClass']} after {colder} days, "
                    f"expected at least {days + _CLASS_MARGIN_DAYS} for a move after {days} days"
                )


def _expires_after(rule: Rule, now: datetime) -> int | None:
    """Give after how many days objects of a rule expire; counted from now where the rule names a date."""
    expiration = rule.get("Expiration") or {}
    if expiration.get("Days") is not None:
        return int(expiration["Days"])
    if expiration.get("Date") is None:
        return None
    return max(0, (datetime.fromisoformat(expiration["Date"]) - now) // timedelta(days=1))
