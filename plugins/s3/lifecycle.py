"""A bucket's lifecycle rules: in one form whatever AWS left out, what they do to its objects, and one more merged in.

Putting a lifecycle configuration replaces the whole of it, so that a merge that forgets a field of somebody's rule
deletes it for good; here rules are documents that are passed on, never rebuilt.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from trueup.canonical import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trueup.facts.snapshot import Snapshot

__all__ = [
    "DEFAULT_MINIMUM_SIZE",
    "MAX_RULES",
    "STANDARD_IA",
    "Rule",
    "configuration",
    "covers_all",
    "enabled",
    "in_filter_form",
    "merged",
    "tiering",
    "transition_rule",
]

Rule = Mapping[str, Any]
"""A ``LifecycleRule`` as S3 gives it."""

STANDARD_IA = "STANDARD_IA"
INTELLIGENT = "INTELLIGENT_TIERING"

DEFAULT_MINIMUM_SIZE = "all_storage_classes_128K"
"""What S3 takes when a request does not say which small objects stay where they are.

Source: botocore model s3, TransitionDefaultMinimumObjectSize.
"""

MAX_RULES = 1000
"""Rules of one bucket. Source: S3 API, PutBucketLifecycleConfiguration."""

_SMALLEST_MOVED = 128 * 1024
"""Bytes below which S3 moves no object by default, so that a filter up to here leaves none out that would move."""


def configuration(answer: Mapping[str, Any] | None) -> dict[str, Any]:
    """Give the lifecycle configuration of a bucket in one form; None is a bucket without one.

    A filter without content is written as the empty prefix, which means the same: S3 may give either for it, and what
    is compared must not differ where nothing does.

    Source: S3 API, GetBucketLifecycleConfiguration; LifecycleRuleFilter.
    """
    if answer is None:
        return {"Rules": [], "TransitionDefaultMinimumObjectSize": None}
    return {
        "Rules": [
            {**rule, "Filter": {"Prefix": ""}} if rule.get("Filter") == {} else rule for rule in answer.get("Rules", [])
        ],
        "TransitionDefaultMinimumObjectSize": answer.get("TransitionDefaultMinimumObjectSize") or DEFAULT_MINIMUM_SIZE,
    }


def tiering(bucket: Snapshot) -> dict[str, Any]:
    """Give what becomes of a bucket's objects as they age.

    Returns:
        ``{"days", "intelligent"}``: after how many days the first enabled rule for all objects moves them out of
        STANDARD, None when none does; and whether Intelligent-Tiering is in use: archive tiers configured, or an
        enabled rule that moves objects there.

    Source: S3 API, LifecycleRule, IntelligentTieringConfiguration (which moves no object out of STANDARD itself).
    """
    rules = tuple(enabled(bucket["lifecycle.Rules"]))
    days = [
        transition["Days"]
        for rule in rules
        if covers_all(rule)
        for transition in rule.get("Transitions") or ()
        if transition.get("Days") is not None
    ]
    configured = any(each.get("Status") == "Enabled" for each in bucket["intelligent_tiering.configurations"])
    moved = any(
        transition.get("StorageClass") == INTELLIGENT for rule in rules for transition in rule.get("Transitions") or ()
    )
    return {"days": min(days, default=None), "intelligent": configured or moved}


def enabled(rules: Sequence[Rule]) -> Iterator[Rule]:
    """Yield the rules that are carried out."""
    yield from (rule for rule in rules if rule.get("Status") == "Enabled")


def covers_all(rule: Rule) -> bool:
    """Say whether a rule is for all objects that S3 would move: no prefix, no tag, no size beyond the default's."""
    if "Filter" not in rule:
        return not rule.get("Prefix")
    predicates = rule["Filter"].get("And", rule["Filter"])
    if predicates.get("Prefix") or predicates.keys() & {"Tag", "Tags", "ObjectSizeLessThan"}:
        return False
    return (predicates.get("ObjectSizeGreaterThan") or 0) <= _SMALLEST_MOVED


def transition_rule(rules: Sequence[Rule], days: int) -> dict[str, Any]:
    """Give a rule that moves all objects to STANDARD_IA, with an ID that none of the rules has."""
    taken = {rule.get("ID") for rule in rules}
    name = f"trueup-standard-ia-after-{days}-days"
    names = (name, *(f"{name}-{number}" for number in range(2, len(rules) + 2)))
    return {
        "ID": next(each for each in names if each not in taken),
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "Transitions": [{"Days": days, "StorageClass": STANDARD_IA}],
    }


def merged(rules: Sequence[Rule], new: Rule) -> list[dict[str, Any]]:
    """Give all rules, in their order and with every field, and the new one after them.

    A rule with a filter and one with a prefix of the old form cannot stand together; so the old form is written as
    the filter that means the same, and nothing else of a rule is touched.

    Source: S3's answers "Filter element can only be used in Lifecycle V2" and "Base level prefix cannot be used in
    Lifecycle V2".
    """
    return [*(in_filter_form(rule) for rule in rules), plain(new)]


def in_filter_form(rule: Rule) -> dict[str, Any]:
    """Give a rule with its prefix in a filter, where it is not yet."""
    whole: dict[str, Any] = plain(rule)
    if "Filter" in whole:
        return whole
    return {
        **{name: value for name, value in whole.items() if name != "Prefix"},
        "Filter": {"Prefix": whole.get("Prefix", "")},
    }
